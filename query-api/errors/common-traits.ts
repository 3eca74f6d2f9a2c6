/** What failures have in common that successes have not: traits of both, compared. */
import { TRAIT_SEPARATOR, type TraitRow } from '../questions/errors/error-traits.ts'
import type { ErrorTrait } from '../schema/errors.ts'
import { round } from '../shape-figures.ts'

/** Standard errors by which a share must be greater, so that chance alone rarely shows. */
const Z_MIN = 2
const LIFT_MIN = 1.2
/** Failures that must share it. */
const COUNT_MIN = 2
const TRAITS_SHOWN_MAX = 20
const VALUES_OF_FIELD_MAX = 3

export interface Traits {
  total: number
  /** By field, separator, value. */
  counts: ReadonlyMap<string, number>
}

export function traitsOf(rows: readonly TraitRow[]): Traits {
  const counts = new Map(rows.map(({ trait, executions }) => [trait, Number(executions)]))
  const total = counts.get('') ?? 0
  counts.delete('')
  return { total, counts }
}

/** Traits worth looking for among successes. */
export function frequentTraits({ total, counts }: Traits): string[] {
  const least = Math.max(COUNT_MIN, total / 10)
  return [...counts].filter(([, count]) => count >= least).map(([trait]) => trait)
}

/**
 * Most telling first: by how many standard errors the share among failures is above that among successes (two proportions, pooled). Where
 * nothing succeeded, what all failures share.
 */
export function commonTraits(failing: Traits, succeeding: Traits): ErrorTrait[] {
  const compared = frequentTraits(failing).map((trait) => compare(trait, failing, succeeding))
  const told = compared.filter(({ score, trait: { lift, failing: of } }) =>
    succeeding.total === 0 ? of.count === of.of : score >= Z_MIN && (lift === null || lift >= LIFT_MIN),
  )
  told.sort((a, b) => b.score - a.score || (a.trait.field < b.trait.field ? -1 : 1))
  const shown = new Map<string, number>()
  const few = told.filter(({ trait: { field } }) => {
    shown.set(field, (shown.get(field) ?? 0) + 1)
    return shown.get(field)! <= VALUES_OF_FIELD_MAX
  })
  return few.slice(0, TRAITS_SHOWN_MAX).map(({ trait }) => trait)
}

function compare(key: string, failing: Traits, succeeding: Traits): { trait: ErrorTrait; score: number } {
  const [field, value] = splitTrait(key)
  const a = failing.counts.get(key) ?? 0
  const b = succeeding.counts.get(key) ?? 0
  const shareA = a / failing.total
  const shareB = succeeding.total === 0 ? 0 : b / succeeding.total
  const pooled = (a + b) / (failing.total + succeeding.total)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / failing.total + 1 / Math.max(succeeding.total, 1)))
  const trait = {
    field,
    value,
    failing: { count: a, of: failing.total, percent: percent(a, failing.total) },
    succeeding: { count: b, of: succeeding.total, percent: percent(b, succeeding.total) },
    lift: b === 0 ? null : round(shareA / shareB, 2),
  }
  return { trait: { ...trait, text: inWords(trait) }, score: error === 0 ? 0 : (shareA - shareB) / error }
}

function splitTrait(key: string): [field: string, value: string] {
  const at = key.indexOf(TRAIT_SEPARATOR)
  return [key.slice(0, at), key.slice(at + 1)]
}

function percent(count: number, of: number): number | null {
  return of === 0 ? null : round((count / of) * 100, 2)
}

function inWords({ field, value, failing, succeeding, lift }: Omit<ErrorTrait, 'text'>): string {
  const who =
    failing.count === failing.of ? `All ${failing.of} failures have` : `${failing.percent} % of the failures have`
  const said = `${who} ${field} = ${value}`
  if (succeeding.of === 0) return `${said}; nothing succeeded to compare with.`
  if (lift === null) return `${said}; none of ${succeeding.of} successes has it.`
  return `${said}; ${succeeding.percent} % of the successes do.`
}
