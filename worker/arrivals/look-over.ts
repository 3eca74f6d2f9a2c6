/**
 * Looks over what some blocks brought, trace by trace: most traces are simple, and become rows out of columns right here; the spans of
 * others are made ready for `settle`. All of it while ClickHouse tells what it knows of them.
 */
import { type ArrivalTable, type ClickHouseClient, readArrivalsWithin } from '@runlens/clickhouse'
import type { Settled, SettleSpan } from '@runlens/mapping'
import { allDone } from '../jobs/all-done.ts'
import { inSlices } from '../jobs/in-slices.ts'
import { keyText } from '../settle/execution-key.ts'
import { ARRIVED_SPANS_MAX } from '../settle/follow-executions.ts'
import type { NewExecution } from '../settle/settle-traces.ts'
import { simpleRoot } from '../simple/simple-root.ts'
import { SimpleRows } from '../simple/simple-rows.ts'
import { rowsByTrace } from '../simple/trace-rows.ts'
import type { Arrival } from './dirty-traces.ts'
import { type LookedUpByTenant, readKnown, traceKeyText } from './known-traces.ts'

export interface LookOverOptions {
  client: ClickHouseClient
  /** Times, microseconds since the epoch, ascending. */
  blocks: readonly bigint[]
  payloadBytesMax: number
  /** Bytes of arrivals read at once. */
  bytesMax: number
  /** What follows from the spans of one trace; undefined where that fails. */
  settle: (spans: SettleSpan[]) => Settled | undefined
}

/** Spans of which objects are made in one look; of more, traces are read again when it is their turn. */
const READ_SPANS_MAX = 30_000

/** A trace that is simple, whole and new. */
export interface SimpleTrace extends NewExecution {
  tenant: string
  /** ClickHouse's clock when its first span came, microseconds since the epoch. */
  arrived_at: bigint
  /** The same as of any other trace, should it have to be settled with others after all. */
  arrival: () => Arrival
}

export interface LookedOver {
  /** Of all traces that are not simple. */
  arrivals: Arrival[]
  simple: SimpleTrace[]
  /** Where the executions lie that the traces with a root may give: for settling them at once. */
  lookedUp: LookedUpByTenant
}

/** A trace, its spans still in columns. */
interface Group {
  tenant: string
  trace_id: string
  rows: Uint32Array
  hasRoot: boolean
  /** Row of its execution; -1: it is not simple. */
  simpleRoot: number
}

/** @returns undefined if these blocks hold more than `bytesMax` */
export async function lookOver(options: LookOverOptions): Promise<LookedOver | undefined> {
  const { client, blocks, payloadBytesMax, bytesMax } = options
  const table = await readArrivalsWithin(client, { blocks }, bytesMax)
  if (!table) return undefined
  const groups = groupsOf(table, payloadBytesMax)
  // What came without its root waits for it anyway.
  const rooted = groups.filter(({ hasRoot }) => hasRoot)
  const ids = likelyIds(table, rooted)
  const [known, ready] = await allDone([
    readKnown(client, rooted, ids.byTenant),
    inSlices(groups, preparing(table, options)),
  ])
  const arrivals: Arrival[] = []
  const simple: SimpleTrace[] = []
  for (const { group, execution, read } of ready) {
    const { tenant } = group
    const { stored = 0, gaveExecution = false } = known.traces.get(traceKeyText(group)) ?? {}
    const arrival = () => ({ ...arrivalOf(table, group, read), stored, isNew: !gaveExecution })
    const isWhole = !gaveExecution && stored === group.rows.length
    const isFree = (execution: NewExecution) =>
      !ids.isShared(tenant, execution.execution_id) && !known.lookedUp.get(tenant)!.places.has(keyText(execution))
    if (execution && isWhole && isFree(execution))
      simple.push({ ...execution, tenant, arrived_at: firstArrival(table, group), arrival })
    else arrivals.push(arrival())
  }
  return { arrivals, simple, lookedUp: known.lookedUp }
}

