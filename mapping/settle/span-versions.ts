/** Several rows about a span (resends, an open span and its end, markers) → one span, the same whatever the order they came in. */
import type { SettleSpan } from '@runlens/conventions'
import { compare } from './compare.ts'
import { heartbeatOf, mergeVersions } from './merge-versions.ts'

/** Distinct spans in a canonical order, and for every given row the index of the one that stands for it; -1 where there is none. */
export interface DistinctSpans {
  spans: SettleSpan[]
  indexOf: Int32Array
  index: SpanIndex
  /** When the last heartbeat of a span was accepted, milliseconds since the epoch, by its index. */
  heartbeats: ReadonlyMap<number, number>
}

/** Of equal ids the one that ended later wins; what it leaves empty is taken from the others. */
export function distinctSpans(given: readonly SettleSpan[]): DistinctSpans {
  const index = new SpanIndex()
  const found: SettleSpan[] = []
  const copies = new Map<number, SettleSpan[]>()
  const placeOf = new Int32Array(given.length)
  given.forEach((span, i) => {
    const place = index.add(span, found.length)
    placeOf[i] = place
    if (place === found.length) {
      found.push(span)
      if (span.marker !== '') copies.set(place, [span])
    } else if (copies.has(place)) copies.get(place)!.push(span)
    else copies.set(place, [found[place]!, span])
  })
  const absent = new Set<number>()
  const beats = new Map<number, number>()
  for (const [place, versions] of copies) {
    const merged = mergeVersions(versions)
    if (merged === undefined) absent.add(place)
    else found[place] = merged
    const heartbeat = heartbeatOf(versions)
    if (heartbeat > 0) beats.set(place, heartbeat)
  }
  const order = canonicalOrder(found, absent)
  const rank = new Int32Array(found.length).fill(-1)
  order.forEach((place, n) => {
    rank[place] = n
  })
  index.rank = rank
  return {
    spans: Array.from(order, (place) => found[place]!),
    indexOf: placeOf.map((place) => rank[place]!),
    index,
    heartbeats: new Map([...beats].map(([place, at]) => [rank[place]!, at])),
  }
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
    const rank = place === undefined ? -1 : this.rank[place]!
    return rank < 0 ? undefined : rank
  }
}

/** Places by start, then trace, then span id: total on distinct spans. */
function canonicalOrder(spans: readonly SettleSpan[], absent: ReadonlySet<number>): Uint32Array {
  // Comparing doubles first spares most comparisons of 64-bit integers, which are several times slower.
  const rough = Float64Array.from(spans, (span) => Number(span.started_at))
  const places = Uint32Array.from(spans, (_, place) => place)
  return (absent.size === 0 ? places : places.filter((place) => !absent.has(place))).sort((a, b) => {
    const difference = rough[a]! - rough[b]!
    if (difference !== 0) return difference
    const [x, y] = [spans[a]!, spans[b]!]
    return compare(x.started_at, y.started_at) || compare(x.trace_id, y.trace_id) || compare(x.span_id, y.span_id)
  })
}
