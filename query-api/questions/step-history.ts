/** How long steps took before: their duration at each percent from 1 to 99, by step name, in executions of one workflow. */
import { durationBucketSql, QUANTILE_LEVELS, STEP_SCALE } from '@runlens/clickhouse'
import { indent, Parameters, type Question, rowsOf, type Scope } from './question.ts'
import { inRawHours, notRawHours } from './raw-hours.ts'
import { besideDays, isAllOf, onDays, wholeDays } from './whole-days.ts'

export interface StepHistory {
  step_name: string
  steps: string | number
  /** 99 durations, ascending, as buckets of `STEP_SCALE`: numbers of a few digits, where milliseconds were half of the answer's cost. Null over nothing. */
  percentiles: (number | null)[]
}

const PERCENTS = Array.from({ length: 99 }, (_, index) => ((index + 1) / 100).toString())
/** Those of the stored states, whose type the raw ones must have too. */
const LEVELS = QUANTILE_LEVELS.join(', ')

export interface HistoryOf {
  workflowId: string
  stepNames: readonly string[]
  /** Half-open, nanoseconds. The last hour counts as a whole. Days of UTC cost least. */
  from: bigint
  to: bigint
  /** Hours that are not rebuilt yet: starts in seconds since the epoch, ascending. They are read from the executions. */
  rawHours: readonly number[]
}

/** Few rows: a thread more costs a fourth more CPU and saves no time. */
export function stepHistory(scope: Scope, of: HistoryOf): Question<StepHistory> {
  const parameters = new Parameters()
  const parts = rebuiltParts(scope, of, parameters)
  if (of.rawHours.length > 0) parts.push(rawPart(scope, of, parameters))
  const sql = `SELECT
  step_name,
  sum(n) AS steps,
  quantilesTimingMerge(${PERCENTS.join(', ')})(state) AS percentiles
FROM (
${indent(parts.join('\nUNION ALL\n'))}
)
GROUP BY step_name
LIMIT 1000
SETTINGS max_threads = 1`
  return { name: 'step-history', sql, params: parameters.values }
}

function rebuiltParts(scope: Scope, of: HistoryOf, parameters: Parameters): string[] {
  const days = wholeDays(of, [], of.rawHours)
  const byDay = days ? [rebuiltPart('step_days', onDays(days, parameters), scope, of, parameters)] : []
  if (days && isAllOf(days, of)) return byDay
  const hours = [
    `hour >= ${parameters.bindTime('from', of.from)}`,
    `hour < ${parameters.bindTime('to', of.to)}`,
    ...notRawHours(of.rawHours, parameters),
    ...(days ? [besideDays(days, parameters)] : []),
  ]
  return [...byDay, rebuiltPart('step_hours', hours, scope, of, parameters)]
}

function rebuiltPart(
  table: 'step_days' | 'step_hours',
  conditions: readonly string[],
  scope: Scope,
  of: HistoryOf,
  parameters: Parameters,
): string {
  const rows = rowsOf(table, scope, parameters, [...conditions, ...ofSteps(of, parameters), 'steps > 0'])
  return `SELECT\n  step_name,\n  steps AS n,\n  duration_bucket AS state\n${rows}`
}

function rawPart(scope: Scope, of: HistoryOf, parameters: Parameters): string {
  const rows = rowsOf('execution_steps', scope, parameters, [
    ...inRawHours(of.rawHours, parameters),
    ...ofSteps(of, parameters),
  ])
  const bucket = durationBucketSql('assumeNotNull(step_ms)', STEP_SCALE)
  return `SELECT\n  step_name,\n  count() AS n,\n  quantilesTimingStateIf(${LEVELS})(${bucket}, isNotNull(step_ms)) AS state\n${rows}\nGROUP BY step_name`
}

function ofSteps({ workflowId, stepNames }: HistoryOf, parameters: Parameters): string[] {
  return [
    `workflow_id = ${parameters.bind('workflow_id', 'String', workflowId)}`,
    `step_name IN ${parameters.bind('step_names', 'Array(String)', stepNames)}`,
  ]
}
