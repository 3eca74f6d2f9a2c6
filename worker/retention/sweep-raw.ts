/**
 * Takes spans, markers and log records whose executions lost their payload, and old ones that belong to none: for each day of a table one
 * mutation at most. Spans of a trace with several executions stay for as long as the one that stays longest.
 */
import {
  type ClickHouseClient,
  DAY_MS,
  daysRange,
  RETENTION_DEFAULTS,
  RETENTION_FRESH_MS,
  type RetentionSettings,
} from '@runlens/clickhouse'
import { deleteRows, readPartitions, type Swept } from './mutate.ts'

export interface SweepOptions {
  client: ClickHouseClient
  /** Those of all tenants that have some of their own. */
  settings: ReadonlyMap<string, RetentionSettings>
  /** Only rows of this one; undefined: of all. */
  tenant: string | undefined
  nowMs: number
}

/** Tables by the day of a row. */
const RAW_TABLES = ['spans', 'markers', 'logs'] as const

/** One statement at a time. May be repeated. */
export async function* sweepRaw(options: SweepOptions): AsyncGenerator<Swept> {
  const { client, settings, nowMs } = options
  const youngest = Math.min(...[...settings.values(), RETENTION_DEFAULTS].map((one) => daysRange(one).min))
  for (const table of RAW_TABLES) {
    for (const partition of await readPartitions(client, table)) {
      const endMs = endOfDay(partition)
      if (endMs > nowMs - youngest * DAY_MS) continue
      const where = `${ofTenant(options)} AND ${isOld(table)}`
      yield* deleteRows(client, { table, partition, where, params: paramsOf(options, partition, endMs) })
    }
  }
  yield* sweepPlaces(options)
}

/** Of a partition by day, `20261120`; milliseconds since the epoch. */
function endOfDay(partition: string): number {
  const [year, month, day] = [partition.slice(0, 4), partition.slice(4, 6), partition.slice(6)].map(Number)
  return Date.UTC(year!, month! - 1, day! + 1)
}

function ofTenant({ tenant }: SweepOptions): string {
  return tenant === undefined ? '1' : 'tenant = {tenant:String}'
}

function paramsOf({ settings, tenant, nowMs }: SweepOptions, partition: string, endMs: number) {
  const own = [...settings]
  return {
    ...(tenant === undefined ? {} : { tenant }),
    partition,
    end: endMs,
    now: nowMs,
    tenants: own.map(([name]) => name),
    days: own.map(([, one]) => one.default_days),
  }
}

/** How long a tenant keeps what belongs to no execution. */
const DEFAULT_DAYS = `transform(toString(tenant), {tenants:Array(String)}, {days:Array(UInt32)}, toUInt32(${RETENTION_DEFAULTS.default_days}))`

/**
 * A trace stays while one of its executions has its payload. One whose executions all lost it goes at once, any other after the default days.
 * Executions are looked for among those of the day's traces only.
 */
function isOld(table: string): string {
  const traces = `SELECT tenant, trace_id FROM ${table} WHERE _partition_id = {partition:String}`
  const ofDay = `SELECT tenant, trace_id, execution_id, instance FROM trace_executions WHERE (tenant, trace_id) IN (${traces})`
  const executions = (which: string) =>
    `(tenant, trace_id) IN (SELECT tenant, trace_id FROM (${ofDay}) WHERE (tenant, execution_id, instance) IN
      (SELECT tenant, execution_id, instance FROM executions ${which}
        AND (tenant, execution_id, instance) IN (SELECT tenant, execution_id, instance FROM (${ofDay}))))`
  return `toUnixTimestamp64Milli(received_at) < {now:Int64} - ${RETENTION_FRESH_MS}
  AND NOT ${executions("FINAL WHERE removed = ''")}
  AND ({end:Int64} <= {now:Int64} - toInt64(${DEFAULT_DAYS}) * ${DAY_MS} OR ${executions("WHERE removed != ''")})`
}

/** Places of executions and traces of which nothing is left. */
async function* sweepPlaces(options: SweepOptions): AsyncGenerator<Swept> {
  const { client } = options
  const isAged = (time: string) =>
    `toUnixTimestamp64Milli(${time}) < {now:Int64} - toInt64(${DEFAULT_DAYS} + 1) * ${DAY_MS}`
  const params = paramsOf(options, 'all', 0)
  const known = 'SELECT tenant, execution_id, instance FROM executions FINAL'
  const isGone = `(tenant, execution_id, instance) NOT IN (${known})`
  const steps = [
    {
      table: 'trace_executions',
      where: `${isGone} AND (tenant, execution_id, instance) IN (SELECT tenant, execution_id, instance FROM execution_locator WHERE ${isAged('anchor_at')})`,
    },
    { table: 'execution_terms', where: `${isAged('anchor_at')} AND ${isGone}` },
    { table: 'execution_locator', where: `${isGone} AND ${isAged('anchor_at')}` },
    {
      table: 'traces',
      where: `${isAged('last_started_at')} AND (tenant, trace_id) NOT IN (SELECT tenant, trace_id FROM trace_executions)
        AND (tenant, trace_id) NOT IN (SELECT tenant, trace_id FROM spans)`,
    },
  ]
  for (const { table, where } of steps) {
    yield* deleteRows(client, {
      table,
      partition: 'all',
      where: `${ofTenant(options)} AND ${where}`,
      params,
    })
  }
}
