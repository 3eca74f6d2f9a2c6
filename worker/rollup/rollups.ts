/** The rollups that are rebuilt for an hour: what each is grouped by, and how its figures follow from executions. */
import {
  type DurationScale,
  durationBucketSql,
  EXECUTION_HOURS,
  EXECUTION_HOURS_TOTAL,
  EXECUTION_MINUTES,
  EXECUTION_SCALE,
  FAILURES,
  QUANTILE_LEVELS,
  STEP_HOURS,
  STEP_SCALE,
  type Table,
} from '@runlens/clickhouse'

export interface Rollup {
  table: Table
  /** The column that holds the time. */
  time: 'hour' | 'minute'
  /** Key columns between tenant and figures, each with the expression over `executions` that gives it. */
  keys: Readonly<Record<string, string>>
  /** Columns that are neither key nor figure: the latest value of this expression. */
  latest: Readonly<Record<string, string>>
  /** Sets of hashes: what is in these arrays over `executions`, each once. */
  sets: Readonly<Record<string, string>>
  /** Name of the column that counts. */
  counted: string
  /** One row of the source for each row that is counted. */
  arrayJoin: string
  /** Nullable. */
  duration: string
  scale: DurationScale
  /** Figures beside count and durations: sums of these expressions. */
  sums: Readonly<Record<string, string>>
}

const HOUR = "toStartOfHour(started_at, 'UTC')"

const EXECUTIONS = {
  counted: 'executions',
  arrayJoin: '',
  duration: 'duration_ms',
  scale: EXECUTION_SCALE,
  sums: { queue_ms_sum: 'queue_ms', rows_total_sum: 'rows_total' },
} as const

const BY_WORKFLOW = {
  kind: 'kind',
  environment: 'environment',
  workflow_id: 'workflow_id',
  status: 'status',
} as const
const { workflow_id: _, ...OVER_WORKFLOWS } = BY_WORKFLOW

export const ROLLUPS: readonly Rollup[] = [
  {
    ...EXECUTIONS,
    table: EXECUTION_MINUTES,
    time: 'minute',
    keys: { minute: "toStartOfMinute(started_at, 'UTC')", ...BY_WORKFLOW },
    latest: {},
    sets: {},
  },
  {
    ...EXECUTIONS,
    table: EXECUTION_HOURS,
    time: 'hour',
    keys: { hour: HOUR, ...BY_WORKFLOW },
    latest: { workflow_name: 'workflow_name' },
    sets: { failed_users: `if(user_id != '' AND status IN ${FAILURES}, [sipHash128(user_id)], [])` },
  },
  {
    ...EXECUTIONS,
    table: EXECUTION_HOURS_TOTAL,
    time: 'hour',
    keys: { hour: HOUR, ...OVER_WORKFLOWS },
    latest: {},
    sets: {},
  },
  {
    table: STEP_HOURS,
    time: 'hour',
    keys: {
      hour: HOUR,
      workflow_id: 'workflow_id',
      environment: 'environment',
      kind: 'kind',
      step_type: 'step_type',
      step_name: 'step_name',
      step_status: 'step_status',
    },
    latest: {},
    sets: {},
    counted: 'steps',
    arrayJoin: `ARRAY JOIN steps.name AS step_name, steps.type AS step_type, steps.status AS step_status, steps.duration_ms AS step_ms`,
    duration: 'step_ms',
    scale: STEP_SCALE,
    sums: {},
  },
]

/** Executions that start in the hour of the parameters `tenant` and `hour` (seconds since the epoch). */
const IN_HOUR = `tenant = {tenant:String} AND started_at >= fromUnixTimestamp64Nano(toInt64({hour:UInt32}) * 1000000000)
    AND started_at < fromUnixTimestamp64Nano(toInt64({hour:UInt32} + 3600) * 1000000000)`

/** The same of rows of `executions FINAL`, found by the anchors of all versions that ever started in the hour. */
export const STARTED_IN_HOUR = `${IN_HOUR}
    AND toStartOfHour(anchor_at, 'UTC') IN (SELECT toStartOfHour(anchor_at, 'UTC') FROM executions WHERE ${IN_HOUR})`

/**
 * The statement that rebuilds one hour; takes the parameters `tenant`, `hour` (seconds since the epoch) and `generation`. Beside
 * the executions it reads the keys that the hour has so far, with nothing in them, so that those which vanished become zeros. An
 * execution that ever started in the hour may now lie in another; all of its versions share their anchor, and by these the rows
 * are found.
 */
export function rebuildSql({
  table,
  time,
  keys,
  latest,
  sets,
  counted,
  arrayJoin,
  duration,
  scale,
  sums,
}: Rollup): string {
  const keyNames = Object.keys(keys)
  const latestNames = Object.keys(latest)
  const sumNames = Object.keys(sums)
  const setNames = Object.keys(sets)
  const figures: [column: string, value: string][] = [
    ...latestNames.map((name): [string, string] => [name, `argMax(latest_${name}, (n, start))`]),
    ...setNames.map((name): [string, string] => [name, `groupUniqArrayArray(part_${name})`]),
    [counted, 'sum(n)'],
    ...sumNames.map((name): [string, string] => [name, `sum(ifNull(part_${name}, 0))`]),
    ['durations', 'count(ms)'],
    ['duration_ms_sum', 'sum(ifNull(ms, 0))'],
    ['duration_ms_max', 'max(ifNull(ms, 0))'],
    [
      'duration_bucket',
      `quantilesTimingStateIf(${QUANTILE_LEVELS.join(', ')})(${durationBucketSql('ifNull(ms, 0)', scale)}, isNotNull(ms))`,
    ],
    ['last_started_at', 'max(start)'],
  ]
  const counts = [
    ...Object.entries(keys).map(([name, of]) => `${of} AS ${name}`),
    ...Object.entries(latest).map(([name, of]) => `${of} AS latest_${name}`),
    ...Object.entries(sets).map(([name, of]) => `${of} AS part_${name}`),
    'toUInt64(1) AS n',
    ...Object.entries(sums).map(([name, of]) => `${of} AS part_${name}`),
    `${duration} AS ms`,
    'started_at AS start',
  ]
  const zeros = [
    ...keyNames,
    ...latestNames,
    ...setNames.map(() => '[]'),
    'toUInt64(0)',
    ...sumNames.map(() => 'NULL'),
    'NULL',
    'toDateTime64(0, 9)',
  ]
  return `INSERT INTO ${table.name} (tenant, ${[...keyNames, ...figures.map(([name]) => name)].join(', ')}, generation)
SELECT {tenant:String}, ${keyNames.join(', ')},
  ${figures.map(([, value]) => value).join(',\n  ')},
  {generation:UInt64}
FROM
(
  SELECT ${counts.join(', ')}
  FROM executions FINAL
  ${arrayJoin}
  WHERE ${STARTED_IN_HOUR}
  UNION ALL
  SELECT ${zeros.join(', ')}
  FROM ${table.name} FINAL
  WHERE tenant = {tenant:String} AND ${time} >= toDateTime({hour:UInt32}) AND ${time} < toDateTime({hour:UInt32} + 3600)
)
GROUP BY ${keyNames.join(', ')}`
}
