/**
 * Looks over what some blocks brought, trace by trace: most traces are simple, and become rows out of columns right here; the spans of
 * others are made ready for `settle`. All of it while ClickHouse tells what it knows of them.
 */
import { type ArrivalTable, type ClickHouseClient, readArrivalsWithin } from '@runlens/clickhouse'
import type { ExecutionBlock } from '../compiled/execution-blocks.ts'
import type { SettleStages } from '../compiled/settle-stages.ts'
import { allDone } from '../jobs/all-done.ts'
import { inSlices } from '../jobs/in-slices.ts'
import { keyText } from '../settle/execution-key.ts'
import type { NewExecution } from '../settle/settle-traces.ts'
import { simpleRoot } from '../simple/simple-root.ts'
import { SimpleRows } from '../simple/simple-rows.ts'
import { rowsByTrace } from '../simple/trace-rows.ts'
import type { Arrival } from './dirty-traces.ts'
import { type LookedUpByTenant, readKnown, traceKeyText } from './known-traces.ts'
import { lookOverCompiled } from './look-over-compiled.ts'
import { type PrepareOptions, preparing } from './prepare-traces.ts'
import { arrivalOf, type Group, likelyIds } from './trace-groups.ts'

export interface LookOverOptions extends PrepareOptions {
  client: ClickHouseClient
  /** Times, microseconds since the epoch, ascending. */
  blocks: readonly bigint[]
  /** Bytes of arrivals read at once. */
  bytesMax: number
  /** Look over them by these, if they have room: what was found before is then no longer good. */
  stages?: SettleStages | undefined
}

/** A trace that is simple, whole and new; by columns it may have failed. */
export interface SimpleTrace extends NewExecution {
  tenant: string
  /** ClickHouse's clock when its first span came, microseconds since the epoch. */
  arrived_at: bigint
  /** The same as of any other trace, should it have to be settled with others after all. */
  arrival(): Arrival
}

export interface LookedOver {
  /** Of all traces that are not simple. */
  arrivals: Arrival[]
  simple: SimpleTrace[]
  /** Executions of the simple traces that have no `row`, as they are to be written: by tenant. */
  blocks: ReadonlyMap<string, readonly ExecutionBlock[]>
  /** Where the executions lie that the traces with a root may give: for settling them at once. */
  lookedUp: LookedUpByTenant
}

/** @returns undefined if these blocks hold more than `bytesMax` */
export async function lookOver(options: LookOverOptions): Promise<LookedOver | undefined> {
  const { stages } = options
  return (stages && (await lookOverCompiled(options, stages))) ?? lookOverRows(options)
}

async function lookOverRows(options: LookOverOptions): Promise<LookedOver | undefined> {
  const { client, blocks, payloadBytesMax, bytesMax } = options
  const table = await readArrivalsWithin(client, { blocks }, bytesMax)
  if (!table) return undefined
  const groups = groupsOf(table, payloadBytesMax)
  // What came without its root waits for it anyway.
  const rooted = groups.filter(({ hasRoot }) => hasRoot)
  const ids = likelyIds(table, rooted)
  const [known, ready] = await allDone([
    readKnown(client, rooted, ids.byTenant),
    inSlices(groups, readying(table, options)),
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
  return { arrivals, simple, blocks: new Map(), lookedUp: known.lookedUp }
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

interface Ready {
  group: Group
  /** Of a simple trace. */
  execution: NewExecution | undefined
  read: Arrival['read']
}

/** Makes the execution of a simple trace, and others ready for `settle`. */
function readying(table: ArrivalTable, options: LookOverOptions): (group: Group) => Ready {
  const simpleRows = new SimpleRows(table, BigInt(Date.now()) * 1000n)
  const prepare = preparing(table, options)
  return (group) => {
    const { rows, simpleRoot: root } = group
    if (root >= 0) return { group, execution: simpleRows.of(rows, root), read: undefined }
    return { group, execution: undefined, read: prepare(group) }
  }
}

function firstArrival({ arrivedAt }: ArrivalTable, { rows }: Group): bigint {
  let first = rows[0]!
  for (const row of rows) if (arrivedAt.until(row, arrivedAt, first) > 0) first = row
  return arrivedAt.at(first)
}
