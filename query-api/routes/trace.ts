/** `GET /api/v1/traces/{trace_id}`: every span of it in OTLP/JSON, unchanged. */
import { readTraceRanges } from '@runlens/clickhouse'
import { encodeTraces, type StoredSpan } from '@runlens/otlp'
import { z } from 'zod'
import { ProblemError } from '../problem.ts'
import { readTrace, type TraceRow } from '../questions/read-trace.ts'
import { noRange, traceId } from '../schema/parameters.ts'
import { tracesDataSchema } from '../schema/trace.ts'
import { QUESTION_PROBLEMS, route } from './route.ts'

export const trace = route({
  path: '/api/v1/traces/{trace_id}',
  id: 'getTrace',
  tag: 'Executions',
  summary: 'Get a trace as OTLP/JSON',
  description:
    'Spans come back with everything they were sent with. A trace with more spans than the server reads is cut, which the header `x-runlens-truncated: true` says.',
  parameters: z.strictObject({ trace_id: traceId() }),
  query: z.strictObject(noRange),
  answer: tracesDataSchema,
  problems: ['invalid_parameter', 'trace_not_found', ...QUESTION_PROBLEMS],
  handle: async ({ path: { trace_id }, scope, signal, services: { runner, spansPerTraceMax } }) => {
    const places = await runner.read((client) => readTraceRanges(client, scope.tenant, [trace_id]))
    const rows = places.length === 0 ? [] : await runner.ask(readTrace(scope, places, spansPerTraceMax + 1), signal)
    if (rows.length === 0) throw new ProblemError('trace_not_found', 'No span with this trace id is stored.')
    const headers: Record<string, string> = rows.length > spansPerTraceMax ? { 'x-runlens-truncated': 'true' } : {}
    return { json: encodeTraces(rows.slice(0, spansPerTraceMax).map(toStoredSpan)), headers }
  },
})

function toStoredSpan(row: TraceRow): StoredSpan {
  return {
    trace_id: row.trace,
    span_id: row.span,
    parent_span_id: row.parent,
    trace_state: row.trace_state,
    flags: row.flags,
    name: row.name,
    kind: row.kind,
    started_at: row.started_ns,
    ended_at: row.ended_ns,
    status_code: row.status_code,
    status_message: row.status_message,
    attributes: row.attribute_pairs,
    attribute_types: row.attribute_types,
    dropped_attributes_count: row.dropped_attributes_count,
    events: row.event_rows.map(([time, name, attributes, attribute_types, dropped_attributes_count]) => ({
      time,
      name,
      attributes,
      attribute_types,
      dropped_attributes_count,
    })),
    dropped_events_count: row.dropped_events_count,
    links: row.link_rows.map((link) => ({
      trace_id: link[0],
      span_id: link[1],
      trace_state: link[2],
      flags: link[3],
      attributes: link[4],
      attribute_types: link[5],
      dropped_attributes_count: link[6],
    })),
    dropped_links_count: row.dropped_links_count,
    scope_name: row.scope_name,
    scope_version: row.scope_version,
    scope_schema_url: row.scope_schema_url,
    scope_attributes: row.scope_pairs,
    scope_attribute_types: row.scope_attribute_types,
    scope_dropped_attributes_count: row.scope_dropped_attributes_count,
    resource_schema_url: row.resource_schema_url,
    resource_attributes: row.resource_pairs,
    resource_attribute_types: row.resource_attribute_types,
    resource_dropped_attributes_count: row.resource_dropped_attributes_count,
  }
}
