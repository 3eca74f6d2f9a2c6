/** Where the log of changes ends, and whether a place that a client names is still in it. */
import type { Position } from '../../live/position.ts'
import { Parameters, type Question } from '../question.ts'

export interface PlaceRow {
  block: string
  block_offset: string
  at: string
}

/** One row; an empty log gives zeros. */
export function lastPlace(): Question<PlaceRow> {
  return {
    name: 'last-place',
    sql: `SELECT toString(tupleElement(newest, 1)) AS block, toString(tupleElement(newest, 2)) AS block_offset, toString(tupleElement(newest, 3)) AS at
FROM (SELECT max((_block_number, _block_offset, toUnixTimestamp64Micro(changed_at))) AS newest FROM execution_changes)`,
    params: {},
  }
}

/** One row if the row at that place is still there; for {@link BEGINNING}, if no row was removed since. */
export function knownPlace({ block, offset, at }: Position): Question<{ known: number }> {
  const parameters = new Parameters()
  if (at === 0n) {
    return {
      name: 'known-beginning',
      sql: 'SELECT 1 AS known FROM (SELECT count() AS n, min(_block_number) AS first FROM execution_changes)\nWHERE n = 0 OR first <= 1',
      params: {},
    }
  }
  const conditions = [
    `changed_at = fromUnixTimestamp64Micro(${parameters.bind('at', 'Int64', at)}, 'UTC')`,
    `_block_number = ${parameters.bind('block', 'Int64', block)}`,
    `_block_offset = ${parameters.bind('block_offset', 'Int64', offset)}`,
  ]
  return {
    name: 'known-place',
    sql: `SELECT 1 AS known\nFROM execution_changes\nWHERE ${conditions.join('\n  AND ')}\nLIMIT 1`,
    params: parameters.values,
  }
}
