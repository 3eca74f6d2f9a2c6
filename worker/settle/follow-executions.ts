/**
 * Settles traces, and with them every other trace that shares an execution: reads, settles, looks up where the executions
 * were seen before, and begins again with the traces that this brings in, until nothing new comes.
 */
import { type ClickHouseClient, readArrivals, readTraceSpans, type TraceRange } from '@runlens/clickhouse'
import type { Settled, SettleOptions, SettleSpan } from '@runlens/mapping'
import type { ReadTrace } from '../arrivals/dirty-traces.ts'
import { Components } from './components.ts'
import { type ExecutionKey, keyText } from './execution-key.ts'
import { type LookedUp, type Place, readExecutionsOfTraces, readPlaces } from './locator.ts'

export type Settle = (spans: SettleSpan[], options: SettleOptions) => Settled

/** All there is of a trace that never gave an execution before, in `arrivals`. */
export interface ArrivedTrace {
  /** Spans, each as often as it came. */
  spans: number
  /** Times of the blocks that brought them, microseconds since the epoch. */
  blocks: readonly bigint[]
  /** Its spans, where they were read already. */
  read?: ReadTrace | undefined
}

export interface FollowOptions {
  client: ClickHouseClient
  settle: Settle
  settleOptions: SettleOptions
  tenant: string
  traceIds: readonly string[]
  /** Where the traces lie beside what `traces` says. */
  ranges: readonly TraceRange[]
  /** By trace id. */
  arrived: ReadonlyMap<string, ArrivedTrace>
  lookedUp?: LookedUp | undefined
  spansPerTraceMax: number
  /** Told of a component that settling failed on; it is left out. */
  onFault: (traces: readonly string[], error: unknown) => void
}

/** Traces settled together. */
export interface Component {
  traces: readonly string[]
  spans: SettleSpan[]
  settled: Settled
  /** Executions that the traces ever produced, before this. */
  known: ExecutionKey[]
  /** Spans or traces were left out: what is missing here may still exist. */
  truncated: boolean
  /** Every trace showed at least one span. */
  whole: boolean
}

export interface Followed {
  components: Component[]
  places: Map<string, Place>
}

/** Spans of a trace read from `arrivals` at most: a larger one may have to be cut. */
export const ARRIVED_SPANS_MAX = 1_000
/** Rounds of bringing in further traces; a chain of executions longer than that is cut. */
const ROUNDS_MAX = 4
/** Traces brought in beside those asked for. */
const FURTHER_TRACES_MAX = 1_000

/** One call's state. */
class Follower {
  readonly spans = new Map<string, SettleSpan[]>()
  readonly known = new Map<string, ExecutionKey[]>()
  readonly places = new Map<string, Place>()
  readonly cut = new Set<string>()
  readonly components = new Components()
  readonly settled = new Map<string, Component>()
  private readonly lookedUp = new Set<string>()
  /** Traces of which these spans, read where they arrived, are all. */
  private readonly wholeArrived = new Set<string>()

  constructor(readonly options: FollowOptions) {}

  /** Takes the traces that can be read where they arrived; gives the others. */
  async loadArrived(traceIds: readonly string[]): Promise<string[]> {
    const { client, tenant, arrived, settleOptions } = this.options
    const wanted = traceIds.filter((trace) => (arrived.get(trace)?.spans ?? Infinity) <= ARRIVED_SPANS_MAX)
    const found = new Map(
      wanted.map((trace): [string, SettleSpan[]] => [trace, [...(arrived.get(trace)!.read?.spans ?? [])]]),
    )
    const unread = wanted.filter((trace) => arrived.get(trace)!.read === undefined)
    if (unread.length > 0) {
      const blocks = new Set(unread.flatMap((trace) => arrived.get(trace)!.blocks))
      const table = await readArrivals(client, {
        only: { tenant, traceIds: unread },
        blocks: [...blocks].sort((a, b) => (a < b ? -1 : 1)),
      })
      for (let row = 0; row < table.rows; row++) {
        const span = table.spanOf(row, settleOptions.payload_bytes_max)
        found.get(span.trace_id)?.push(span)
      }
    }
    // The log does not reach back for ever: what is missing there is looked for in the table.
    const whole = new Set(wanted.filter((trace) => found.get(trace)?.length === arrived.get(trace)!.spans))
    for (const trace of whole) {
      this.wholeArrived.add(trace)
      this.components.add(trace)
      this.spans.set(trace, found.get(trace)!)
      this.known.set(trace, [])
    }
    return traceIds.filter((trace) => !whole.has(trace))
  }

  async load(traceIds: readonly string[], ranges: readonly TraceRange[]): Promise<void> {
    if (traceIds.length === 0) return
    const { client, tenant, spansPerTraceMax, settleOptions } = this.options
    const [read, known] = await Promise.all([
      readTraceSpans(client, {
        tenant,
        traceIds,
        ranges,
        spansMax: spansPerTraceMax,
        payloadBytesMax: settleOptions.payload_bytes_max,
      }),
      readExecutionsOfTraces(client, tenant, traceIds),
    ])
    for (const trace of traceIds) {
      this.components.add(trace)
      this.spans.set(trace, [])
      this.known.set(trace, known.get(trace) ?? [])
    }
    for (const span of read.spans) this.spans.get(span.trace_id)?.push(span)
    for (const trace of read.truncated) this.cut.add(trace)
  }

