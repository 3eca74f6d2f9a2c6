/** Figures of every step of one workflow in a range and in the period before: from `step_hours`, from the executions, or from both. */
import { bucketDurationSql, durationBucketSql, FAILURES, STEP_SCALE } from '@runlens/clickhouse'
import type { FiguresPlan } from '../figures.ts'
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { inRawHours } from '../raw-hours.ts'
import { besideDays, onDays, wholeDays } from '../whole-days.ts'

export interface StepFigures {
  runs: string | number
  failures: string | number
  durations_count: string | number
  duration_total: number
  /** p50 and p95; null over nothing. */
  quantiles: (number | null)[]
}

type Previous = { [K in keyof StepFigures as `previous_${K}`]: StepFigures[K] }

export interface StepFiguresRow extends StepFigures, Previous {
  step_name: string
  step_type: string
  /** Of all steps in the range, also of those beyond the limit. */
  time_total: number
  steps_total: string | number
}

export interface StepsOf {
  workflowId: string
  environment: string | null
  /** Half-open, nanoseconds; the period before it of the same length is read too. */
  range: { from: bigint; to: bigint }
  /** Steps that took most time first. */
  limit: number
}

const LEVELS = '0.5, 0.95'

/** Executions that are not over have no steps yet. */
export function stepFigures(scope: Scope, of: StepsOf, plan: FiguresPlan): Question<StepFiguresRow> {
  const parameters = new Parameters()
  const parts =
    plan.source === 'raw'
      ? [rawPart(scope, of, parameters, 'exact', [])]
      : [
          ...rebuiltParts(scope, of, plan, parameters),
          ...(plan.rawHours.length === 0
            ? []
            : [rawPart(scope, of, parameters, 'bucketed', inRawHours(plan.rawHours, parameters))]),
        ]
  const columns = [...figures(plan, 'is_current', ''), ...figures(plan, 'NOT is_current', 'previous_')]
  const sql = `SELECT
  *,
  sum(duration_total) OVER () AS time_total,
  count() OVER () AS steps_total
FROM (
  SELECT
    step_name,
    step_type,
    ${columns.join(',\n    ')}
  FROM (
${indent(indent(parts.join('\nUNION ALL\n')))}
  )
  GROUP BY step_name, step_type
  HAVING runs > 0
)
ORDER BY duration_total DESC, runs DESC, step_name, step_type
LIMIT ${parameters.bind('limit', 'UInt32', of.limit)}`
  return { name: `step-figures-${plan.source}`, sql, params: parameters.values }
}

function figures({ source }: FiguresPlan, condition: string, prefix: string): string[] {
  const quantiles =
    source === 'raw'
      ? `quantilesExactMergeIf(${LEVELS})(state, ${condition})`
      : `arrayMap(b -> ${bucketDurationSql('b', STEP_SCALE)}, quantilesTimingMergeIf(${LEVELS})(state, ${condition}))`
  return [
    `sumIf(n, ${condition}) AS ${prefix}runs`,
    `sumIf(n, ${condition} AND step_status IN ${FAILURES}) AS ${prefix}failures`,
    `sumIf(durations, ${condition}) AS ${prefix}durations_count`,
    `sumIf(duration_sum, ${condition}) AS ${prefix}duration_total`,
    `${quantiles} AS ${prefix}quantiles`,
  ]
}

function rebuiltParts(scope: Scope, of: StepsOf, { rawHours }: FiguresPlan, parameters: Parameters): string[] {
  const { from, to } = of.range
  const byHour = (conditions: readonly string[]) =>
    rebuiltPart(scope, of, parameters, 'step_hours', 'hour', [
      `hour >= ${parameters.bindTime('previous_from', previousFrom(of))}`,
      `hour < ${parameters.bindTime('to', to)}`,
      ...conditions,
      `toUnixTimestamp(hour) NOT IN ${parameters.bind('raw_hours', 'Array(UInt32)', rawHours)}`,
    ])
  const days = wholeDays({ from: previousFrom(of), to }, [from], rawHours)
  if (!days) return [byHour([])]
  return [
    rebuiltPart(scope, of, parameters, 'step_days', 'day', onDays(days, parameters)),
    byHour([besideDays(days, parameters)]),
  ]
}

function rebuiltPart(
  scope: Scope,
  of: StepsOf,
  parameters: Parameters,
  table: 'step_days' | 'step_hours',
  time: 'day' | 'hour',
  conditions: readonly string[],
): string {
  const rows = rowsOf(table, scope, parameters, [...conditions, ...ofWorkflow(of, parameters), 'steps > 0'])
  return `SELECT
  ${time} >= ${parameters.bindTime('from', of.range.from)} AS is_current,
  step_name,
  step_type,
  step_status,
  sum(steps) AS n,
  sum(durations) AS durations,
  sum(duration_ms_sum) AS duration_sum,
  quantilesTimingMergeState(${LEVELS})(duration_bucket) AS state
${rows}
GROUP BY is_current, step_name, step_type, step_status`
}

function rawPart(
  scope: Scope,
  of: StepsOf,
  parameters: Parameters,
  quantiles: 'exact' | 'bucketed',
  conditions: readonly string[],
): string {
  const rows = rowsOf('typed_steps', scope, parameters, [
    `started_at >= ${parameters.bindTime('previous_from', previousFrom(of))}`,
    `started_at < ${parameters.bindTime('to', of.range.to)}`,
    ...ofWorkflow(of, parameters),
    ...conditions,
  ])
  const duration = 'toFloat64(assumeNotNull(step_ms))'
  const state =
    quantiles === 'exact'
      ? `quantilesExactStateIf(${LEVELS})(${duration}, isNotNull(step_ms))`
      : `quantilesTimingStateIf(${LEVELS})(${durationBucketSql('assumeNotNull(step_ms)', STEP_SCALE)}, isNotNull(step_ms))`
  return `SELECT
  started_at >= ${parameters.bindTime('from', of.range.from)} AS is_current,
  step_name,
  step_type,
  step_status,
  count() AS n,
  count(step_ms) AS durations,
  sumIf(${duration}, isNotNull(step_ms)) AS duration_sum,
  ${state} AS state
${rows}
GROUP BY is_current, step_name, step_type, step_status`
}

function previousFrom({ range: { from, to } }: StepsOf): bigint {
  return from - (to - from)
}

function ofWorkflow({ workflowId, environment }: StepsOf, parameters: Parameters): string[] {
  const workflow = `workflow_id = ${parameters.bind('workflow_id', 'String', workflowId)}`
  if (environment === null) return [workflow]
  return [workflow, `environment = ${parameters.bind('environment', 'String', environment)}`]
}
