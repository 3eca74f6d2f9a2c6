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
}

/** Rules with their outcomes; `constant` turns a text into a reference. */
export class RoleRules {
  private readonly compiled: CompiledProfiles
  private readonly rules: { skip: number; rules: { rule: CompiledRule; outcome: Outcome }[] }[]
  /** Bits of the profiles that look at span names. */
  private readonly readsNames: number
  private readonly other: Outcome
  private readonly marker: Outcome

  /** @param roots whether rules numbered 5 apply */
  constructor(compiled: CompiledProfiles, roots: boolean, constant: (text: string) => number) {
    this.compiled = compiled
    const outcome = (role: Role, rule: number, kind = '', type = ''): Outcome => ({
      role: ROLE_NUMBER[role],
      rule,
      kind: constant(kind),
      type: constant(type),
    })
    this.other = outcome('other', 0)
    this.marker = outcome('marker', 0)
    this.rules = compiled.profiles.map((profile: CompiledProfile) => ({
      skip: profile.skip,
      rules: profile.rules
        .filter(({ source }) => roots || source.rule !== 5)
        .map((rule) => ({
          rule,
          outcome: outcome(rule.source.role, rule.source.rule, rule.source.kind, rule.source.type),
        })),
    }))
    this.readsNames = compiled.profiles.reduce(
      (mask, { bit, skip, rules }) => (skip >= 0 || rules.some(({ names }) => names >= 0) ? mask | bit : mask),
      0,
    )
  }

  /** The first rule of the claiming profiles that holds; a root that is merely a step begins an execution if a rule says so. */
  decide(tape: TraceTape, span: number, scan: AttributeScan): Outcome {
    const { nameStart, nameEnd, parentSpanId } = tape.spans.at
    const name =
      (scan.mask & this.readsNames) === 0 ? -1 : this.compiled.words.find(tape.buffer, nameStart[span]!, nameEnd[span]!)
    const root = parentSpanId[span]! < 0
    let step: Outcome | undefined
    for (let mask = scan.mask; mask !== 0; mask &= mask - 1) {
      const profile = this.rules[31 - Math.clz32(mask & -mask)]!
      if (profile.skip >= 0 && scan.inSet(name, profile.skip)) return this.marker
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
  if (rule.root !== undefined && rule.root !== root) return false
  const kind = tape.spans.at.kind[span]!
  if (rule.spanKinds !== 0 && (kind < 0 || kind > 5 || ((rule.spanKinds >> kind) & 1) === 0)) return false
  for (const { slot, words } of rule.conditions) {
    const word = scan.words[slot]!
    if (words < 0 ? word === -1 : !scan.inSet(word, words)) return false
  }
  if (rule.names >= 0 && !scan.inSet(name, rule.names)) return false
  if (rule.prefixes.length === 0) return true
  const { nameStart, nameEnd } = tape.spans.at
  return rule.prefixes.some((prefix) => startsWithBytes(prefix, tape.buffer, nameStart[span]!, nameEnd[span]!))
}
