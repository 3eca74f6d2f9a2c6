/** Counts and durations of executions, from raw rows, from hourly rollups, or from both: one shape, so that the numbers agree. */
import { bucketDurationSql, durationBucketSql, EXECUTION_SCALE, FAILURES, QUANTILE_LEVELS } from '@runlens/clickhouse'
import { bucketStart } from '../buckets.ts'
import { type ExecutionFilter, filterConditions } from './execution-filter.ts'
import { type Grouping, groupColumns, groupNames, isDated, isNamed, isTimed } from './figure-grouping.ts'
import { type Parameters, rowsOf, type Scope } from './question.ts'
import { inRawHours, openIn } from './raw-hours.ts'
import { rollupConditions } from './rollup-filter.ts'
import { FINAL, fellSilent, OPEN, type Silence } from './status.ts'
import { besideDays, onDays, wholeDays } from './whole-days.ts'

export interface FiguresFilter {
  /** Half-open, nanoseconds; the period before it is read too. */
  range: { from: bigint; to: bigint }
  /** null: all but query and request. */
  kind: readonly string[] | null
  environment: string | null
  silence: Silence
  /** A filter of the core, in place of kind and environment; `range` is about its time field. Rollups must know it (`isInRollups`). */
  matching?: ExecutionFilter
  /** Where the period before starts that is read too, nanoseconds; default: it is as long as the range. At `range.from` there is none. */
  previousFrom?: bigint
}

/** Where the figures come from; see `planFigures`. */
export interface FiguresPlan {
  source: 'raw' | 'rollup'
  /** Hours read raw although the source is a rollup: starts in seconds since the epoch, ascending. */
  rawHours: readonly number[]
  /** Other hours of which rollups know open executions: only rows tell which of these are lost. */
  openHours: readonly number[]
}

/** Everything from the executions. */
export const RAW_PLAN: FiguresPlan = { source: 'raw', rawHours: [], openHours: [] }

/** Columns of `countColumns`; 64-bit integers may come as text. */
export interface CountRow {
  total: string | number
  success: string | number
  failure: string | number
  running: string | number
}

/** Columns of `figureColumns`. */
export interface FigureRow extends CountRow {
  durations_count: string | number
  duration_total: number
  /** In the order of `QUANTILE_LEVELS`; null over nothing. */
  quantiles: (number | null)[]
}

const LEVELS = QUANTILE_LEVELS.join(', ')

/**
 * Rows of `(is_current, bucket | columns, shown, n, durations, duration_sum, state, last_started[, latest_name, failed_users])`, to be
 * aggregated by {@link figureColumns}; of facets `(is_current, columns, shown, n)`.
 */
export function figureParts(
  scope: Scope,
  filter: FiguresFilter,
  plan: FiguresPlan,
  grouping: Grouping,
  parameters: Parameters,
): string {
  if (plan.source === 'raw') return rawPart(scope, filter, grouping, parameters, 'exact', [])
  const fromRows = (conditions: readonly string[]) =>
    rawPart(scope, filter, grouping, parameters, 'bucketed', conditions)
  const parts = rollupParts(scope, filter, plan, grouping, parameters)
  if (plan.rawHours.length > 0) parts.push(fromRows(inRawHours(plan.rawHours, parameters)))
  // A rollup can't tell the lost from the open: both are few and read where the rollup says that there are any.
  if (plan.openHours.length > 0) parts.push(fromRows(openIn(plan.openHours, parameters)))
  return parts.join('\nUNION ALL\n')
}

/** Aggregates of parts, as columns whose names start with `prefix`; only parts for which `condition` holds count. */
export function figureColumns(plan: FiguresPlan, condition: string, prefix = ''): string[] {
  const quantiles =
    plan.source === 'raw'
      ? `quantilesExactMergeIf(${LEVELS})(state, ${condition})`
      : `arrayMap(b -> ${bucketDurationSql('b', EXECUTION_SCALE)}, quantilesTimingMergeIf(${LEVELS})(state, ${condition}))`
  return [
    ...countColumns(condition, prefix),
    `sumIf(durations, ${condition}) AS ${prefix}durations_count`,
    `sumIf(duration_sum, ${condition}) AS ${prefix}duration_total`,
    `${quantiles} AS ${prefix}quantiles`,
  ]
}

/** The same of parts that are not timed. */
export function countColumns(condition: string, prefix = ''): string[] {
  return [
    `sumIf(n, ${condition}) AS ${prefix}total`,
    `sumIf(n, ${condition} AND shown = 'success') AS ${prefix}success`,
    `sumIf(n, ${condition} AND shown IN ${FAILURES}) AS ${prefix}failure`,
    `sumIf(n, ${condition} AND shown IN ${OPEN}) AS ${prefix}running`,
  ]
}

