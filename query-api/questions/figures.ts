/** Counts and durations of executions, from raw rows, from hourly rollups, or from both: one shape, so that the numbers agree. */
import { bucketDurationSql, durationBucketSql, EXECUTION_SCALE, FAILURES, QUANTILE_LEVELS } from '@runlens/clickhouse'
import { indent, type Parameters, rowsOf, type Scope } from './question.ts'
import { inRawHours } from './raw-hours.ts'
import { FINAL, fellSilent, OPEN, type Silence } from './status.ts'

export interface FiguresFilter {
  /** Half-open, nanoseconds; the period before it of the same length is read too. */
  range: { from: bigint; to: bigint }
  /** null: all but query and request. */
  kind: readonly string[] | null
  environment: string | null
  silence: Silence
}

/** Where the figures come from; see `planFigures`. */
export interface FiguresPlan {
  source: 'raw' | 'rollup'
  /** Hours read raw although the source is a rollup: starts in seconds since the epoch. */
  rawHours: readonly number[]
}

/** What parts are grouped by, beside period and status. */
export type Grouping = { by: 'bucket'; buckets: number } | { by: 'workflow' }

/** Columns of `figureColumns`; 64-bit integers may come as text. */
export interface FigureRow {
  total: string | number
  success: string | number
  failure: string | number
  running: string | number
  durations_count: string | number
  duration_total: number
  /** In the order of `QUANTILE_LEVELS`; null over nothing. */
  quantiles: (number | null)[]
}

const INT64_MAX = 2n ** 63n - 1n

const LEVELS = QUANTILE_LEVELS.join(', ')

/**
 * Rows of `(is_current, bucket | workflow_id, shown, n, durations, duration_sum, state, last_started[, latest_name, failed_users])`, to be
 * aggregated by {@link figureColumns}.
 */
export function figureParts(
  scope: Scope,
  filter: FiguresFilter,
  plan: FiguresPlan,
  grouping: Grouping,
  parameters: Parameters,
): string {
  if (plan.source === 'raw') return rawPart(scope, filter, grouping, parameters, 'exact', [])
  const hours = parameters.bind('raw_hours', 'Array(UInt32)', plan.rawHours)
  const openHours = rowsOf('execution_hours_total', scope, parameters, [
    `status IN ${OPEN}`,
    'executions > 0',
    ...hourRange(filter, parameters),
  ])
  const stillOpen = [
    `toUnixTimestamp(toStartOfHour(started_at, 'UTC')) NOT IN ${hours}`,
    `status IN ${OPEN}`,
    `toStartOfHour(started_at, 'UTC') IN (\n${indent(`SELECT hour\n${openHours}`)}\n  )`,
  ]
  return [
    rollupPart(scope, filter, grouping, parameters, [`toUnixTimestamp(hour) NOT IN ${hours}`]),
    ...(plan.rawHours.length === 0
      ? []
      : [rawPart(scope, filter, grouping, parameters, 'bucketed', inRawHours(plan.rawHours, parameters))]),
    // A rollup can't tell the lost from the open: both are few and read where the rollup says that there are any.
    rawPart(scope, filter, grouping, parameters, 'bucketed', stillOpen),
  ].join('\nUNION ALL\n')
}

/** Aggregates of parts, as columns whose names start with `prefix`; only parts for which `condition` holds count. */
export function figureColumns(plan: FiguresPlan, condition: string, prefix = ''): string[] {
  const quantiles =
    plan.source === 'raw'
      ? `quantilesExactMergeIf(${LEVELS})(state, ${condition})`
      : `arrayMap(b -> ${bucketDurationSql('b', EXECUTION_SCALE)}, quantilesTimingMergeIf(${LEVELS})(state, ${condition}))`
  return [
    `sumIf(n, ${condition}) AS ${prefix}total`,
    `sumIf(n, ${condition} AND shown = 'success') AS ${prefix}success`,
    `sumIf(n, ${condition} AND shown IN ${FAILURES}) AS ${prefix}failure`,
    `sumIf(n, ${condition} AND shown IN ${OPEN}) AS ${prefix}running`,
    `sumIf(durations, ${condition}) AS ${prefix}durations_count`,
    `sumIf(duration_sum, ${condition}) AS ${prefix}duration_total`,
    `${quantiles} AS ${prefix}quantiles`,
  ]
}

/** The conditions on kind and environment, which raw rows and rollups share. */
export function scopeConditions({ kind, environment }: FiguresFilter, parameters: Parameters): string[] {
  const conditions = [
    kind ? `kind IN ${parameters.bind('kinds', 'Array(String)', kind)}` : "kind NOT IN ('query', 'request')",
  ]
  if (environment !== null) conditions.push(`environment = ${parameters.bind('environment', 'String', environment)}`)
  return conditions
}

