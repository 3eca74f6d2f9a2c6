/** Some spans of some traces as they were sent, in order of start. */
import { Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { selectSpans, type TraceRow } from '../read-trace.ts'
import { type TracePlace, traceConditions } from '../trace-place.ts'

export interface SpansOf {
  /** Of their traces, no wider than the spans' starts. */
  places: readonly TracePlace[]
  /** 16 hex digits each. */
  spanIds: readonly string[]
}

export function executionSpans(scope: Scope, { places, spanIds }: SpansOf): Question<TraceRow> {
  const parameters = new Parameters()
  const rows = rowsOf('spans', scope, parameters, [
    ...traceConditions(places, parameters),
    `lower(hex(span_id)) IN ${parameters.bind('span_ids', 'Array(String)', spanIds)}`,
  ])
  const sql = `${selectSpans(rows)}\nORDER BY started_at, trace, span`
  return { name: 'execution-spans', sql, params: parameters.values }
}
