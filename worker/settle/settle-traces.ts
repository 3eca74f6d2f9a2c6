/** Settles some traces of one tenant and brings `executions` up to date with them. */
import { type ClickHouseClient, mergeByTrace, type TraceRange } from '@runlens/clickhouse'
import type { ExecutionBlock } from '../compiled/execution-blocks.ts'
import { allDone } from '../jobs/all-done.ts'
import { inSlices } from '../jobs/in-slices.ts'
import { type CurrentRow, readCurrentRows } from './current-rows.ts'
import { type ExecutionKey, keyText } from './execution-key.ts'
import { type ArrivedTrace, type Component, type Followed, followExecutions, type Settle } from './follow-executions.ts'
import { type LocatorRow, type LookedUp, type Place, readContested, writePlaces } from './locator.ts'
import { encodeContent, type PlannedRow, planRows, type Unwanted, type Wanted } from './plan-rows.ts'
import { toBatches, writeBatch, writeBlock } from './write-executions.ts'

export interface TraceToSettle {
  trace_id: string
  /** Where its spans lie, beside what `traces` says. */
  ranges: readonly TraceRange[]
  /** Present if all there is of it came in these blocks of `arrivals`, and never gave an execution: it is read there. */
  arrived?: ArrivedTrace | undefined
}

/** An execution of one trace that gives no other, and that nobody knew a moment ago: there is nothing to decide. */
export interface NewExecution extends ExecutionKey {
  trace_id: string
  /** How it is written; undefined for one that is in a block ({@link SettleTracesOptions.blocks}). */
  row?: PlannedRow
}

export interface SettleTracesOptions {
  client: ClickHouseClient
  settle: Settle
  tenant: string
  traces: readonly TraceToSettle[]
  /** Written with what the traces give. */
  more?: readonly NewExecution[]
  /** Those of them that are written column by column. */
  blocks?: readonly ExecutionBlock[]
  lookedUp?: LookedUp | undefined
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
  /** Traces of `more` whose execution came in a further trace meanwhile: they must be settled together. */
  shared: string[]
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
    lookedUp: options.lookedUp,
    spansPerTraceMax: options.spansPerTraceMax,
    onFault: options.onFault,
  })
  const asked = new Set(options.traces.map(({ trace_id }) => trace_id))
  const wanted = followed.components.flatMap((component) => wantedOf(component, asked, followed.places))
  const unwanted = followed.components.flatMap((component) => unwantedOf(component, followed.places))
  const { more = [], blocks = [] } = options
  const { rows, created } = newPlaces(followed)
  for (const { execution_id, instance, trace_id, row } of more)
    if (row) rows.push({ execution_id, instance, trace_id, anchor: row.anchor })
  // What is called by its trace has nothing to share.
  const named = more.filter(({ execution_id, trace_id }) => execution_id !== trace_id)
  // A place comes before its row; what the row says is encoded meanwhile.
  const [current, , encoded] = await allDone([
    readCurrent(options, wanted, unwanted),
    options.persist(() =>
      writePlaces(
        client,
        tenant,
        rows,
        blocks.map(({ places }) => places),
      ),
    ),
    inSlices(wanted, (one) => ({ ...one, content: encodeContent(tenant, one) })),
  ])
  // What was just created is read back: another worker may have chosen another anchor in the same moment, and of two that write one place
  // the one that looks last sees both. Its rows go to the anchor that counts, and the others under a version that nothing replaces,
  // so this may be found out beside the writing.
  const planned = planRows(tenant, encoded, unwanted, current, microsOf(options))
  for (const { row } of more) if (row) planned.push(row)
  const [rowsWritten, found] = await allDone([
    writeRows(options, planned, blocks),
    readContested(client, tenant, [...created, ...named]),
  ])
  const corrected = await correctAnchors(options, wanted, found)
  const shared = named
    .filter((one) => (found.get(keyText(one))?.traces.length ?? 1) > 1)
    .map(({ trace_id }) => trace_id)
  return { rowsWritten: rowsWritten + corrected, ...afterwards(options, followed, found), shared }
}

interface NewPlaces {
  rows: LocatorRow[]
  /** Executions that had no place. */
  created: ExecutionKey[]
}

