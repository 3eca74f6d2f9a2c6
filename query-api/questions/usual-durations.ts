/** How long executions of some workflows usually take: of those that went well lately. */
import { bucketDurationSql, durationBucketSql, EXECUTION_SCALE } from '@runlens/clickhouse'
import { indent, Parameters, type Question, rowsOf, type Scope } from './question.ts'
import { inRawHours, notRawHours } from './raw-hours.ts'
import { besideDays, onDays, wholeDays } from './whole-days.ts'

export interface UsualDuration {
  workflow_id: string
  executions: string | number
  /** Milliseconds that half of them, and nineteen of twenty, did not exceed. */
  p50_ms: number
  p95_ms: number
}

export interface UsualOf {
  workflowIds: readonly string[]
  /** Those that started since then, nanoseconds. */
  fromNs: bigint
  /** Now: no day from here on is whole, nanoseconds. */
  toNs: bigint
  /** Hours that are not rebuilt yet: starts in seconds since the epoch, ascending. They are read from the executions. */
  rawHours: readonly number[]
}

const LEVELS = '0.5, 0.95'

export function usualDurations(scope: Scope, of: UsualOf): Question<UsualDuration> {
  const parameters = new Parameters()
  const parts = rebuiltParts(scope, of, parameters)
  if (of.rawHours.length > 0) parts.push(rawPart(scope, of, parameters))
  const at = (level: number) => bucketDurationSql(`quantilesTimingMerge(${LEVELS})(state)[${level}]`, EXECUTION_SCALE)
  const sql = `SELECT
  workflow_id,
  sum(n) AS executions,
  ${at(1)} AS p50_ms,
  ${at(2)} AS p95_ms
FROM (
${indent(parts.join('\nUNION ALL\n'))}
)
GROUP BY workflow_id`
  return { name: 'usual-durations', sql, params: parameters.values }
}

function rebuiltParts(scope: Scope, of: UsualOf, parameters: Parameters): string[] {
  const days = wholeDays({ from: of.fromNs, to: of.toNs }, [], of.rawHours)
  const hours = [
    `hour >= ${parameters.bindTime('from', of.fromNs)}`,
    ...notRawHours(of.rawHours, parameters),
    ...(days ? [besideDays(days, parameters)] : []),
  ]
  return [
    ...(days ? [rebuiltPart('execution_days', onDays(days, parameters), scope, of, parameters)] : []),
    rebuiltPart('execution_hours', hours, scope, of, parameters),
  ]
}

function rebuiltPart(
  table: 'execution_days' | 'execution_hours',
  conditions: readonly string[],
  scope: Scope,
  of: UsualOf,
  parameters: Parameters,
): string {
  const rows = rowsOf(table, scope, parameters, [...conditions, ...ofWorkflows(of, parameters), 'durations > 0'])
  return `SELECT\n  workflow_id,\n  sum(durations) AS n,\n  quantilesTimingMergeState(${LEVELS})(duration_bucket) AS state\n${rows}\nGROUP BY workflow_id`
}

function rawPart(scope: Scope, of: UsualOf, parameters: Parameters): string {
  const rows = rowsOf('executions', scope, parameters, [
    ...inRawHours(of.rawHours, parameters),
    ...ofWorkflows(of, parameters),
    'isNotNull(duration_ms)',
  ])
  const bucket = durationBucketSql('assumeNotNull(duration_ms)', EXECUTION_SCALE)
  return `SELECT\n  workflow_id,\n  count() AS n,\n  quantilesTimingState(${LEVELS})(${bucket}) AS state\n${rows}\nGROUP BY workflow_id`
}

function ofWorkflows({ workflowIds }: UsualOf, parameters: Parameters): string[] {
  return [`workflow_id IN ${parameters.bind('workflow_ids', 'Array(String)', workflowIds)}`, "status = 'success'"]
}
