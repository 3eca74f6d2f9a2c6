/** Narrows rows of `executions` to those that started within some bounds, so that only these are read. */
import { indent, type Parameters, rowsOf, type Scope } from './question.ts'

/**
 * The conditions themselves, and one that follows from them. Under FINAL the skip index on the start narrows nothing on a key that
 * descends: a version outside the bounds could still hide one inside. All versions of an execution share their anchor, though, so
 * the hours of the anchors of everything that ever started within the bounds are looked up without FINAL, and only these are read.
 * @param bounds conditions on `started_at`, e.g. `started_at >= {from}`; none: nothing to narrow
 */
export function startedWithin(scope: Scope, parameters: Parameters, bounds: readonly string[]): string[] {
  if (bounds.length === 0) return []
  const everStarted = `SELECT toStartOfHour(anchor_at, 'UTC')\n${rowsOf('execution_versions', scope, parameters, bounds)}`
  return [...bounds, `toStartOfHour(anchor_at, 'UTC') IN (\n${indent(everStarted)}\n  )`]
}
