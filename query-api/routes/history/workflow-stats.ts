/** `GET /api/v1/workflows/executions/stats/{workflow_id}`: how a workflow's runs went. */
import { z } from 'zod'
import { momentsOf } from '../../meta.ts'
import { type WorkflowHistoryRow, workflowHistory } from '../../questions/history/workflow-history.ts'
import { type HistoryStats, historyStatsSchema } from '../../schema/history.ts'
import { text } from '../../schema/parameters.ts'
import { round } from '../../shape-figures.ts'
import { formatTimeText } from '../../time.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import { alsoWithoutPrefix } from './also-without-prefix.ts'

export const workflowStats = alsoWithoutPrefix(
  route({
    path: '/api/v1/workflows/executions/stats/{workflow_id}',
    id: 'getWorkflowHistoryStats',
    tag: 'Workflow history',
    sessionToken: true,
    summary: 'Figures of a workflow over everything retained',
    description: 'A workflow that nobody has run has zeros, and null where there is nothing to divide.',
    parameters: z.strictObject({ workflow_id: text() }),
    query: z.strictObject({}),
    answer: historyStatsSchema,
    problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
    handle: async ({ path, scope, signal, services }) => {
      const { silence } = momentsOf(services)
      const [row] = await services.runner.ask(workflowHistory(scope, path.workflow_id, silence), signal)
      return { json: shapeStats(path.workflow_id, row) }
    },
  }),
)

function shapeStats(workflow_id: string, row: WorkflowHistoryRow | undefined): HistoryStats {
  const count = (figure: string | number | undefined) => Number(figure ?? 0)
  const final = count(row?.final)
  return {
    workflow_id,
    total_executions: count(row?.total),
    successful_executions: count(row?.success),
    failed_executions: count(row?.failed),
    cancelled_executions: count(row?.cancelled),
    success_rate: final === 0 ? null : round((count(row?.success) / final) * 100, 2),
    average_execution_time_seconds: round(row?.average_ms == null ? null : row.average_ms / 1000, 6),
    mode_usage: Object.fromEntries(Object.entries(row?.modes ?? {}).map(([mode, n]) => [mode, Number(n)])),
    visual: {
      enabled: count(row?.visual_enabled),
      streaming: count(row?.visual_streaming),
      average_events_captured: round(row?.average_events ?? null, 3),
      average_stream_duration: round(row?.average_stream_s ?? null, 3),
    },
    last_execution_at: count(row?.total) === 0 ? null : formatTimeText(row?.last_ns ?? null),
  }
}
