/** One span while it is explained: what mapping read, and what it wrote. */
import { STATUS_NUMBER } from '@runlens/conventions'
import type { TraceTape } from '@runlens/otlp'
import type { AttributeScan } from '../spans/attribute-scan.ts'
import type { CompiledProfile, CompiledProfiles } from '../spans/compile.ts'
import type { MappedSpans } from '../spans/mapped-spans.ts'
import type { Outcome } from '../spans/role-rules.ts'
import { type AttributeRow, attributeRows } from './attribute-rows.ts'

export interface SpanView {
  tape: TraceTape
  span: number
  scan: AttributeScan
  outcome: Outcome
  compiled: CompiledProfiles
  mapped: MappedSpans
  rows: readonly AttributeRow[]
}

export function spanView(given: Omit<SpanView, 'rows'>): SpanView {
  const { tape, span, mapped } = given
  const status = mapped.status[span]!
  // An interrupt was an error until its type was read.
  const interrupted = status === STATUS_NUMBER.waiting && mapped.statusExplicit[span] === 0
  return { ...given, rows: attributeRows(tape, span, status >= STATUS_NUMBER.failed || interrupted) }
}

/** Profiles that know the span, in the order in which they are asked. */
export function claiming({ compiled, scan }: SpanView): CompiledProfile[] {
  return compiled.profiles.filter(({ bit }) => (scan.mask & bit) !== 0)
}

export function scopeName({ tape, span }: SpanView): string {
  const { nameStart, nameEnd } = tape.scopes.at
  const scope = tape.spans.at.scope[span]!
  return nameStart[scope]! < 0 ? '' : tape.buffer.toString('utf8', nameStart[scope]!, nameEnd[scope]!)
}
