/** Executions that meet some conditions, read so that only the neighbourhood of matches is merged. */
import { indent, type Parameters, rowsOf, type Scope } from './question.ts'

/**
 * `FROM … WHERE …` over executions as merged. Under FINAL no skip index narrows a key that descends, because a version outside could
 * hide one inside: a day, or one user, cost as much as everything. All versions of an execution share their anchor, though, and
 * the newest is one of them. So the minutes of the anchors of all versions that match are looked up first, without FINAL and with
 * every index, and only these are read and merged.
 */
export function matchingExecutions(scope: Scope, parameters: Parameters, conditions: readonly string[]): string {
  if (conditions.length === 0) return rowsOf('executions', scope, parameters, [])
  const minutes = `SELECT toStartOfMinute(anchor_at, 'UTC')\n${rowsOf('execution_versions', scope, parameters, conditions)}`
  return rowsOf('executions', scope, parameters, [
    ...conditions,
    `toStartOfMinute(anchor_at, 'UTC') IN (\n${indent(minutes)}\n  )`,
  ])
}
