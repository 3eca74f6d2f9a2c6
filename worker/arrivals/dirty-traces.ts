/**
 * Traces that wait for being settled: they rest a little after their last arrival, unless all there is of them came with their
 * root at once; the oldest go first. No clock of its own.
 */
import { mergeByTrace, type TraceRange } from '@runlens/clickhouse'
import type { SettleSpan } from '@runlens/conventions'
import type { Settled } from '@runlens/mapping'

/** What was read of a trace. */
export interface ReadTrace {
  spans: readonly SettleSpan[]
  /** What follows from these spans alone; undefined where nobody tried, or settling failed. */
  settled: Settled | undefined
}

/** What some blocks brought of one trace. */
export interface Arrival {
  tenant: string
  trace_id: string
  /** ClickHouse's clock, microseconds since the epoch. */
  arrived_at: bigint
  spans: number
  range: TraceRange
  /** Times of the blocks that brought them, microseconds since the epoch. */
  blocks: readonly bigint[]
  /** It never gave an execution before. */
  isNew: boolean
  /** Spans of the trace in the database by now, each as often as it was inserted. */
  stored: number
  /** The spans themselves, where they were read. */
  read?: ReadTrace
}

export interface DirtyTrace {
  tenant: string
  trace_id: string
  ranges: readonly TraceRange[]
  /** Spans that arrived since it was settled last, and the blocks that brought them. */
  spans: number
  blocks: readonly bigint[]
  /** Nothing of it was ever settled, and nothing of it came before these blocks: they hold all there is. */
  isWhole: boolean
  /** Its spans, where it is whole and they were read. */
  read: ReadTrace | undefined
  /** Arrival of the first of them by ClickHouse's clock, microseconds since the epoch. */
  arrived_at: bigint
  /** The same, of those that no settling has seen; undefined for a trace that only waits for time to pass. */
  fresh_at: bigint | undefined
  /** Tries after which no span of it was visible. */
  unseen: number
}

interface Waiting extends DirtyTrace {
  /** When it may be settled; null for a trace with arrivals, which rests. Milliseconds, as `now`. */
  notBefore: number | null
  firstSeen: number
  lastSeen: number
}

export interface DirtyTracesOptions {
  settleDelayMs: number
  /** A trace that never rests is settled this long after its first arrival. */
  settleLatestMs: number
}

/** Spans of one settling, by what arrived: keeps a batch of large traces small. */
const SPANS_PER_BATCH = 100_000

export class DirtyTraces {
  private readonly waiting = new Map<string, Waiting>()

  constructor(private readonly options: DirtyTracesOptions) {}

  get size(): number {
    return this.waiting.size
  }

  /** Arrival of the oldest one, microseconds since the epoch; undefined when nothing waits. */
  get oldestArrival(): bigint | undefined {
    return oldestOf(this.waiting.values(), ({ arrived_at }) => arrived_at)
  }

  /** The same, of spans that no settling has seen. */
  get oldestFresh(): bigint | undefined {
    return oldestOf(this.waiting.values(), ({ fresh_at }) => fresh_at)
  }

  add(arrival: Arrival, now: number): void {
    const { tenant, trace_id, arrived_at, spans, range, blocks, isNew, stored, read } = arrival
    const known = this.waiting.get(keyOf(arrival))
    if (!known) {
      const isWhole = isNew && stored === spans
      this.waiting.set(keyOf(arrival), {
        tenant,
        trace_id,
        ranges: [range],
        spans,
        blocks,
        isWhole,
        // Held for the moment only: what waits for more is read again.
        read: isWhole ? read : undefined,
        arrived_at,
        fresh_at: arrived_at,
        unseen: 0,
        notBefore: null,
        firstSeen: now,
        lastSeen: now,
      })
      return
    }
    if (known.notBefore !== null) known.firstSeen = now
    known.notBefore = null
    known.lastSeen = now
    known.spans += spans
    known.blocks = [...new Set([...known.blocks, ...blocks])]
    known.isWhole = isNew && stored === known.spans
    known.read = undefined
    known.ranges = mergeByTrace([...known.ranges, range])
    if (arrived_at < known.arrived_at) known.arrived_at = arrived_at
    if (known.fresh_at === undefined || arrived_at < known.fresh_at) known.fresh_at = arrived_at
  }

  /** Puts a settled trace back: its answer may change at a known time. New arrivals go before. */
  wait(trace: DirtyTrace, until: number): void {
    const known = this.waiting.get(keyOf(trace))
    if (known) {
      if (trace.arrived_at < known.arrived_at) known.arrived_at = trace.arrived_at
      return
    }
    this.waiting.set(keyOf(trace), { ...trace, notBefore: until, firstSeen: until, lastSeen: until })
  }

  /** Takes up to `max` traces of one tenant that may be settled now, oldest first. */
  take(now: number, max: number): DirtyTrace[] {
    const taken: DirtyTrace[] = []
    let spans = 0
    for (const [key, trace] of this.waiting) {
      if (!this.isReady(trace, now) || trace.tenant !== (taken[0] ?? trace).tenant) continue
      taken.push(trace)
      this.waiting.delete(key)
      spans += trace.spans
      if (taken.length >= max || spans >= SPANS_PER_BATCH) break
    }
    return taken
  }

  private isReady({ notBefore, isWhole, firstSeen, lastSeen }: Waiting, now: number): boolean {
    if (notBefore !== null) return now >= notBefore
    if (isWhole) return true
    return now - lastSeen >= this.options.settleDelayMs || now - firstSeen >= this.options.settleLatestMs
  }
}

function oldestOf(traces: Iterable<Waiting>, at: (trace: Waiting) => bigint | undefined): bigint | undefined {
  let oldest: bigint | undefined
  for (const trace of traces) {
    const time = at(trace)
    if (time !== undefined && (oldest === undefined || time < oldest)) oldest = time
  }
  return oldest
}

function keyOf({ tenant, trace_id }: { tenant: string; trace_id: string }): string {
  return `${trace_id}${tenant}`
}