function rawPart(
  scope: Scope,
  filter: FiguresFilter,
  grouping: Grouping,
  parameters: Parameters,
  quantiles: 'exact' | 'bucketed',
  conditions: readonly string[],
): string {
  const { from, to } = filter.range
  const rows = rowsOf('executions', scope, parameters, [
    `started_at >= ${parameters.bindTime('previous_from', from - (to - from))}`,
    `started_at < ${parameters.bindTime('to', to)}`,
    ...scopeConditions(filter, parameters),
    ...conditions,
  ])
  // Grouped by what is stored: making the text of a status for every row took a third of the time.
  const silent = `${fellSilent(parameters, filter.silence)} AS fell_silent`
  const timed = `duration_ms IS NOT NULL AND (fell_silent OR status IN ${FINAL})`
  const state =
    quantiles === 'exact'
      ? `quantilesExactStateIf(${LEVELS})(assumeNotNull(duration_ms), ${timed})`
      : `quantilesTimingStateIf(${LEVELS})(${durationBucketSql('assumeNotNull(duration_ms)', EXECUTION_SCALE)}, ${timed})`
  const columns = [
    ...groupColumns(filter, grouping, 'toUnixTimestamp64Nano(started_at)', parameters),
    "if(fell_silent, 'lost', toString(status)) AS shown",
    'count() AS n',
    `countIf(${timed}) AS durations`,
    `sumIf(assumeNotNull(duration_ms), ${timed}) AS duration_sum`,
    `${state} AS state`,
    'max(started_at) AS last_started',
    ...(grouping.by === 'workflow'
      ? [
          'argMax(workflow_name, started_at) AS latest_name',
          `uniqExactArrayState(if(user_id != '' AND (fell_silent OR status IN ${FAILURES}), [sipHash128(user_id)], [])) AS failed_users`,
        ]
      : []),
  ]
  return `SELECT\n  ${columns.join(',\n  ')}\n${rows}\nGROUP BY is_current, ${groupName(grouping)}, status, ${silent}`
}

function rollupPart(
  scope: Scope,
  filter: FiguresFilter,
  grouping: Grouping,
  parameters: Parameters,
  conditions: readonly string[],
): string {
  const table = grouping.by === 'workflow' ? 'execution_hours' : 'execution_hours_total'
  const rows = rowsOf(table, scope, parameters, [
    ...hourRange(filter, parameters),
    'executions > 0',
    `status IN ${FINAL}`,
    ...scopeConditions(filter, parameters),
    ...conditions,
  ])
  const columns = [
    ...groupColumns(filter, grouping, 'toInt64(toUnixTimestamp(hour)) * 1000000000', parameters),
    'toString(status) AS shown',
    'sum(executions) AS n',
    'sum(durations) AS durations',
    'sum(duration_ms_sum) AS duration_sum',
    `quantilesTimingMergeState(${LEVELS})(duration_bucket) AS state`,
    'max(last_started_at) AS last_started',
    ...(grouping.by === 'workflow'
      ? [
          'argMax(workflow_name, last_started_at) AS latest_name',
          'uniqExactArrayState(execution_hours.failed_users) AS failed_users',
        ]
      : []),
  ]
  return `SELECT\n  ${columns.join(',\n  ')}\n${rows}\nGROUP BY is_current, ${groupName(grouping)}, shown`
}

function hourRange({ range: { from, to } }: FiguresFilter, parameters: Parameters): string[] {
  return [
    `hour >= ${parameters.bindTime('previous_from', from - (to - from))}`,
    `hour < ${parameters.bindTime('to', to)}`,
  ]
}

function groupName(grouping: Grouping): string {
  return grouping.by === 'workflow' ? 'workflow_id' : 'bucket'
}

function groupColumns(filter: FiguresFilter, grouping: Grouping, time: string, parameters: Parameters): string[] {
  const { from, to } = filter.range
  const start = parameters.bind('from', 'Int64', from)
  const current = `${time} >= ${start} AS is_current`
  if (grouping.by === 'workflow') return [current, 'workflow_id']
  const count = parameters.bind('buckets', 'UInt32', grouping.buckets)
  const length = parameters.bind('length', 'Int64', to - from)
  // Nanoseconds of years times buckets are more than an Int64 holds.
  const elapsed =
    (to - from) * BigInt(grouping.buckets) > INT64_MAX ? `toInt128(${time} - ${start})` : `(${time} - ${start})`
  return [current, `if(is_current, toInt32(intDiv(${elapsed} * ${count}, ${length})), 0) AS bucket`]
}
