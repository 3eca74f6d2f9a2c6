/** Executions that are under way at this moment: the longest waiting and running ones, and how many there are of each. */
import { type ExecutionColumns, executionColumns } from '../execution-columns.ts'
import { nanoseconds, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { OPEN, type Silence, shownStatus } from '../status.ts'

export interface OpenFilter {
  /** null: all but query and request. */
  kind: readonly string[] | null
  environment: string | null
  silence: Silence
}

export interface OpenCount {
  shown: string
  n: string | number
  /** Since when the first of them waits or runs, nanoseconds: when it was queued, else when it started. */
  oldest_ns: string
}

export function openNow(scope: Scope, filter: OpenFilter, limit: number): Question<ExecutionColumns> {
  const parameters = new Parameters()
  const shown = shownStatus(parameters, filter.silence)
  const conditions = [...openConditions(filter, parameters), `${shown} IN ('running', 'waiting')`]
  const sql = `SELECT
  ${executionColumns(shown).join(',\n  ')}
${rowsOf('executions', scope, parameters, conditions)}
ORDER BY started_at, execution_id
LIMIT ${parameters.bind('limit', 'UInt32', limit)}`
  return { name: 'open-now', sql, params: parameters.values }
}

export function openCounts(scope: Scope, filter: OpenFilter): Question<OpenCount> {
  const parameters = new Parameters()
  const shown = shownStatus(parameters, filter.silence)
  const conditions = [...openConditions(filter, parameters), `${shown} IN ${OPEN}`]
  const sql = `SELECT
  ${shown} AS shown,
  count() AS n,
  ${nanoseconds('min(ifNull(queued_at, started_at))')} AS oldest_ns
${rowsOf('executions', scope, parameters, conditions)}
GROUP BY shown
ORDER BY shown`
  return { name: 'open-counts', sql, params: parameters.values }
}

/** The index is about the stored status. */
function openConditions({ kind, environment }: OpenFilter, parameters: Parameters): string[] {
  return [
    `status IN ${OPEN}`,
    kind ? `kind IN ${parameters.bind('kinds', 'Array(String)', kind)}` : "kind NOT IN ('query', 'request')",
    ...(environment === null ? [] : [`environment = ${parameters.bind('environment', 'String', environment)}`]),
  ]
}
