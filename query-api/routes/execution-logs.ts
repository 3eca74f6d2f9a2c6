/** `GET /api/v1/executions/id/{execution_id}/logs`: the log records of its traces while it ran. */
import { z } from 'zod'
import { outlineExecution } from '../find-execution.ts'
import { decodeLogCursor, encodeLogCursor } from '../log-cursor.ts'
import { type Moments, momentsOf } from '../meta.ts'
import { type LogRow, executionLogs as logsOf } from '../questions/execution-logs.ts'
import type { Scope } from '../questions/question.ts'
import type { OutlinedExecution } from '../questions/read-executions.ts'
import { type ExecutionLogs, type LogRecord, logsSchema } from '../schema/logs.ts'
import { instanceParameter, integer, noRange } from '../schema/parameters.ts'
import { ownSpans, settleExecution } from '../settle-execution.ts'
import { isOpen, known } from '../shape-execution.ts'
import { formatTimeText } from '../time.ts'
import { executionPath } from './execution-detail.ts'
import { QUESTION_PROBLEMS, route, type Services } from './route.ts'

/** Records this long before its start and after its end are still about it: clocks differ, and services go on writing. */
const AROUND_NS = 60_000_000_000n
/** A parameter has limited room. */
const SPANS_MAX = 10_000

export const executionLogs = route({
  path: '/api/v1/executions/id/{execution_id}/logs',
  id: 'getExecutionLogs',
  tag: 'Executions',
  summary: 'Get the log records of an execution',
  description:
    'Those of its traces, in order of time, from a minute before its start to a minute after its end; markers, which tell of spans, among them.',
  parameters: executionPath,
  query: z.strictObject({
    instance: instanceParameter(),
    limit: integer(1, 1000).default(100).describe('Size of a page'),
    cursor: z.string().min(1).max(256).optional().describe('`next_cursor` of the page before'),
    ...noRange,
  }),
  answer: logsSchema,
  problems: ['invalid_parameter', 'execution_not_found', ...QUESTION_PROBLEMS],
  handle: async ({ path, query, scope, signal, services }) => {
    const moments = momentsOf(services)
    const wanted = { executionId: path.execution_id, instance: query.instance }
    const after = query.cursor === undefined ? null : decodeLogCursor(query.cursor)
    const { row, traces } = await outlineExecution(services.runner, scope, wanted, moments, signal)
    const spans = await spansToShow(services, scope, row, traces, moments)
    const question = logsOf(scope, { traces, ...timeOf(row, moments.nowNs), after, spans }, query.limit + 1)
    const rows = await services.runner.ask(question, signal)
    const page = rows.slice(0, query.limit)
    const last = rows.length > query.limit ? page.at(-1) : undefined
    const answer: ExecutionLogs = {
      execution_id: row.execution_id,
      logs: page.map(shapeLog),
      count: page.length,
      next_cursor: last ? encodeLogCursor(last) : null,
    }
    return { json: answer }
  },
})

/** For an owner whose execution shares its traces with others: its own spans. What names no span is not shown then. */
async function spansToShow(
  services: Services,
  scope: Scope,
  row: OutlinedExecution,
  traces: string[],
  moments: Moments,
) {
  if (scope.owner === undefined) return null
  const { nowMs } = moments
  const settled = await settleExecution(services, scope, row, traces, { nowMs, withAttributes: false })
  return ownSpans(settled, scope)?.slice(0, SPANS_MAX) ?? null
}

function timeOf(row: OutlinedExecution, nowNs: bigint): { from: bigint; to: bigint } {
  const lastSeen = BigInt(row.last_seen_ns)
  const end = isOpen(row.shown_status) && nowNs > lastSeen ? nowNs : lastSeen
  // To the second while it runs, so that the same question is asked for a while.
  return { from: BigInt(row.started_ns) - AROUND_NS, to: end - (end % 1_000_000_000n) + AROUND_NS }
}

function shapeLog(row: LogRow): LogRecord {
  return {
    time: formatTimeText(row.time_ns),
    trace_id: row.trace,
    span_id: /^0+$/.test(row.span) ? null : row.span,
    severity_number: row.severity_number === 0 ? null : row.severity_number,
    severity_text: known(row.severity_text),
    event_name: known(row.event_name),
    body: row.body_type === '' ? null : row.body,
    service: known(row.service),
    scope: known(row.scope_name),
    attributes: Object.fromEntries(row.pairs),
  }
}
