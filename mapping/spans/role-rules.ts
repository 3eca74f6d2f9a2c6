/** Decides what a span is from its profiles' rules, the strongest first. */
import { ROLE_NUMBER, type Role } from '@runlens/conventions'
import type { TraceTape } from '@runlens/otlp'
import type { AttributeScan } from './attribute-scan.ts'
import { startsWithBytes } from './bytes-table.ts'
import type { CompiledProfile, CompiledProfiles, CompiledRule } from './compile.ts'

/** What a rule makes of a span, as numbers and text references. */
export interface Outcome {
  role: number
  rule: number
  kind: number
  type: number
  because: Because
}

/** Made once for each outcome, so that a span's reason costs nothing where nobody asks for it. */
export type Because =
  | { kind: 'rule'; profile: CompiledProfile; rule: CompiledRule; place: number }
  /** The profile never shows spans of this name. */
  | { kind: 'skipped'; profile: CompiledProfile }
  /** A span without length that is called `… .started`. */
  | { kind: 'tells_of_start' }
  | { kind: 'no_rule' }

/** Rules with their outcomes; `constant` turns a text into a reference. */
export class RoleRules {
  private readonly compiled: CompiledProfiles
  /** By the profile's bit. */
  readonly profiles: readonly {
    skip: number
    skipped: Outcome
    rules: readonly { rule: CompiledRule; outcome: Outcome }[]
  }[]
  /** Bits of the profiles that look at span names. */
  readonly readsNames: number
  private readonly other: Outcome
  private readonly marker: Outcome

  /** @param roots whether rules numbered 5 apply */
  constructor(compiled: CompiledProfiles, roots: boolean, constant: (text: string) => number) {
    this.compiled = compiled
    const outcome = (because: Because, role: Role, rule = 0, kind = '', type = ''): Outcome => ({
      role: ROLE_NUMBER[role],
      rule,
      kind: constant(kind),
      type: constant(type),
      because,
    })
    this.other = outcome({ kind: 'no_rule' }, 'other')
    this.marker = outcome({ kind: 'tells_of_start' }, 'marker')
    this.profiles = compiled.profiles.map((profile: CompiledProfile) => ({
      skip: profile.skip,
      skipped: outcome({ kind: 'skipped', profile }, 'marker'),
      rules: profile.rules
        .map((rule, place) => ({ rule, place }))
        .filter(({ rule }) => roots || rule.source.rule !== 5)
        .map(({ rule, place }) => {
          const { role, rule: number, kind, type } = rule.source
          return { rule, outcome: outcome({ kind: 'rule', profile, rule, place }, role, number, kind, type) }
        }),
    }))
    this.readsNames = compiled.profiles.reduce(
      (mask, { bit, skip, rules }) => (skip >= 0 || rules.some(({ names }) => names >= 0) ? mask | bit : mask),
      0,
    )
  }

  /** The first rule of the claiming profiles that holds; a root that is merely a step begins an execution if a rule says so. */
  decide(tape: TraceTape, span: number, scan: AttributeScan): Outcome {
    const name = this.nameOf(tape, span, scan)
    const root = tape.spans.at.parentSpanId[span]! < 0
    let step: Outcome | undefined
    for (let mask = scan.mask; mask !== 0; mask &= mask - 1) {
      const profile = this.profiles[31 - Math.clz32(mask & -mask)]!
      if (profile.skip >= 0 && scan.inSet(name, profile.skip)) return profile.skipped
      for (const { rule, outcome } of profile.rules) {
        if (step !== undefined && outcome.role !== ROLE_NUMBER.entry) continue
        if (!holds(rule, tape, span, scan, name, root)) continue
        if (outcome.role === ROLE_NUMBER.step && !root && tellsOfStart(tape, span)) return this.marker
        if (outcome.role !== ROLE_NUMBER.step || !root) return step ? { ...outcome, type: step.type } : outcome
        step = outcome
        break
      }
    }
    if (step !== undefined) return step
    return !root && tellsOfStart(tape, span) ? this.marker : this.other
  }

  /** The span's name as a word of the rules; negative where it is none, or no claiming profile looks at names. */
  nameOf(tape: TraceTape, span: number, scan: AttributeScan): number {
    if ((scan.mask & this.readsNames) === 0) return -1
    return this.compiled.words.find(tape.buffer, tape.spans.at.nameStart[span]!, tape.spans.at.nameEnd[span]!)
  }
}

const STARTED = Buffer.from('.started')

/** A span without length that is called `… .started`: an event of the span above it, which says that it began. */
function tellsOfStart({ buffer, data, spans: { at } }: TraceTape, span: number): boolean {
  const end = at.nameEnd[span]!
  if (end - at.nameStart[span]! <= STARTED.length || buffer[end - STARTED.length] !== 0x2e) return false
  for (let i = 1; i < STARTED.length; i++) if (buffer[end - STARTED.length + i] !== STARTED[i]) return false
  const from = at.startTime[span]!
  const to = at.endTime[span]!
  return (
    to >= 0 &&
    data.getInt32(from, true) === data.getInt32(to, true) &&
    data.getInt32(from + 4, true) === data.getInt32(to + 4, true)
  )
}

function holds(
  rule: CompiledRule,
  tape: TraceTape,
  span: number,
  scan: AttributeScan,
  name: number,
  root: boolean,
): boolean {
  return unmet(rule, tape, span, scan, name, root) === MET
}

/** What a rule wants and a span is not, as {@link unmet} answers it; from {@link UNMET_CONDITION} on: the condition of that place. */
export const MET = 0
export const UNMET_ROOT = 1
export const UNMET_KIND = 2
export const UNMET_NAME = 3
export const UNMET_PREFIX = 4
export const UNMET_CONDITION = 5

/**
 * The first thing that a rule wants and a span is not.
 * @param name the span's name as a word of the rules, negative for any other
 */
export function unmet(
  rule: CompiledRule,
  tape: TraceTape,
  span: number,
  scan: AttributeScan,
  name: number,
  root: boolean,
): number {
  if (rule.root !== undefined && rule.root !== root) return UNMET_ROOT
  const kind = tape.spans.at.kind[span]!
  if (rule.spanKinds !== 0 && (kind < 0 || kind > 5 || ((rule.spanKinds >> kind) & 1) === 0)) return UNMET_KIND
  for (let i = 0; i < rule.conditions.length; i++) {
    const { slot, words } = rule.conditions[i]!
    const word = scan.words[slot]!
    if (words < 0 ? word === -1 : !scan.inSet(word, words)) return UNMET_CONDITION + i
  }
  if (rule.names >= 0 && !scan.inSet(name, rule.names)) return UNMET_NAME
  if (rule.prefixes.length === 0) return MET
  const { nameStart, nameEnd } = tape.spans.at
  const begins = rule.prefixes.some((prefix) => startsWithBytes(prefix, tape.buffer, nameStart[span]!, nameEnd[span]!))
  return begins ? MET : UNMET_PREFIX
}
