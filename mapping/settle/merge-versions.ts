/**
 * All rows about one span → that span. What was sent as a span is stronger than what markers tell of it, its end stronger than its
 * beginning, a later word stronger than an earlier one; what the stronger one leaves empty is taken from the others.
 */
import { ROLE_NUMBER, type SettleSpan } from '@runlens/conventions'
import { compare } from './compare.ts'
import { withException } from './exceptions.ts'

/** Texts that a later version may leave out although an earlier one had them. */
const KEPT_TEXTS = [
  'execution_kind',
  'execution_id',
  'instance',
  'workflow_id',
  'workflow_name',
  'workflow_version',
  'mode',
  'user_id',
  'conversation_id',
  'step_name',
  'step_type',
  'database_type',
  'query',
  'query_complexity',
  'query_page',
  'query_page_size',
  'parent_execution_id',
  'retry_of',
  'replay_of',
  'input',
  'output',
] as const satisfies readonly (keyof SettleSpan)[]
const KEPT_FIGURES = ['rows_total', 'rows_returned', 'queued_at', 'expected_end_at', 'progress'] as const

/** Undefined where nothing but exceptions is told: of a span that is not here. */
export function mergeVersions(rows: readonly SettleSpan[]): SettleSpan | undefined {
  const versions = lastHeartbeatOnly(rows).filter(({ marker }) => marker !== 'exception')
  if (versions.length === 0) return undefined
  const ranked = versions.sort(strongerFirst)
  const merged: SettleSpan = { ...ranked[0]! }
  for (const weaker of ranked.slice(1)) fillGaps(merged, weaker)
  if (merged.ended_at === 0n) describeOpen(merged, ranked)
  return withException(
    merged,
    rows.filter(({ marker }) => marker === 'exception'),
  )
}

/** When the last heartbeat was accepted, at first, milliseconds since the epoch; 0 without one. */
export function heartbeatOf(rows: readonly SettleSpan[]): number {
  let last: SettleSpan | undefined
  for (const row of rows) {
    if (row.marker !== 'heartbeat') continue
    const isLater = !last || row.recorded_at > last.recorded_at
    const isCopy = row.recorded_at === last?.recorded_at && row.received_at_ms < last.received_at_ms
    if (isLater || isCopy) last = row
  }
  return last?.received_at_ms ?? 0
}

/** Of heartbeats the table keeps the last one; others must not count where they are still there. */
function lastHeartbeatOnly(rows: readonly SettleSpan[]): SettleSpan[] {
  const last = rows.filter(({ marker }) => marker === 'heartbeat').sort(strongerFirst)[0]
  return rows.filter((row) => row.marker !== 'heartbeat' || row === last)
}

function fillGaps(merged: SettleSpan, weaker: SettleSpan): void {
  if (ROLE_NUMBER[weaker.role] > ROLE_NUMBER[merged.role]) {
    merged.role = weaker.role
    merged.rule = weaker.rule
  }
  for (const field of KEPT_TEXTS) if (merged[field] === '') merged[field] = weaker[field]
  for (const field of KEPT_FIGURES) {
    // How far it had come is nothing that can be said of what is over.
    if (field === 'progress' && merged.ended_at !== 0n && weaker.marker !== '') continue
    if (merged[field] === null) Object.assign(merged, { [field]: weaker[field] })
  }
  merged.attributes = { ...weaker.attributes, ...merged.attributes }
  merged.received_at_ms = Math.min(merged.received_at_ms, weaker.received_at_ms)
}

/** Of a span that has not ended: where it stands in its trace, since when, and what was said last. */
function describeOpen(merged: SettleSpan, ranked: readonly SettleSpan[]): void {
  const said = ranked.find(({ status_explicit }) => status_explicit === 1)
  if (said && merged.status_explicit !== 1) {
    merged.status = said.status
    merged.status_explicit = 1
  }
  for (const { started_at, recorded_at, parent_span_id, name } of ranked) {
    if (recorded_at > merged.recorded_at) merged.recorded_at = recorded_at
    if (merged.marker === '') continue
    if (started_at < merged.started_at) merged.started_at = started_at
    if (merged.parent_span_id === '') merged.parent_span_id = parent_span_id
    if (merged.name === '') merged.name = name
  }
}

/** Within one moment, which clocks of milliseconds make long: a change comes after the start, and after a sign that nothing changed. */
const RANK = { '': 3, updated: 2, heartbeat: 1, started: 0, exception: 0 } as const

/** Ended before open, spans before markers of their kind; an open span says less than what is told of it later. */
function strongerFirst(a: SettleSpan, b: SettleSpan): number {
  if (a === b) return 0
  return (
    compare(b.ended_at, a.ended_at) ||
    (a.ended_at === 0n ? 0 : Number(a.marker !== '') - Number(b.marker !== '')) ||
    compare(b.recorded_at, a.recorded_at) ||
    RANK[b.marker] - RANK[a.marker] ||
    compare(b.started_at, a.started_at) ||
    compare(b.status_code, a.status_code) ||
    compare(contentOf(b), contentOf(a))
  )
}

/** Everything that the emitter said, as one text: decides between versions that differ in nothing else. */
function contentOf(span: SettleSpan): string {
  return JSON.stringify(
    Object.entries(span)
      .filter(([field]) => field !== 'received_at_ms')
      .sort(([a], [b]) => compare(a, b)),
    (_, value) => (typeof value === 'bigint' ? String(value) : value),
  )
}
