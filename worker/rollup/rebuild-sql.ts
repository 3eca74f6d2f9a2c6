/** The statement that rebuilds one hour of a rollup. */
import { durationBucketSql, QUANTILE_LEVELS } from '@runlens/clickhouse'
import type { Rollup } from './rollups.ts'

/** One column between keys and durations: what it is made of in a row of `executions` and in a key of before, and the aggregate of both. */
interface Part {
  column: string
  as: string
  value: string
  none: string
  aggregate: string
}

/** Executions that start in the hour of the parameters `tenant` and `hour` (seconds since the epoch). */
const IN_HOUR = `tenant = {tenant:String} AND started_at >= fromUnixTimestamp64Nano(toInt64({hour:UInt32}) * 1000000000)
    AND started_at < fromUnixTimestamp64Nano(toInt64({hour:UInt32} + 3600) * 1000000000)`

/** The same of rows of `executions FINAL`, found by the anchors of all versions that ever started in the hour. */
export const STARTED_IN_HOUR = `${IN_HOUR}
    AND toStartOfHour(anchor_at, 'UTC') IN (SELECT toStartOfHour(anchor_at, 'UTC') FROM executions WHERE ${IN_HOUR})`

/**
 * Takes the parameters `tenant`, `hour` (seconds since the epoch) and `generation`. Beside the executions it reads the keys that the
 * hour has so far, with nothing in them, so that those which vanished become zeros. An execution that ever started in the hour may now
 * lie in another; all of its versions share their anchor, and by these the rows are found.
 */
export function rebuildSql(rollup: Rollup): string {
  const { table, time, keys, where, arrayJoin, duration } = rollup
  const keyNames = Object.keys(keys)
  const parts = partsOf(rollup)
  const figures = [
    ...parts.map(({ column, aggregate }): [string, string] => [column, aggregate]),
    ...durationsOf(rollup),
  ]
  const counts = [
    ...Object.entries(keys).map(([name, of]) => `${of} AS ${name}`),
    ...parts.map(({ as, value }) => `${value} AS ${as}`),
    'toUInt64(1) AS n',
    `${duration} AS ms`,
    'started_at AS start',
  ]
  const zeros = [...keyNames, ...parts.map(({ none }) => none), 'toUInt64(0)', 'NULL', 'toDateTime64(0, 9)']
  return `INSERT INTO ${table.name} (tenant, ${[...keyNames, ...figures.map(([name]) => name)].join(', ')}, generation)
SELECT {tenant:String}, ${keyNames.join(', ')},
  ${figures.map(([, value]) => value).join(',\n  ')},
  {generation:UInt64}
FROM
(
  SELECT ${counts.join(', ')}
  FROM executions FINAL
  ${arrayJoin}
  WHERE ${STARTED_IN_HOUR}${where === undefined ? '' : `\n    AND ${where}`}
  UNION ALL
  SELECT ${zeros.join(', ')}
  FROM ${table.name} FINAL
  WHERE tenant = {tenant:String} AND ${time} >= toDateTime({hour:UInt32}) AND ${time} < toDateTime({hour:UInt32} + 3600)
)
GROUP BY ${keyNames.join(', ')}`
}

function partsOf({ latest, sets, others = {}, sums }: Rollup): Part[] {
  return [
    ...Object.entries(latest).map(([column, value]) => {
      const as = `latest_${column}`
      return { column, as, value, none: column, aggregate: `argMax(${as}, (n, start))` }
    }),
    ...Object.entries(sets).map(([column, value]) => {
      const as = `part_${column}`
      return { column, as, value, none: '[]', aggregate: `groupUniqArrayArray(${as})` }
    }),
    ...Object.entries(others).map(([column, { value, none, aggregate }]) => {
      const as = `part_${column}`
      return { column, as, value, none, aggregate: aggregate(as) }
    }),
    ...Object.entries(sums).map(([column, value]) => {
      const as = `part_${column}`
      return { column, as, value, none: 'NULL', aggregate: `sum(ifNull(${as}, 0))` }
    }),
  ]
}

/** Columns that every rollup has. */
function durationsOf({ counted, scale }: Rollup): [column: string, aggregate: string][] {
  return [
    [counted, 'sum(n)'],
    ['durations', 'count(ms)'],
    ['duration_ms_sum', 'sum(ifNull(ms, 0))'],
    ['duration_ms_max', 'max(ifNull(ms, 0))'],
    [
      'duration_bucket',
      `quantilesTimingStateIf(${QUANTILE_LEVELS.join(', ')})(${durationBucketSql('ifNull(ms, 0)', scale)}, isNotNull(ms))`,
    ],
    ['last_started_at', 'max(start)'],
  ]
}
