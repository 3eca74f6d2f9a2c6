/** How many executions of the last 24 hours there are, by how they went: the figures that streams keep fresh. */
import { FAILURES } from '@runlens/clickhouse'
import { Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { OPEN, type Silence, shownStatus } from '../status.ts'

export interface DayCounts {
  total: string | number
  success: string | number
  failure: string | number
  running: string | number
}

export interface DayFilter {
  /** Nanoseconds; the range ends with what there is. */
  fromNs: bigint
  /** null: all but query and request. */
  kind: readonly string[] | null
  silence: Silence
}

export function dayCounts(scope: Scope, { fromNs, kind, silence }: DayFilter): Question<DayCounts> {
  const parameters = new Parameters()
  const rows = rowsOf('executions', scope, parameters, [
    `started_at >= ${parameters.bindTime('from', fromNs)}`,
    kind ? `kind IN ${parameters.bind('kinds', 'Array(String)', kind)}` : "kind NOT IN ('query', 'request')",
  ])
  const sql = `SELECT
  count() AS total,
  countIf(shown = 'success') AS success,
  countIf(shown IN ${FAILURES}) AS failure,
  countIf(shown IN ${OPEN}) AS running
FROM (
  SELECT ${shownStatus(parameters, silence)} AS shown
  ${rows.replaceAll('\n', '\n  ')}
)`
  return { name: 'day-counts', sql, params: parameters.values }
}
