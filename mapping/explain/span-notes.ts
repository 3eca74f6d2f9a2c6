/** What mapping decided of each span of a tape, kept as it is told. */
import { ROLE_NUMBER, ROLES, type Role } from '@runlens/conventions'
import type { TraceTape } from '@runlens/otlp'
import { mappedText } from '../settle/spans-of-tape.ts'
import type { AttributeScan } from '../spans/attribute-scan.ts'
import type { CompiledProfile } from '../spans/compile.ts'
import { MET, type Outcome, unmet } from '../spans/role-rules.ts'
import type { MappingTrace, TapeMapper } from '../spans/span-mapper.ts'
import { valueText } from './attribute-rows.ts'
import { claimsOf, claimText } from './claims.ts'
import type { ExplainedClaim, ExplainedField, ExplainedRule } from './explanation.ts'
import { fieldsOf } from './field-origins.ts'
import { ruleText, unmetText } from './rule-text.ts'
import { sourcesPassedOver } from './sources-passed-over.ts'
import { claiming, type SpanView, scopeName, spanView } from './span-view.ts'

/** Rules that did not fit, of one span. */
const RULES_TOLD = 6
const ROLE_OF = new Map<number, Role>(ROLES.map((role) => [ROLE_NUMBER[role], role]))

export interface SpanNote {
  role: Role
  scope: string
  provider: string
  rule: ExplainedRule | null
  profiles: ExplainedClaim[]
  fields: ExplainedField[]
  /** Why it is a marker or nothing at all; '' where the rule says it. */
  why: string
  hints: string[]
}

export class SpanNotes implements MappingTrace {
  /** Of the tapes mapped so far, in their order. */
  notes: SpanNote[] = []

  constructor(private readonly mapper: TapeMapper) {}

  span(tape: TraceTape, span: number, scan: AttributeScan, outcome: Outcome): void {
    const { compiled, columns: mapped } = this.mapper
    const view = spanView({ tape, span, scan, outcome, compiled, mapped })
    const passedOver = sourcesPassedOver(view)
    this.notes.push({
      role: ROLE_OF.get(outcome.role) ?? 'other',
      scope: scopeName(view),
      provider: mappedText(tape, mapped, 'provider', span),
      rule: ruleOf(outcome),
      profiles: claimsOf(view),
      fields: fieldsOf(view, passedOver),
      why: whyOf(outcome),
      hints: [...unknownHint(view), ...this.strongerRules(view), ...passedOver.hints],
    })
  }

  /** Rules that would have made more of the span, and what they want. */
  private strongerRules(view: SpanView): string[] {
    const { outcome } = view
    if (outcome.because.kind === 'skipped' || outcome.because.kind === 'tells_of_start') return []
    const emitters = claiming(view).filter(({ source }) => !source.select.always)
    // What holds for every span is told where nothing else speaks.
    const asked = emitters.length > 0 && outcome.role >= ROLE_NUMBER.step ? emitters : claiming(view)
    return asked.flatMap((profile) => this.unmetRules(view, profile)).slice(0, RULES_TOLD)
  }

  private unmetRules(view: SpanView, profile: CompiledProfile): string[] {
    const { tape, span, scan, outcome } = view
    const name = this.mapper.rules.nameOf(tape, span, scan)
    const root = tape.spans.at.parentSpanId[span]! < 0
    const valueAt = (key: string) => {
      const row = view.rows.findLast((each) => each.key === key)
      return row && valueText(tape, row.row)
    }
    return profile.rules.flatMap((rule, place) => {
      if (ROLE_NUMBER[rule.source.role] <= outcome.role) return []
      const reason = unmet(rule, tape, span, scan, name, root)
      const what = `${profile.source.file}:${rule.source.line} (${rule.source.role}${rule.source.rule > 0 ? ` of rule ${rule.source.rule}` : ''})`
      if (reason !== MET) return [`${what} ${unmetText(rule, reason, tape.spans.at.kind[span]!, valueAt)}`]
      if (rule.source.rule === 5 && !this.mapper.roots)
        return [`${what} would fit, but root spans are off (mapping.roots)`]
      const first = outcome.because.kind === 'rule' ? outcome.because : undefined
      if (!first || (first.profile === profile && place < first.place)) return []
      return [`${what} would fit, but ${first.profile.source.file}:${first.rule.source.line} comes first`]
    })
  }
}

function ruleOf({ because }: Outcome): ExplainedRule | null {
  if (because.kind !== 'rule') return null
  const { profile, rule } = because
  return {
    rule: rule.source.rule,
    profile: profile.source.name,
    file: profile.source.file,
    line: rule.source.line,
    wants: ruleText(rule.source),
  }
}

function whyOf({ because }: Outcome): string {
  if (because.kind === 'skipped') return `profile ${because.profile.source.name} never shows spans of this name`
  if (because.kind === 'tells_of_start')
    return 'it has no length and is called “… .started”: it tells of the span above'
  return because.kind === 'no_rule' ? 'no rule makes more of it than a plain span' : ''
}

function unknownHint(view: SpanView): string[] {
  const known = claiming(view)
  if (known.some(({ source }) => !source.select.always)) return []
  const scope = scopeName(view)
  const by = new Set(view.rows.flatMap(({ key, on }) => (on === 'span' ? [key.split('.')[0]!] : [])))
  const near = view.compiled.profiles
    .filter(({ source }) => source.select.attributes.some(({ key }) => by.has(key.split('.')[0]!)))
    .map(({ source }) => `${source.name} (${claimText(source)})`)
  const closest = near.length > 0 ? `; nearest: ${near.slice(0, 3).join(', ')}` : ''
  return [
    `no profile of an emitter knows ${scope === '' ? 'its attributes (its scope has no name)' : `the scope ${scope} or its attributes`}${closest}`,
  ]
}