/** Where new executions lie, and in which traces known ones were seen. */
function newPlaces(followed: Followed): NewPlaces {
  const rows: LocatorRow[] = []
  const created: ExecutionKey[] = []
  for (const component of followed.components) {
    const known = new Set(component.known.map(keyText))
    component.settled.executions.forEach((execution, index) => {
      const place = followed.places.get(keyText(execution))
      const { execution_id, instance } = execution
      const anchor = place?.anchors[0] ?? ownAnchor(execution)
      if (!place) created.push({ execution_id, instance })
      for (const trace_id of tracesOf(component, index)) {
        if (known.has(keyText(execution)) && place?.traces.includes(trace_id)) continue
        rows.push({ execution_id, instance, trace_id, anchor })
      }
    })
  }
  return { rows, created }
}

/** Of an execution that has no place yet, microseconds since the epoch. */
function ownAnchor({ started_at }: { started_at: bigint }): bigint {
  return started_at / 1000n
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
function wantedOf(component: Component, asked: ReadonlySet<string>, places: ReadonlyMap<string, Place>): Wanted[] {
  return component.settled.executions.flatMap((execution, index) => {
    if (component.truncated && !hasAny(tracesOf(component, index), asked)) return []
    const place = places.get(keyText(execution))
    const anchors = place?.anchors ?? [ownAnchor(execution)]
    return [{ execution, anchors, truncated: component.truncated, isNew: !place }]
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

function readCurrent(
  { client, tenant }: SettleTracesOptions,
  wanted: readonly Wanted[],
  unwanted: readonly Unwanted[],
): Promise<Map<string, CurrentRow>> {
  // Where there was no place there is no row to read.
  const known = wanted.filter(({ isNew }) => !isNew)
  return readCurrentRows(client, tenant, [
    ...known.flatMap(({ execution, anchors }) => anchors.map((anchor) => ({ ...keyOf(execution), anchor }))),
    ...unwanted.flatMap(({ key, anchors }) => anchors.map((anchor) => ({ ...keyOf(key), anchor }))),
  ])
}

/** Gives their number. Rows go with a block of their day, if there is one. */
async function writeRows(
  options: SettleTracesOptions,
  rows: readonly PlannedRow[],
  blocks: readonly ExecutionBlock[] = [],
): Promise<number> {
  const { client, persist } = options
  const batches = toBatches(rows, microsOf(options))
  for (const { day, executions } of blocks) {
    const n = batches.findIndex((batch) => batch.day === day)
    const [batch = { day, rows: [] }] = n < 0 ? [] : batches.splice(n, 1)
    await persist(() => writeBlock(client, executions, batch))
  }
  for (const batch of batches) await persist(() => writeBatch(client, batch))
  return blocks.reduce((sum, block) => sum + block.rows, rows.length)
}

/** Writes again, at the anchor that counts, what was taken for new and has several; gives the number of rows. */
async function correctAnchors(
  options: SettleTracesOptions,
  wanted: readonly Wanted[],
  found: ReadonlyMap<string, Place>,
): Promise<number> {
  const contested = wanted.flatMap((one) => {
    const { anchors } = found.get(keyText(one.execution)) ?? { anchors: [] }
    return anchors.length > 1 ? [{ ...one, anchors, isNew: false }] : []
  })
  if (contested.length === 0) return 0
  const current = await readCurrent(options, contested, [])
  return writeRows(options, planRows(options.tenant, contested, [], current, microsOf(options)))
}

function microsOf({ now }: SettleTracesOptions): bigint {
  return BigInt(now()) * 1000n
}

function keyOf({ execution_id, instance }: ExecutionKey): ExecutionKey {
  return { execution_id, instance }
}

/** @param found places of what was created, as they are now */
function afterwards(
  options: SettleTracesOptions,
  followed: Followed,
  found: ReadonlyMap<string, Place>,
): Pick<SettleReport, 'unseen' | 'settleAgainAtMs'> {
  const asked = new Set(options.traces.map(({ trace_id }) => trace_id))
  const seen = new Set<string>()
  const settleAgainAtMs = new Map<string, number>()
  for (const component of followed.components) {
    for (const span of component.spans) seen.add(span.trace_id)
    const again = isShared(component, found) ? options.now() : component.settled.settle_again_at_ms
    // One trace stands for the whole component: it brings in the others.
    const representative = component.traces.find((trace) => asked.has(trace))
    if (again !== null && representative) settleAgainAtMs.set(representative, again)
  }
  return { unseen: [...asked].filter((trace) => !seen.has(trace)), settleAgainAtMs }
}

/** Whether an execution that was taken for new came in a further trace meanwhile: they must be settled together. */
function isShared({ traces, settled }: Component, found: ReadonlyMap<string, Place>): boolean {
  return settled.executions.some((execution) =>
    found.get(keyText(execution))?.traces.some((trace) => !traces.includes(trace)),
  )
}