/** The conditions on what is counted but for the range. */
export function scopeConditions({ matching, kind, environment }: FiguresFilter, parameters: Parameters): string[] {
  if (matching) {
    const { field } = matching.range
    return filterConditions({ ...matching, range: { field, from: null, to: null } }, parameters)
  }
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
  const field = filter.matching?.range.field ?? 'started_at'
  const rows = rowsOf('executions', scope, parameters, [
    `${field} >= ${parameters.bindTime('previous_from', firstRead(filter))}`,
    `${field} < ${parameters.bindTime('to', filter.range.to)}`,
    ...scopeConditions(filter, parameters),
    ...conditions,
  ])
  // Grouped by what is stored: making the text of a status for every row took a third of the time.
  const silent = `${fellSilent(parameters, filter.silence)} AS fell_silent`
  const time = field === 'ended_at' ? 'assumeNotNull(ended_at)' : field
  const columns = [
    ...groupColumns(filter.range, grouping, `toUnixTimestamp64Nano(${time})`, parameters),
    "if(fell_silent, 'lost', toString(status)) AS shown",
    'count() AS n',
    ...(isTimed(grouping) ? rawDurations(quantiles) : []),
    ...(isDated(grouping) ? ['max(started_at) AS last_started'] : []),
    ...(isNamed(grouping)
      ? [
          'argMax(workflow_name, started_at) AS latest_name',
          `uniqExactArrayState(if(user_id != '' AND (fell_silent OR status IN ${FAILURES}), [sipHash128(user_id)], [])) AS failed_users`,
        ]
      : []),
  ]
  const group = ['is_current', ...groupNames(grouping), 'status', silent].join(', ')
  return `SELECT\n  ${columns.join(',\n  ')}\n${rows}\nGROUP BY ${group}`
}

function rawDurations(quantiles: 'exact' | 'bucketed'): string[] {
  const timed = `duration_ms IS NOT NULL AND (fell_silent OR status IN ${FINAL})`
  const state =
    quantiles === 'exact'
      ? `quantilesExactStateIf(${LEVELS})(assumeNotNull(duration_ms), ${timed})`
      : `quantilesTimingStateIf(${LEVELS})(${durationBucketSql('assumeNotNull(duration_ms)', EXECUTION_SCALE)}, ${timed})`
  return [
    `countIf(${timed}) AS durations`,
    `sumIf(assumeNotNull(duration_ms), ${timed}) AS duration_sum`,
    `${state} AS state`,
  ]
}

function rollupParts(
  scope: Scope,
  filter: FiguresFilter,
  { rawHours }: FiguresPlan,
  grouping: Grouping,
  parameters: Parameters,
): string[] {
  const table = rollupTable(filter, grouping)
  const notRaw = `toUnixTimestamp(hour) NOT IN ${parameters.bind('raw_hours', 'Array(UInt32)', rawHours)}`
  const read = { from: firstRead(filter), to: filter.range.to }
  // Over all workflows there are few rows even by hour.
  const days = table === 'execution_hours' ? wholeDays(read, cutsOf(filter.range, grouping), rawHours) : null
  const byHour = (conditions: readonly string[]) =>
    rollupPart(scope, filter, grouping, parameters, {
      table,
      time: 'hour',
      conditions: [...hourRange(filter, parameters), ...conditions],
    })
  if (!days) return [byHour([notRaw])]
  const byDay = { table: 'execution_days', time: 'day', conditions: onDays(days, parameters) } as const
  return [rollupPart(scope, filter, grouping, parameters, byDay), byHour([besideDays(days, parameters), notRaw])]
}

interface RollupRead {
  table: 'execution_hours' | 'execution_hours_total' | 'execution_days'
  time: 'hour' | 'day'
  conditions: readonly string[]
}

function rollupPart(
  scope: Scope,
  filter: FiguresFilter,
  grouping: Grouping,
  parameters: Parameters,
  { table, time, conditions }: RollupRead,
): string {
  const rows = rowsOf(table, scope, parameters, [
    ...conditions,
    'executions > 0',
    `status IN ${FINAL}`,
    ...(filter.matching ? rollupConditions(filter.matching, parameters) : scopeConditions(filter, parameters)),
  ])
  const columns = [
    ...groupColumns(filter.range, grouping, `toInt64(toUnixTimestamp(${time})) * 1000000000`, parameters),
    'toString(status) AS shown',
    'sum(executions) AS n',
    ...(isTimed(grouping)
      ? [
          'sum(durations) AS durations',
          'sum(duration_ms_sum) AS duration_sum',
          `quantilesTimingMergeState(${LEVELS})(duration_bucket) AS state`,
        ]
      : []),
    ...(isDated(grouping) ? ['max(last_started_at) AS last_started'] : []),
    ...(isNamed(grouping)
      ? [
          'argMax(workflow_name, last_started_at) AS latest_name',
          `uniqExactArrayState(${table}.failed_users) AS failed_users`,
        ]
      : []),
  ]
  const group = ['is_current', ...groupNames(grouping), 'shown'].join(', ')
  return `SELECT\n  ${columns.join(',\n  ')}\n${rows}\nGROUP BY ${group}`
}

/** Moments at which the figures are told apart. */
function cutsOf(range: FiguresFilter['range'], grouping: Grouping): bigint[] {
  if (grouping.by !== 'bucket') return [range.from]
  return Array.from({ length: grouping.buckets }, (_, index) => bucketStart(range, grouping.buckets, index))
}

function rollupTable({ matching }: FiguresFilter, grouping: Grouping): 'execution_hours' | 'execution_hours_total' {
  const names = groupNames(grouping)
  return names.includes('workflow_id') || matching?.equal.workflow_id !== undefined
    ? 'execution_hours'
    : 'execution_hours_total'
}

/** Where reading starts: with the period before. */
function firstRead({ range: { from, to }, previousFrom }: FiguresFilter): bigint {
  return previousFrom ?? from - (to - from)
}

function hourRange(filter: FiguresFilter, parameters: Parameters): string[] {
  return [
    `hour >= ${parameters.bindTime('previous_from', firstRead(filter))}`,
    `hour < ${parameters.bindTime('to', filter.range.to)}`,
  ]
}
