/** Rebuilds the hourly rollups of hours whose executions changed: whole, from `executions`, never by adding. */
import {
  type ClickHouseClient,
  DIRTY_HOURS,
  durationBucketSql,
  EXECUTION_SCALE,
  encodeRow,
  insertRows,
  QUANTILE_LEVELS,
} from '@runlens/clickhouse'

export interface DirtyHour {
  tenant: string
  /** Seconds since the epoch. */
  hour: number
}

/** Hours rebuilt in one go. */
const HOURS_MAX = 100

const KEYS = ['kind', 'environment', 'workflow_id', 'status'] as const
const TOTAL_KEYS = ['kind', 'environment', 'status'] as const

/**
 * Hours that are over and were marked since their last rebuild, oldest mark first. A mark counts as answered only by a rebuild
 * that began `settlingMs` after it: the row that a mark stands for may become visible later than the mark.
 */
export async function readDirtyHours(client: ClickHouseClient, settlingMs: number): Promise<DirtyHour[]> {
  const result = await client.query({
    query: `SELECT tenant, toUInt32(hour) AS hour_s
FROM dirty_hours
GROUP BY tenant, hour
HAVING max(dirty_at) + toIntervalMillisecond({settlingMs:UInt32}) > max(rebuilt_at)
  AND (max(rebuilt_at) < max(dirty_at) OR max(dirty_at) + toIntervalMillisecond({settlingMs:UInt32}) < now64(6))
  AND hour + INTERVAL 1 HOUR <= now()
ORDER BY max(dirty_at)
LIMIT ${HOURS_MAX}`,
    query_params: { settlingMs },
    format: 'JSONEachRow',
  })
  const rows = await result.json<{ tenant: string; hour_s: number }>()
  return rows.map(({ tenant, hour_s }) => ({ tenant, hour: hour_s }))
}

/** Safe at any time and twice at once: the rebuild that began last counts, and a later change marks the hour again. */
export async function rebuildHour(client: ClickHouseClient, { tenant, hour }: DirtyHour): Promise<void> {
  const clock = await client.query({
    query: 'SELECT toString(toUnixTimestamp64Micro(now64(6))) AS now',
    format: 'JSONEachRow',
  })
  const [answer] = await clock.json<{ now: string }>()
  const began = answer!.now
  for (const [table, keys] of [
    ['execution_hours', KEYS],
    ['execution_hours_total', TOTAL_KEYS],
  ] as const) {
    await client.command({
      query: rebuildSql(table, keys),
      query_params: { tenant, hour, generation: began },
      // Exact skip indexes: a version that moved out of the hour must still hide the one that lies in it.
      clickhouse_settings: { use_skip_indexes_if_final: 1, use_skip_indexes_if_final_exact_mode: 1 },
    })
  }
  const row = { tenant, hour, dirty_at: 0n, rebuilt_at: BigInt(began) }
  await insertRows(client, { table: DIRTY_HOURS, rows: [encodeRow(DIRTY_HOURS, row)] })
}

/** The executions of the hour and, so that keys which vanished become zeros, the keys that its rollup has now. */
function rebuildSql(table: string, keys: readonly string[]): string {
  const list = keys.join(', ')
  const named = keys.includes('workflow_id')
  const columns = `tenant, hour, ${list}${named ? ', workflow_name' : ''}, executions, durations, duration_ms_sum, duration_ms_max,
  duration_bucket, queue_ms_sum, rows_total_sum, last_started_at, generation`
  const bucket = durationBucketSql('ifNull(duration_ms, 0)', EXECUTION_SCALE)
  return `INSERT INTO ${table} (${columns})
SELECT {tenant:String}, toDateTime({hour:UInt32}), ${list}${named ? ', argMax(name, (n, started_at))' : ''},
  sum(n), count(duration_ms), sum(ifNull(duration_ms, 0)), max(ifNull(duration_ms, 0)),
  quantilesTimingStateIf(${QUANTILE_LEVELS.join(', ')})(${bucket}, isNotNull(duration_ms)),
  sum(ifNull(queue_ms, 0)), sum(ifNull(rows_total, 0)), max(started_at), {generation:UInt64}
FROM
(
  SELECT ${list}${named ? ', workflow_name AS name' : ''}, toUInt64(1) AS n, duration_ms, queue_ms, rows_total, started_at
  FROM executions FINAL
  WHERE tenant = {tenant:String} AND started_at >= fromUnixTimestamp64Nano(toInt64({hour:UInt32}) * 1000000000)
    AND started_at < fromUnixTimestamp64Nano(toInt64({hour:UInt32} + 3600) * 1000000000)
  UNION ALL
  SELECT ${list}${named ? ', workflow_name AS name' : ''}, toUInt64(0), NULL, NULL, NULL, toDateTime64(0, 9)
  FROM ${table} FINAL
  WHERE tenant = {tenant:String} AND hour = toDateTime({hour:UInt32})
)
GROUP BY ${list}`
}
