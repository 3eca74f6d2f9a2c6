/** The whole output that the span of a run tells, which its execution may hold a part of. */

import { fieldColumns } from '@runlens/clickhouse'
import { RUNLENS } from '@runlens/conventions'
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { type TracePlace, traceConditions } from '../trace-place.ts'

export interface ToldOutput {
  /** '' where it tells none. */
  output: string
}

/** @param spanId 16 hex digits */
export function toldOutput(scope: Scope, place: TracePlace, spanId: string): Question<ToldOutput> {
  const parameters = new Parameters()
  const rows = rowsOf('spans', scope, parameters, [
    ...traceConditions([place], parameters),
    `span_id = toFixedString(unhex(${parameters.bind('span_id', 'String', spanId)}), 8)`,
  ])
  const sql = `SELECT attributes['${RUNLENS.executionOutput}'] AS output
FROM
(
${indent(`SELECT\n  ${fieldColumns(['attributes']).join(',\n  ')}\n${rows}`)}
)
LIMIT 1`
  return { name: 'told-output', sql, params: parameters.values }
}
