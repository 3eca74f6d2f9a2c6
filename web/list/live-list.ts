/** Which rows a live list shows: the newest page, or what the reader was reading, brought up to date in place. Pure. */
import type { Execution } from '../api/types.ts'

/** An id is unique within the instance that gave it. */
export function keyOf({ execution_id, instance }: Pick<Execution, 'execution_id' | 'instance'>): string {
  return JSON.stringify([execution_id, instance])
}

/**
 * The rows of `held` (what the reader holds on to) and the older pages, each once, as `newest` knows them where it does.
 * @param newest the first page as it is now
 */
export function heldRows(
  held: readonly Execution[],
  older: readonly Execution[],
  newest: readonly Execution[],
): Execution[] {
  const fresh = new Map(newest.map((row) => [keyOf(row), row]))
  const rows = new Map([...held, ...older].map((row) => [keyOf(row), row]))
  return [...rows].map(([key, row]) => fresh.get(key) ?? row)
}

/** How many rows of the first page the reader does not see: all of them are more than the page tells. */
export function countNew(
  shown: readonly Execution[],
  newest: readonly Execution[],
): { count: number; atLeast: boolean } {
  const known = new Set(shown.map(keyOf))
  const count = newest.filter((row) => !known.has(keyOf(row))).length
  return { count, atLeast: count > 0 && count === newest.length && shown.length > 0 }
}
