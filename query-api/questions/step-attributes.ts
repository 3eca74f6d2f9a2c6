/** The attributes of the spans of some traces, for the steps of a tree. */
import { fieldColumns } from '@runlens/clickhouse'
import { Parameters, type Question, rowsOf, type Scope } from './question.ts'
import { type TracePlace, traceConditions } from './trace-place.ts'

export interface StepAttributes {
  trace: string
  span: string
  keys: string[]
  values: string[]
}

/** Values are cut at 1 KiB: the whole stands in the trace. */
export function stepAttributes(scope: Scope, places: readonly TracePlace[], limit: number): Question<StepAttributes> {
  const parameters = new Parameters()
  const rows = rowsOf('spans', scope, parameters, traceConditions(places, parameters))
  const sql = `SELECT
  lower(hex(trace_id)) AS trace,
  lower(hex(span_id)) AS span,
  mapKeys(attributes) AS keys,
  arrayMap(text -> substring(text, 1, 1024), mapValues(attributes)) AS values
FROM
(
SELECT trace_id, span_id, ${fieldColumns(['attributes'])}
${rows}
)
LIMIT ${parameters.bind('limit', 'UInt32', limit)}`
  return { name: 'step-attributes', sql, params: parameters.values }
}
