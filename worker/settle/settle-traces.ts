/** Settles some traces of one tenant and brings `executions` up to date with them. */
import { type ClickHouseClient, mergeByTrace, type TraceRange } from '@runlens/clickhouse'
import { readCurrentRows } from './current-rows.ts'
import { type ExecutionKey, keyText } from './execution-key.ts'
import { type ArrivedTrace, type Component, type Followed, followExecutions, type Settle } from './follow-executions.ts'
import { type LocatorRow, type Place, readPlaces, writePlaces } from './locator.ts'
import { planRows, type Unwanted, type Wanted } from './plan-rows.ts'
import { toBatches, writeBatch } from './write-executions.ts'

export interface TraceToSettle {
  trace_id: string
  /** Where its spans lie, beside what `traces` says. */
  ranges: readonly TraceRange[]
  /** Present if all there is of it came in these blocks of `arrivals`, and never gave an execution: it is read there. */
  arrived?: ArrivedTrace | undefined
}

export interface SettleTracesOptions {
  client: ClickHouseClient
  settle: Settle
  tenant: string
  traces: readonly TraceToSettle[]
  spansPerTraceMax: number
  candidateTimeoutMs: number
  payloadBytesMax: number
  /** Milliseconds since the epoch. */
  now: () => number
  /** Runs a write until ClickHouse has taken it: every write here may be repeated. */
  persist: (write: () => Promise<void>) => Promise<void>
  onFault: (traces: readonly string[], error: unknown) => void
}

export interface SettleReport {
  rowsWritten: number
  /** Traces of which no span is visible. */
  unseen: string[]
  /** When a trace's answer may change by itself, milliseconds since the epoch, by trace id. */
  settleAgainAtMs: Map<string, number>
}

export async function settleTraces(options: SettleTracesOptions): Promise<SettleReport> {
  const { client, tenant } = options
  const followed = await followExecutions({
    client,
    tenant,
    settle: options.settle,
    settleOptions: {
      now_ms: options.now(),
      candidate_timeout_ms: options.candidateTimeoutMs,
      payload_bytes_max: options.payloadBytesMax,
    },
    traceIds: options.traces.map(({ trace_id }) => trace_id),
    ranges: mergeByTrace(options.traces.flatMap(({ ranges }) => ranges)),
    arrived: new Map(options.traces.flatMap(({ trace_id, arrived }) => (arrived ? [[trace_id, arrived]] : []))),
    spansPerTraceMax: options.spansPerTraceMax,
    onFault: options.onFault,
  })
  const places = await fixPlaces(options, followed)
  const asked = new Set(options.traces.map(({ trace_id }) => trace_id))
  const wanted = followed.components.flatMap((component) => wantedOf(component, asked, places, followed.places))
  const unwanted = followed.components.flatMap((component) => unwantedOf(component, places))
  const rowsWritten = await writeChanges(options, wanted, unwanted)
  return { rowsWritten, ...afterwards(options, followed) }
}

/** Puts down where new executions lie, and in which traces known ones were seen; gives the places that now hold for all. */
async function fixPlaces(options: SettleTracesOptions, followed: Followed): Promise<Map<string, Place>> {
  const rows: LocatorRow[] = []
  const created: ExecutionKey[] = []
  for (const component of followed.components) {
    const known = new Set(component.known.map(keyText))
    component.settled.executions.forEach((execution, index) => {
      const place = followed.places.get(keyText(execution))
      const { execution_id, instance } = execution
      const anchor = place?.anchors[0] ?? execution.started_at / 1000n
      if (!place) created.push({ execution_id, instance })
      for (const trace_id of tracesOf(component, index)) {
        if (known.has(keyText(execution)) && place?.traces.includes(trace_id)) continue
        rows.push({ execution_id, instance, trace_id, anchor })
      }
    })
  }
  await options.persist(() => writePlaces(options.client, options.tenant, rows))
  // Read back what was just created: another worker may have chosen another anchor in the same moment, and both must see it.
  const places = new Map(followed.places)
  for (const [text, place] of await readPlaces(options.client, options.tenant, created)) places.set(text, place)
  return places
}

/** The traces in which the execution has spans. */
function tracesOf(component: Component, execution: number): Set<string> {
  const traces = new Set<string>([component.settled.executions[execution]!.trace_id])
  if (component.traces.length === 1) return traces
  component.settled.memberships.forEach((membership, index) => {
    if (membership.execution === execution) traces.add(component.spans[index]!.trace_id)
  })
  return traces
}

function hasAny(traces: ReadonlySet<string>, asked: ReadonlySet<string>): boolean {
  for (const trace of traces) if (asked.has(trace)) return true
  return false
}

/** Where something was left out, what lies in other traces than those asked for may lack it: it keeps the row it has. */
function wantedOf(
  component: Component,
  asked: ReadonlySet<string>,
  places: ReadonlyMap<string, Place>,
  placesBefore: ReadonlyMap<string, Place>,
): Wanted[] {
  return component.settled.executions.flatMap((execution, index) => {
    if (component.truncated && !hasAny(tracesOf(component, index), asked)) return []
    const { anchors } = places.get(keyText(execution))!
    const isNew = !placesBefore.has(keyText(execution)) && anchors.length === 1
    return [{ execution, anchors, truncated: component.truncated, isNew }]
  })
}

/** Executions that the traces once produced and no longer do. What was left out, or is not there any more, is no reason to delete. */
function unwantedOf(component: Component, places: ReadonlyMap<string, Place>): Unwanted[] {
  if (component.truncated || !component.whole) return []
  const produced = new Set(component.settled.executions.map(keyText))
  const gone = new Map<string, ExecutionKey>()
  for (const key of component.known) if (!produced.has(keyText(key))) gone.set(keyText(key), key)
  return [...gone].map(([text, key]) => ({ key, anchors: places.get(text)?.anchors ?? [] }))
}

async function writeChanges(options: SettleTracesOptions, wanted: Wanted[], unwanted: Unwanted[]): Promise<number> {
  const { client, tenant } = options
  // A place comes before its row: where there was none, and nobody else made one, there is no row to read.
  const known = wanted.filter(({ isNew }) => !isNew)
  const places = [
    ...known.flatMap(({ execution, anchors }) => anchors.map((anchor) => ({ ...keyOf(execution), anchor }))),
    ...unwanted.flatMap(({ key, anchors }) => anchors.map((anchor) => ({ ...keyOf(key), anchor }))),
  ]
  const current = await readCurrentRows(client, tenant, places)
  const rows = planRows(tenant, wanted, unwanted, current, BigInt(options.now()) * 1000n)
  for (const batch of toBatches(rows, BigInt(options.now()) * 1000n))
    await options.persist(() => writeBatch(client, batch))
  return rows.length
}

function keyOf({ execution_id, instance }: ExecutionKey): ExecutionKey {
  return { execution_id, instance }
}

function afterwards(options: SettleTracesOptions, followed: Followed): Omit<SettleReport, 'rowsWritten'> {
  const asked = new Set(options.traces.map(({ trace_id }) => trace_id))
  const seen = new Set<string>()
  const settleAgainAtMs = new Map<string, number>()
  for (const { traces, spans, settled } of followed.components) {
    for (const span of spans) seen.add(span.trace_id)
    const again = settled.settle_again_at_ms
    // One trace stands for the whole component: it brings in the others.
    const representative = traces.find((trace) => asked.has(trace))
    if (again !== null && representative) settleAgainAtMs.set(representative, again)
  }
  return { unseen: [...asked].filter((trace) => !seen.has(trace)), settleAgainAtMs }
}
