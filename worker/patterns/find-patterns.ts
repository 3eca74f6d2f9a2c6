/** Looks for patterns of a tenant's executions in what just happened, and writes them down: the SQL is that of `clickhouse/patterns.ts`. */
import {
  BURST_HISTORY_SECONDS,
  burstsSql,
  type ClickHouseClient,
  FAILURES,
  HISTORY_SECONDS,
  PATTERN_COLUMNS,
  unusualHoursSql,
} from '@runlens/clickhouse'

/** What is looked at: hours that are over, and minutes; all in seconds since the epoch. */
export interface Look {
  tenant: string
  hoursFrom: number
  hoursTo: number
  minutesFrom: number
  minutesTo: number
  /** Microseconds since the epoch: of two looks at one hour the later one counts. */
  detectedAt: string
}

const KINDS = "kind NOT IN ('query', 'request')"

/** Hours, from the rollups. */
const HOURS = `SELECT
  toUnixTimestamp(hour) AS at,
  sum(executions) AS n,
  sumIf(executions, status = 'success') AS success,
  sumIf(executions, status IN ${FAILURES}) AS failure,
  sum(execution_hours_total.durations) AS durations,
  sum(duration_ms_sum) AS duration_sum
FROM execution_hours_total FINAL
WHERE tenant = {tenant:String} AND ${KINDS}
  AND hour >= toDateTime({hours_from:UInt32} - ${HISTORY_SECONDS}, 'UTC') AND hour < toDateTime({hours_to:UInt32}, 'UTC')
GROUP BY at`

/** Minutes, from the executions: those of the hour that is not over are in no rollup. */
const MINUTES = `SELECT
  toUnixTimestamp(toStartOfMinute(started_at, 'UTC')) AS at,
  count() AS n,
  countIf(status IN ${FAILURES}) AS failure
FROM executions FINAL
WHERE tenant = {tenant:String} AND ${KINDS}
  AND started_at >= toDateTime({minutes_from:UInt32} - ${BURST_HISTORY_SECONDS}, 'UTC') AND started_at < toDateTime({minutes_to:UInt32}, 'UTC')
GROUP BY at`

/** A burst that began at the edge of what is looked at began before it, and was found then. */
const IN_MINUTES = 'starts_s > {minutes_from:UInt32} AND starts_s < {minutes_to:UInt32}'
const IN_HOURS = 'starts_s >= {hours_from:UInt32} AND starts_s < {hours_to:UInt32}'

/** Patterns that were found before and are none any more take part as not found, and are deleted. */
const FIND = (() => {
  const columns = PATTERN_COLUMNS.join(', ')
  const hours = { series: HOURS, from: '{hours_from:UInt32}', to: '{hours_to:UInt32}' }
  const minutes = { series: MINUTES, from: '{minutes_from:UInt32}', to: '{minutes_to:UInt32}' }
  const values = PATTERN_COLUMNS.filter((name) => !['pattern', 'starts_s', 'ends_s'].includes(name))
  return `INSERT INTO execution_patterns (tenant, started_at, ended_at, pattern, ${values.join(', ')}, detected_at, is_deleted)
SELECT
  {tenant:String},
  toDateTime(starts_s, 'UTC'),
  toDateTime(argMax(ends_s, found), 'UTC'),
  pattern,
  ${values.map((name) => `argMax(${name}, found)`).join(',\n  ')},
  fromUnixTimestamp64Micro({detected_at:Int64}, 'UTC'),
  1 - max(found)
FROM (
SELECT toUInt8(1) AS found, ${columns} FROM (
${unusualHoursSql(hours)}
)
UNION ALL
SELECT toUInt8(1) AS found, ${columns} FROM (
${burstsSql(minutes)}
)
WHERE ${IN_MINUTES}
UNION ALL
SELECT toUInt8(0) AS found, ${columns} FROM (
SELECT *, toUnixTimestamp(started_at) AS starts_s, toUnixTimestamp(ended_at) AS ends_s
FROM execution_patterns FINAL
WHERE tenant = {tenant:String} AND started_at >= toDateTime(least({hours_from:UInt32}, {minutes_from:UInt32}), 'UTC')
)
WHERE if(pattern = 'burst', ${IN_MINUTES}, ${IN_HOURS})
)
GROUP BY starts_s, pattern`
})()

/** Safe at any time and twice at once: the later look counts. */
export async function findPatterns(client: ClickHouseClient, look: Look): Promise<void> {
  await client.command({
    query: FIND,
    query_params: {
      tenant: look.tenant,
      hours_from: look.hoursFrom,
      hours_to: look.hoursTo,
      minutes_from: look.minutesFrom,
      minutes_to: look.minutesTo,
      detected_at: look.detectedAt,
    },
    // Exact skip indexes: a version that moved must still hide the one that lies in the range.
    clickhouse_settings: { use_skip_indexes_if_final: 1, use_skip_indexes_if_final_exact_mode: 1 },
  })
}

export interface ActiveTenant {
  tenant: string
  /** Start of the first hour since `fromS` whose rollups wait for being rebuilt, seconds since the epoch; 0 for none. */
  firstDirty: number
}

/** Tenants looked at in one step. */
const TENANTS_MAX = 1_000
/** A tenant that had no executions for so long is no more looked at. */
const ACTIVE_DAYS = 8

/** @param fromS seconds since the epoch */
export async function readActiveTenants(client: ClickHouseClient, fromS: number): Promise<ActiveTenant[]> {
  const result = await client.query({
    query: `SELECT tenant, toUInt32(minIf(at, is_dirty AND at >= {from:UInt32})) AS firstDirty
FROM (
  SELECT tenant, toUnixTimestamp(hour) AS at, max(dirty_at) >= max(rebuilt_at) AS is_dirty
  FROM dirty_hours
  WHERE hour >= now() - INTERVAL ${ACTIVE_DAYS} DAY AND hour <= now()
  GROUP BY tenant, hour
)
GROUP BY tenant
ORDER BY tenant
LIMIT ${TENANTS_MAX}`,
    query_params: { from: fromS },
    format: 'JSONEachRow',
  })
  return result.json<ActiveTenant>()
}