function groupsOf(table: ArrivalTable, payloadBytesMax: number): Group[] {
  const { traces, rows, starts } = rowsByTrace(table)
  return Array.from({ length: traces }, (_, t) => {
    const own = rows.subarray(starts[t], starts[t + 1])
    return {
      tenant: table.tenants.at(own[0]!),
      trace_id: table.traceIdOf(own[0]!),
      rows: own,
      hasRoot: own.some((row) => table.isRoot(row)),
      simpleRoot: simpleRoot(table, own, payloadBytesMax),
    }
  })
}

interface LikelyIds {
  byTenant: Map<string, Set<string>>
  /** Whether several of the traces may give an execution with this id. */
  isShared: (tenant: string, id: string) => boolean
}

/** Ids that executions of these traces will most likely have; settling looks for others itself. */
function likelyIds(table: ArrivalTable, groups: readonly Group[]): LikelyIds {
  const byTenant = new Map<string, Set<string>>()
  const shared = new Set<string>()
  for (const group of groups) {
    const { tenant } = group
    const ofTenant = byTenant.get(tenant) ?? new Set()
    byTenant.set(tenant, ofTenant)
    for (const id of idsOf(table, group)) {
      if (ofTenant.has(id)) shared.add(`${tenant}\0${id}`)
      ofTenant.add(id)
    }
  }
  return { byTenant, isShared: (tenant, id) => shared.has(`${tenant}\0${id}`) }
}

function idsOf(table: ArrivalTable, { trace_id, rows, simpleRoot }: Group): Set<string> {
  if (simpleRoot >= 0) return new Set([table.fieldsOf(simpleRoot).execution_id || trace_id])
  const ids = new Set<string>()
  for (const row of rows) {
    const isRoot = table.isRoot(row)
    if (isRoot) ids.add(trace_id)
    const { execution_id } = table.fieldsOf(row)
    if (execution_id !== '') ids.add(execution_id)
    else if (!isRoot && table.isEntry(row)) ids.add(`${trace_id}-${table.spanIdOf(row)}`)
  }
  return ids
}

interface Ready {
  group: Group
  /** Of a simple trace. */
  execution: NewExecution | undefined
  read: Arrival['read']
}

/** Makes the execution of a simple trace; of others gives spans and what follows from them, as long as there is room. */
function preparing(table: ArrivalTable, { payloadBytesMax, settle }: LookOverOptions): (group: Group) => Ready {
  let room = READ_SPANS_MAX
  const simpleRows = new SimpleRows(table, BigInt(Date.now()) * 1000n)
  return (group) => {
    const { rows, simpleRoot: root, hasRoot } = group
    if (root >= 0) return { group, execution: simpleRows.of(rows, root), read: undefined }
    if (!hasRoot || rows.length > Math.min(room, ARRIVED_SPANS_MAX))
      return { group, execution: undefined, read: undefined }
    room -= rows.length
    const spans = Array.from(rows, (row) => table.spanOf(row, payloadBytesMax))
    return { group, execution: undefined, read: { spans, settled: settle(spans) } }
  }
}

function arrivalOf(
  table: ArrivalTable,
  { tenant, trace_id, rows }: Group,
  read: Arrival['read'],
): Omit<Arrival, 'stored' | 'isNew'> {
  const blocks = ascending(new Set(Array.from(rows, (row) => table.arrivedAt.at(row))))
  const starts = ascending(Array.from(rows, (row) => table.startedAt.at(row)))
  return {
    tenant,
    trace_id,
    arrived_at: blocks[0]!,
    spans: rows.length,
    range: {
      trace_id,
      first_started_at: starts[0]!,
      last_started_at: starts.at(-1)!,
      services: [...new Set(Array.from(rows, (row) => table.services.at(row)))],
      markers: rows.reduce((sum, row) => sum + (table.labelsOf(row).marker === '' ? 0 : 1), 0),
    },
    blocks,
    ...(read && { read }),
  }
}

function firstArrival({ arrivedAt }: ArrivalTable, { rows }: Group): bigint {
  let first = rows[0]!
  for (const row of rows) if (arrivedAt.until(row, arrivedAt, first) > 0) first = row
  return arrivedAt.at(first)
}

function ascending(values: Iterable<bigint>): bigint[] {
  return [...values].sort((a, b) => (a < b ? -1 : 1))
}
