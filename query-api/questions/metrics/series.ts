/** Counts and durations of executions hour by hour, or minute by minute: from the rollups, from the executions, or from both. */
import { FAILURES } from '@runlens/clickhouse'
import type { FiguresFilter, FiguresPlan } from '../figures.ts'
import { scopeConditions } from '../figures.ts'
import { indent, type Parameters, rowsOf, type Scope } from '../question.ts'
import { inRawHours } from '../raw-hours.ts'
import { FINAL, fellSilent } from '../status.ts'

export type SeriesUnit = 'hour' | 'minute'

/** Its `range` alone counts, without the period before it. */
export type SeriesFilter = FiguresFilter

/**
 * SQL of rows `(at, n, success, failure, durations, duration_sum)`, `at` the start in seconds since the epoch; units without any executions are
 * missing, and in no order. In rollups an execution that fell silent counts as open.
 */
export function seriesSql(
  scope: Scope,
  unit: SeriesUnit,
  filter: SeriesFilter,
  plan: FiguresPlan,
  parameters: Parameters,
): string {
  const parts =
    plan.source === 'raw'
      ? [rawPart(scope, unit, filter, parameters, [])]
      : [
          rolledPart(scope, unit, filter, plan, parameters),
          ...(plan.rawHours.length === 0
            ? []
            : [rawPart(scope, unit, filter, parameters, inRawHours(plan.rawHours, parameters))]),
        ]
  const sums = ['n', 'success', 'failure', 'durations', 'duration_sum'].map((name) => `sum(part_${name}) AS ${name}`)
  return `SELECT\n  at,\n  ${sums.join(',\n  ')}\nFROM (\n${indent(parts.join('\nUNION ALL\n'))}\n)\nGROUP BY at`
}

function rolledPart(
  scope: Scope,
  unit: SeriesUnit,
  filter: SeriesFilter,
  plan: FiguresPlan,
  parameters: Parameters,
): string {
  const hour = unit === 'hour' ? 'hour' : "toStartOfHour(minute, 'UTC')"
  const { from, to } = filter.range
  const rows = rowsOf(unit === 'hour' ? 'execution_hours_total' : 'execution_minutes', scope, parameters, [
    `${unit} >= ${parameters.bindTime('series_from', from)}`,
    `${unit} < ${parameters.bindTime('series_to', to)}`,
    ...(plan.rawHours.length === 0
      ? []
      : [`toUnixTimestamp(${hour}) NOT IN ${parameters.bind('raw_hours', 'Array(UInt32)', plan.rawHours)}`]),
    ...scopeConditions(filter, parameters),
  ])
  const columns = [
    `toUnixTimestamp(${unit}) AS at`,
    'sum(executions) AS part_n',
    "sumIf(executions, status = 'success') AS part_success",
    `sumIf(executions, status IN ${FAILURES}) AS part_failure`,
    `sumIf(execution_${unit === 'hour' ? 'hours_total' : 'minutes'}.durations, status IN ${FINAL}) AS part_durations`,
    `sumIf(duration_ms_sum, status IN ${FINAL}) AS part_duration_sum`,
  ]
  return `SELECT\n  ${columns.join(',\n  ')}\n${rows}\nGROUP BY at`
}

function rawPart(
  scope: Scope,
  unit: SeriesUnit,
  filter: SeriesFilter,
  parameters: Parameters,
  conditions: readonly string[],
): string {
  const { from, to } = filter.range
  const rows = rowsOf('executions', scope, parameters, [
    `started_at >= ${parameters.bindTime('series_from', from)}`,
    `started_at < ${parameters.bindTime('series_to', to)}`,
    ...scopeConditions(filter, parameters),
    ...conditions,
  ])
  const timed = `duration_ms IS NOT NULL AND (fell_silent OR status IN ${FINAL})`
  const columns = [
    `toUnixTimestamp(${unit === 'hour' ? 'toStartOfHour' : 'toStartOfMinute'}(started_at, 'UTC')) AS at`,
    'count() AS part_n',
    "countIf(NOT fell_silent AND status = 'success') AS part_success",
    `countIf(fell_silent OR status IN ${FAILURES}) AS part_failure`,
    `countIf(${timed}) AS part_durations`,
    `sumIf(assumeNotNull(duration_ms), ${timed}) AS part_duration_sum`,
  ]
  return `WITH ${fellSilent(parameters, filter.silence)} AS fell_silent\nSELECT\n  ${columns.join(',\n  ')}\n${rows}\nGROUP BY at`
}
