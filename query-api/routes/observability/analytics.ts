/** `GET /api/v1/analytics/executions`: figures per workflow and environment. */
import { z } from 'zod'
import { momentsOf, readMeta, withoutMoment } from '../../meta.ts'
import { planFigures } from '../../plan-figures.ts'
import { type AnalyticsRow, analyticsFigures } from '../../questions/observability/analytics-figures.ts'
import { type LastFailure, lastFailures } from '../../questions/observability/last-failures.ts'
import { resolveRange } from '../../range.ts'
import { analyticsQuerySchema, analyticsSchema, type ExecutionAnalytics } from '../../schema/observability.ts'
import { known } from '../../shape-execution.ts'
import { shapeFigures } from '../../shape-figures.ts'
import { formatTimeText } from '../../time.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'

export const analytics = route({
  path: '/api/v1/analytics/executions',
  id: 'getExecutionAnalytics',
  tag: 'Observability',
  summary: 'Figures per workflow and environment',
  parameters: z.strictObject({}),
  query: analyticsQuerySchema,
  answer: analyticsSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async ({ query, scope, signal, services }) => {
    const { runner } = services
    const moments = momentsOf(services)
    const range = resolveRange(query, moments.nowMs, '24h')
    const plan = await planFigures(runner, scope, range, [range.from, range.to], signal)
    const { kind = null, environment = null } = query
    const filter = { range, kind, environment, silence: moments.silence }
    const asking = runner.ask(analyticsFigures(scope, filter, plan, query.limit), signal)
    const parts = asking.then(([first]) => ({ range, source: plan.source, running: Number(first?.running_total ?? 0) }))
    const [rows, meta] = await Promise.all([asking, readMeta(services, moments, parts)])
    const hasFailures = rows.some(({ last_failure_ns }) => last_failure_ns !== '')
    const question = () => lastFailures(scope, { ...filter, previousFrom: range.from }, rows, 'workflow-environment')
    const failures = hasFailures ? await runner.ask(question(), signal) : []
    const key = (workflow: string, of: string) => JSON.stringify([workflow, of])
    const lastOf = new Map(failures.map((last) => [key(last.failed_workflow, last.failed_environment), last]))
    const answer: ExecutionAnalytics = {
      executions: rows.map((row) => shape(row, lastOf.get(key(row.workflow_id, row.environment)))),
      count: rows.length,
      total: Number(rows[0]?.pairs_total ?? 0),
      meta,
    }
    return { json: answer, identity: withoutMoment(answer) }
  },
})

function shape(row: AnalyticsRow, last: LastFailure | undefined): ExecutionAnalytics['executions'][number] {
  const figures = shapeFigures(row)
  return {
    workflow_id: known(row.workflow_id),
    workflow_name: known(row.name),
    environment: row.environment,
    total_count: figures.total_executions,
    success_count: figures.success_count,
    failure_count: figures.failure_count,
    avg_duration: figures.avg_duration_ms,
    p50_duration: figures.p50_duration_ms,
    p95_duration: figures.p95_duration_ms,
    last_execution_at: formatTimeText(row.last_started_ns),
    last_failure_at: row.last_failure_ns === '' ? null : formatTimeText(row.last_failure_ns),
    last_error_message: known(last?.last_error_message ?? ''),
  }
}
