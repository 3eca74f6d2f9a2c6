/** One database step by its own id: the executions that its trace ever gave, and among them the one that holds it. */
import { traceIdIn } from '@runlens/clickhouse'
import { type ExecutionColumns, executionColumns } from '../execution-columns.ts'
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { type Silence, shownStatus } from '../status.ts'
import { QUERY_COLUMNS, type QueryColumns } from './query-columns.ts'
import { shownQueryStatus } from './query-filter.ts'

export interface StepPlace {
  execution_id: string
  instance: string
  /** Microseconds. */
  anchor_us: string
}

/** @param traceId 32 hex digits */
export function stepPlaces(scope: Scope, traceId: string): Question<StepPlace> {
  const parameters = new Parameters()
  const given = rowsOf('trace_executions', scope, parameters, [
    traceIdIn(parameters.bind('trace_ids', 'Array(String)', [traceId])),
  ])
  const rows = rowsOf('execution_locator', scope, parameters, [
    `(execution_id, instance) IN (\n${indent(indent(`SELECT execution_id, instance\n${given}`))}\n  )`,
  ])
  const sql = `SELECT execution_id, instance, toString(toUnixTimestamp64Micro(min(anchor_at))) AS anchor_us
${rows}
GROUP BY execution_id, instance
ORDER BY execution_id, instance
LIMIT 500`
  return { name: 'step-places', sql, params: parameters.values }
}

/** The execution around the step, and the step. */
export interface StepRow extends ExecutionColumns, QueryColumns {}

/** @param id `<trace id>-<span id>` @param places at least one */
export function stepRow(scope: Scope, id: string, places: readonly StepPlace[], silence: Silence): Question<StepRow> {
  const parameters = new Parameters()
  const anchors = [...new Set(places.map(({ anchor_us }) => anchor_us))]
  const rows = rowsOf('execution_queries', scope, parameters, [
    `anchor_at IN ${parameters.bindAnchors('anchors', anchors)}`,
    `query_id = ${parameters.bind('query_id', 'String', id)}`,
    "kind != 'query'",
  ])
  const columns = [
    ...executionColumns(shownStatus(parameters, silence)),
    ...QUERY_COLUMNS,
    `${shownQueryStatus(parameters, silence)} AS shown`,
  ]
  const sql = `SELECT\n  ${columns.join(',\n  ')}\n${rows}\nLIMIT 1`
  return { name: 'step-row', sql, params: parameters.values }
}