  /** Settles every component that changed since the last time. */
  settleChanged(): void {
    for (const root of [...this.components.roots()]) {
      const traces = [...this.components.tracesOf(root)].sort()
      if (this.settled.get(root)?.traces.length === traces.length) continue
      this.settled.set(root, this.settleOne(traces))
    }
  }

  private settleOne(traces: string[]): Component {
    const perTrace = traces.map((trace) => this.spans.get(trace)!)
    const spans = perTrace.flat()
    const component = {
      traces,
      spans,
      known: traces.flatMap((trace) => this.known.get(trace)!),
      truncated: traces.some((trace) => this.cut.has(trace)),
      whole: perTrace.every((list) => list.length > 0),
    }
    try {
      return {
        ...component,
        settled: this.settledAhead(traces) ?? this.options.settle(spans, this.options.settleOptions),
      }
    } catch (error) {
      this.options.onFault(traces, error)
      const settled = { executions: [], memberships: [], settle_again_at_ms: null }
      return { ...component, settled, known: [], spans: [] }
    }
  }

  /** What was found out when the trace was read, while it stands alone. */
  private settledAhead([trace, ...others]: readonly string[]): Settled | undefined {
    return others.length === 0 && this.wholeArrived.has(trace!)
      ? this.options.arrived.get(trace!)?.read?.settled
      : undefined
  }

  /**
   * Joins components that share an execution and loads the traces that are missing; false when nothing changed.
   * @param furtherMax traces that may be here beside those asked for; what goes without one that is missing is cut
   */
  async extend(furtherMax: number): Promise<boolean> {
    const wanted = new Map<string, ExecutionKey>()
    for (const component of this.settled.values()) {
      for (const key of [...component.known, ...component.settled.executions]) {
        if (!this.lookedUp.has(keyText(key))) wanted.set(keyText(key), key)
      }
    }
    for (const text of wanted.keys()) this.lookedUp.add(text)
    const found = await this.findPlaces([...wanted.values()])
    for (const [text, place] of found) this.places.set(text, place)
    const missing = new Set<string>()
    for (const { traces } of found.values()) {
      for (const trace of traces) if (!this.components.has(trace)) missing.add(trace)
    }
    const room = Math.max(0, furtherMax - (this.spans.size - this.options.traceIds.length))
    const further = [...missing].slice(0, room)
    if (further.length > 0) await this.load(further, [])
    return this.joinShared() || further.length > 0
  }

  private async findPlaces(keys: readonly ExecutionKey[]): Promise<Map<string, Place>> {
    const { client, tenant, lookedUp } = this.options
    const others = keys.filter(({ execution_id }) => !lookedUp?.ids.has(execution_id))
    const found = await readPlaces(client, tenant, others)
    for (const text of keys.map(keyText)) {
      const place = lookedUp?.places.get(text)
      if (place) found.set(text, place)
    }
    return found
  }

  private joinShared(): boolean {
    let changed = false
    const firstTrace = new Map<string, string>()
    for (const component of [...this.settled.values()]) {
      const trace = component.traces[0]!
      for (const key of [...component.known, ...component.settled.executions]) {
        const text = keyText(key)
        const place = this.places.get(text)
        if (place?.more) for (const one of component.traces) this.cut.add(one)
        for (const other of [firstTrace.get(text) ?? trace, ...(place?.traces ?? [])]) {
          if (!this.components.has(other)) this.cut.add(trace)
          else if (this.components.join(trace, other)) changed = true
        }
        firstTrace.set(text, trace)
      }
    }
    if (changed) for (const root of [...this.settled.keys()]) this.dropJoined(root)
    return changed
  }

  /** Forgets the answer of a component that is now part of a larger one. */
  private dropJoined(root: string): void {
    if (this.settled.get(root)!.traces.length !== this.components.tracesOf(root).length) this.settled.delete(root)
  }
}

export async function followExecutions(options: FollowOptions): Promise<Followed> {
  const follower = new Follower(options)
  const others = await follower.loadArrived(options.traceIds)
  const asked = new Set(others)
  await follower.load(
    others,
    options.ranges.filter(({ trace_id }) => asked.has(trace_id)),
  )
  follower.settleChanged()
  // Beyond the last round nothing is loaded, but where every execution lies must be known: one that seems new counts again.
  for (let round = 0; await follower.extend(round < ROUNDS_MAX ? FURTHER_TRACES_MAX : 0); round++) {
    follower.settleChanged()
  }
  const components = [...follower.settled.values()].map((component) => ({
    ...component,
    truncated: component.traces.some((trace) => follower.cut.has(trace)),
  }))
  return { components, places: follower.places }
}
