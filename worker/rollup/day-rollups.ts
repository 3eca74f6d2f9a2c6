/** The rollups of a day: what each is made from, and how the figures of hours become one. */
import {
  ERROR_DAYS,
  ERROR_HOURS,
  EXECUTION_DAYS,
  EXECUTION_HOURS,
  QUANTILE_LEVELS,
  STEP_DAYS,
  STEP_HOURS,
  type Table,
} from '@runlens/clickhouse'

export interface DayRollup {
  table: Table
  hours: Table
  /** Key columns between day and figures. */
  keys: readonly string[]
  /** Name of the column that counts. */
  counted: string
}

export const DAY_ROLLUPS: readonly DayRollup[] = [
  {
    table: EXECUTION_DAYS,
    hours: EXECUTION_HOURS,
    keys: ['kind', 'environment', 'workflow_id', 'status'],
    counted: 'executions',
  },
  {
    table: STEP_DAYS,
    hours: STEP_HOURS,
    keys: ['workflow_id', 'environment', 'kind', 'step_type', 'step_name', 'step_status'],
    counted: 'steps',
  },
  {
    table: ERROR_DAYS,
    hours: ERROR_HOURS,
    keys: ['error_fingerprint', 'kind', 'environment', 'workflow_id'],
    counted: 'executions',
  },
]

/** Columns of the newest hour that counts anything. */
const LATEST = ['workflow_name', 'error_type', 'error_class', 'failed_step']
const SETS = ['failed_users', 'users']
const NOT_FIGURES = ['tenant', 'day', 'generation']

/**
 * The statement that rebuilds one day. Takes the parameters `tenant`, `day` (seconds since the epoch) and `generation`. Keys that the day has
 * so far and its hours have not become zeros.
 */
export function rebuildDaySql({ table, hours, keys, counted }: DayRollup): string {
  const figures = Object.keys(table.columns).filter((name) => !NOT_FIGURES.includes(name) && !keys.includes(name))
  const inDay = (time: string) =>
    `tenant = {tenant:String} AND ${time} >= toDateTime({day:UInt32}) AND ${time} < toDateTime({day:UInt32} + 86400)`
  const columns = [...keys, ...figures].join(', ')
  const kept = [...keys, ...figures.map((name) => (name === counted ? `toUInt64(0) AS ${counted}` : name))].join(', ')
  return `INSERT INTO ${table.name} (tenant, day, ${columns}, generation)
SELECT {tenant:String}, toDateTime({day:UInt32}), ${keys.join(', ')},
  ${figures.map((name) => aggregate(name, counted)).join(',\n  ')},
  {generation:UInt64}
FROM
(
  SELECT ${columns} FROM ${hours.name} FINAL WHERE ${inDay('hour')}
  UNION ALL
  SELECT ${kept} FROM ${table.name} FINAL WHERE ${inDay('day')}
) AS rows
GROUP BY ${keys.join(', ')}`
}

/** One figure of a day over rows of its hours; rows that count nothing stand for keys that vanished. */
function aggregate(name: string, counted: string): string {
  const counts = `rows.${counted} > 0`
  if (LATEST.includes(name)) return `argMax(rows.${name}, (${counts}, rows.last_started_at))`
  if (SETS.includes(name)) return `groupUniqArrayArrayIf(rows.${name}, ${counts})`
  if (name === 'duration_bucket') {
    return `quantilesTimingMergeStateIf(${QUANTILE_LEVELS.join(', ')})(rows.${name}, ${counts})`
  }
  if (name === 'duration_ms_max' || name === 'last_started_at') return `maxIf(rows.${name}, ${counts})`
  if (name === 'first_started_at') return `minIf(rows.${name}, ${counts})`
  return `sumIf(rows.${name}, ${counts})`
}
