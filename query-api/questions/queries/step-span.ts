/** What the span of a database step says beyond what its execution keeps of it. */
import { fieldColumns } from '@runlens/clickhouse'
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { type TracePlace, traceConditions } from '../trace-place.ts'

export interface StepSpan {
  name: string
  service: string
  step_name: string
  query: string
  error_stack: string
  response_status_code: string
  attempt: number
  status_explicit: number
  attribute_keys: string[]
  attribute_values: string[]
}

/** Characters kept of one attribute. */
const VALUE_MAX = 1024

/** @param spanId 16 hex digits */
export function stepSpan(scope: Scope, place: TracePlace, spanId: string): Question<StepSpan> {
  const parameters = new Parameters()
  const rows = rowsOf('spans', scope, parameters, [
    ...traceConditions([place], parameters),
    `span_id = toFixedString(unhex(${parameters.bind('span_id', 'String', spanId)}), 8)`,
  ])
  const texts = ['step_name', 'query', 'error_stack', 'response_status_code', 'attempt', 'status_explicit']
  const fields = fieldColumns([...texts, 'attributes'])
  const sql = `SELECT
  name,
  service,
  ${texts.join(',\n  ')},
  mapKeys(attributes) AS attribute_keys,
  arrayMap(value -> substringUTF8(value, 1, ${VALUE_MAX}), mapValues(attributes)) AS attribute_values
FROM
(
${indent(`SELECT name, service,\n  ${fields.join(',\n  ')}\n${rows}`)}
)
LIMIT 1`
  return { name: 'step-span', sql, params: parameters.values }
}
