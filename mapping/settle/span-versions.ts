/** Several copies of a span (resends, an open span and its end) → one, the same whatever the order they came in. */
import { ROLE_NUMBER, type SettleSpan } from '@runlens/conventions'

/** Distinct spans in a canonical order, and for every given span the index of the one that stands for it. */
export interface DistinctSpans {
  spans: SettleSpan[]
  indexOf: Int32Array
  index: SpanIndex
}

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
  'parent_execution_id',
  'retry_of',
  'replay_of',
  'input',
  'output',
] as const satisfies readonly (keyof SettleSpan)[]
const KEPT_FIGURES = ['rows_total', 'rows_returned', 'queued_at', 'expected_end_at', 'progress'] as const

/** Of equal ids the one that ended later wins; what it leaves empty is taken from the others. */
export function distinctSpans(given: readonly SettleSpan[]): DistinctSpans {
  const index = new SpanIndex()
  const found: SettleSpan[] = []
  const copies = new Map<number, SettleSpan[]>()
  const placeOf = new Int32Array(given.length)
  given.forEach((span, i) => {
    const place = index.add(span, found.length)
    placeOf[i] = place
    if (place === found.length) found.push(span)
    else if (copies.has(place)) copies.get(place)!.push(span)
    else copies.set(place, [found[place]!, span])
  })
  for (const [place, versions] of copies) found[place] = merge(versions)
  const order = canonicalOrder(found)
  const rank = new Int32Array(found.length)
  order.forEach((place, n) => {
    rank[place] = n
  })
  index.rank = rank
  return { spans: Array.from(order, (place) => found[place]!), indexOf: placeOf.map((place) => rank[place]!), index }
}

/** Finds spans by trace and span id; two levels, because ids side by side in one key would cost a string each. */
export class SpanIndex {
  private readonly traces = new Map<string, Map<string, number>>()
  private last: { trace: string; spans: Map<string, number> } = { trace: '', spans: new Map() }
  /** From the order of {@link add} to the canonical one. */
  rank = new Int32Array(0)

  /** The place of the first span with these ids; `place` if it is this one. */
  add({ trace_id, span_id }: SettleSpan, place: number): number {
    if (this.last.trace !== trace_id) this.last = { trace: trace_id, spans: this.traces.get(trace_id) ?? new Map() }
    const { spans } = this.last
    if (spans.size === 0) this.traces.set(trace_id, spans)
    const known = spans.get(span_id)
    if (known !== undefined) return known
    spans.set(span_id, place)
    return place
  }

  /** Index in canonical order of a span, undefined if it is not here. */
  find(trace_id: string, span_id: string): number | undefined {
    if (this.last.trace !== trace_id) this.last = { trace: trace_id, spans: this.traces.get(trace_id) ?? new Map() }
    const place = this.last.spans.get(span_id)
    return place === undefined ? undefined : this.rank[place]
  }
}

/** Places by start, then trace, then span id: total on distinct spans. */
function canonicalOrder(spans: readonly SettleSpan[]): Uint32Array {
  // Comparing doubles first spares most comparisons of 64-bit integers, which are several times slower.
  const rough = Float64Array.from(spans, (span) => Number(span.started_at))
  return Uint32Array.from(spans, (_, place) => place).sort((a, b) => {
    const difference = rough[a]! - rough[b]!
    if (difference !== 0) return difference
    const [x, y] = [spans[a]!, spans[b]!]
    return compare(x.started_at, y.started_at) || compare(x.trace_id, y.trace_id) || compare(x.span_id, y.span_id)
  })
}

export function compare<T extends bigint | number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function merge(versions: readonly SettleSpan[]): SettleSpan {
  const ranked = [...versions].sort(laterFirst)
  const merged: SettleSpan = { ...ranked[0]! }
  for (const older of ranked.slice(1)) fillGaps(merged, older)
  return merged
}

function fillGaps(merged: SettleSpan, older: SettleSpan): void {
  if (ROLE_NUMBER[older.role] > ROLE_NUMBER[merged.role]) {
    merged.role = older.role
    merged.rule = older.rule
  }
  for (const field of KEPT_TEXTS) if (merged[field] === '') merged[field] = older[field]
  for (const field of KEPT_FIGURES) if (merged[field] === null) Object.assign(merged, { [field]: older[field] })
  if (older !== merged) merged.attributes = { ...older.attributes, ...merged.attributes }
  merged.received_at_ms = Math.min(merged.received_at_ms, older.received_at_ms)
}

function laterFirst(a: SettleSpan, b: SettleSpan): number {
  if (a === b) return 0
  return (
    compare(b.ended_at, a.ended_at) ||
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
