/** `GET /api/v1/executions/id/{execution_id}/spans`: every span of an execution as it was sent, page by page. */
import { readExecutionRanges } from '@runlens/clickhouse'
import { z } from 'zod'
import { outlineExecution } from '../../find-execution.ts'
import { momentsOf } from '../../meta.ts'
import { executionSpans as spansOf } from '../../questions/core/execution-spans.ts'
import type { Scope } from '../../questions/question.ts'
import type { TraceRow } from '../../questions/read-trace.ts'
import { instanceParameter, integer, noRange } from '../../schema/parameters.ts'
import { type ExecutionSpans, SPAN_KINDS, SPAN_STATUSES, type Span, spansSchema } from '../../schema/spans.ts'
import { entriesOfOthers, type SettledExecution, settleExecution } from '../../settle-execution.ts'
import { known } from '../../shape-execution.ts'
import { comparePositions, decodeSpanCursor, encodeSpanCursor, type SpanPosition } from '../../span-cursor.ts'
import { formatTime, formatTimeText } from '../../time.ts'
import { executionPath } from '../execution-detail.ts'
import { QUESTION_PROBLEMS, route, type Services } from '../route.ts'

interface OwnSpan extends SpanPosition {
  part: Span['part']
}

export const executionSpans = route({
  path: '/api/v1/executions/id/{execution_id}/spans',
  id: 'getExecutionSpans',
  tag: 'Executions',
  summary: 'Get the spans of an execution',
  description:
    'As they were sent, in order of start: its entries, its steps, plain spans below them, and the entries of child executions, but nothing else of its traces.',
  parameters: executionPath,
  query: z.strictObject({
    instance: instanceParameter(),
    limit: integer(1, 1000).default(100).describe('Size of a page'),
    cursor: z.string().min(1).max(256).optional().describe('`next_cursor` of the page before'),
    ...noRange,
  }),
  answer: spansSchema,
  problems: ['invalid_parameter', 'execution_not_found', ...QUESTION_PROBLEMS],
  handle: async ({ path, query, scope, signal, services }) => {
    const moments = momentsOf(services)
    const after = query.cursor === undefined ? null : decodeSpanCursor(query.cursor)
    const wanted = { executionId: path.execution_id, instance: query.instance }
    const [{ row, traces }, ranges] = await Promise.all([
      outlineExecution(services.runner, scope, wanted, moments, signal),
      services.runner.read((client) => readExecutionRanges(client, scope.tenant, path.execution_id)),
    ])
    const options = { nowMs: moments.nowMs, withAttributes: false, ranges }
    const found = await settleExecution(services, scope, row, traces, options)
    const own = ownSpans(found, entriesOfOthers(found.settled, scope))
    const behind = after === null ? own : own.filter((span) => comparePositions(span, after) > 0)
    const page = behind.slice(0, query.limit)
    const last = behind.length > query.limit ? page.at(-1) : undefined
    const spans = await readSpans(services, scope, found, page, signal)
    const answer: ExecutionSpans = {
      execution_id: row.execution_id,
      spans,
      count: spans.length,
      total: own.length,
      truncated: found.truncated,
      next_cursor: last ? encodeSpanCursor(last) : null,
    }
    return { json: answer }
  },
})

/** Those that settling gives to the execution, each once; what is only told of by markers is no span yet. */
function ownSpans({ spans, settled, index }: SettledExecution, hidden: ReadonlySet<string>): OwnSpan[] {
  const own = new Map<string, OwnSpan>()
  spans.forEach(({ marker, started_at, trace_id, span_id }, n) => {
    const { part, execution, within } = settled.memberships[n]!
    const isOwn = index >= 0 && (part === 'child' ? within === index || execution === index : execution === index)
    if (!isOwn || marker !== '' || (part === 'child' && hidden.has(span_id))) return
    const own_part = part === 'child' && execution === index ? 'entry' : part
    own.set(`${trace_id}-${span_id}`, { started_at, trace_id, span_id, part: partOf(own_part) })
  })
  return [...own.values()].sort(comparePositions)
}

function partOf(part: string): Span['part'] {
  return part === 'entry' || part === 'step' || part === 'child' ? part : 'span'
}

async function readSpans(
  { runner }: Services,
  scope: Scope,
  { places }: SettledExecution,
  page: readonly OwnSpan[],
  signal: AbortSignal,
): Promise<Span[]> {
  const [first, last] = [page[0], page.at(-1)]
  if (!first || !last) return []
  const traces = new Set(page.map(({ trace_id }) => trace_id))
  const narrow = places
    .filter(({ trace_id }) => traces.has(trace_id))
    .map((place) => ({ ...place, first_started_at: first.started_at, last_started_at: last.started_at }))
  const spanIds = page.map(({ span_id }) => span_id)
  const rows = await runner.ask(spansOf(scope, { places: narrow, spanIds }), signal)
  const byKey = new Map(rows.map((row) => [`${row.started_ns} ${row.trace} ${row.span}`, row]))
  return page.flatMap(({ started_at, trace_id, span_id, part }) => {
    const row = byKey.get(`${started_at} ${trace_id} ${span_id}`)
    return row ? [shape(row, part)] : []
  })
}

function shape(row: TraceRow, part: Span['part']): Span {
  const resource = Object.fromEntries(row.resource_pairs)
  const isOpen = row.ended_ns === '0'
  return {
    trace_id: row.trace,
    span_id: row.span,
    parent_span_id: /^0*$/.test(row.parent) ? null : row.parent,
    part,
    name: row.name,
    kind: SPAN_KINDS[row.kind] ?? 'unspecified',
    started_at: formatTimeText(row.started_ns),
    ended_at: isOpen ? null : formatTimeText(row.ended_ns),
    duration_ms: isOpen ? null : Number(BigInt(row.ended_ns) - BigInt(row.started_ns)) / 1e6,
    status: SPAN_STATUSES[row.status_code] ?? 'unset',
    status_message: known(row.status_message),
    service: resource['service.name'] ?? null,
    scope: known(row.scope_name),
    attributes: Object.fromEntries(row.attribute_pairs),
    resource,
    events: row.event_rows.map(([time, name, pairs]) => ({
      time: formatTime(BigInt(time)),
      name,
      attributes: Object.fromEntries(pairs),
    })),
    links: row.link_rows.map(([trace_id, span_id, , , pairs]) => ({
      trace_id,
      span_id,
      attributes: Object.fromEntries(pairs),
    })),
  }
}
