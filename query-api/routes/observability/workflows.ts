/** `GET /api/v1/observability/workflows`: figures of every workflow, those whose failures hurt most first. */
import { z } from 'zod'
import { momentsOf, readMeta, withoutMoment } from '../../meta.ts'
import { planFigures } from '../../plan-figures.ts'
import { type LastFailure, lastFailures } from '../../questions/observability/last-failures.ts'
import { type WorkflowRow, workflowFigures } from '../../questions/observability/workflow-figures.ts'
import { resolveRange } from '../../range.ts'
import { type Workflows, workflowsQuerySchema, workflowsSchema } from '../../schema/statistics.ts'
import { known } from '../../shape-execution.ts'
import { deltasOf, round, shapeFigures } from '../../shape-figures.ts'
import { formatTimeText } from '../../time.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import type { Observed } from './observed.ts'

export const workflows = route({
  path: '/api/v1/observability/workflows',
  id: 'listWorkflows',
  tag: 'Observability',
  summary: 'Workflows by impact',
  parameters: z.strictObject({}),
  query: workflowsQuerySchema,
  answer: workflowsSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async (asked) => {
    const answer = await readWorkflows(asked, asked.query.limit)
    return { json: answer, identity: withoutMoment(answer) }
  },
})

export async function readWorkflows({ query, scope, signal, services }: Observed, limit: number): Promise<Workflows> {
  const moments = momentsOf(services)
  const range = resolveRange(query, moments.nowMs, '24h')
  const previousFrom = range.from - (range.to - range.from)
  const plan = await planFigures(services.runner, scope, range, [previousFrom, range.from, range.to], signal)
  const { kind = null, environment = null } = query
  const filter = { range, kind, environment, silence: moments.silence }
  const asking = services.runner.ask(workflowFigures(scope, filter, plan, limit), signal)
  const parts = asking.then(([first]) => ({ range, source: plan.source, running: Number(first?.running_total ?? 0) }))
  const [rows, meta] = await Promise.all([asking, readMeta(services, moments, parts)])
  const hasFailures = rows.some(({ last_failure_ns }) => last_failure_ns !== '')
  const failures = hasFailures ? await services.runner.ask(lastFailures(scope, filter, rows), signal) : []
  const lastOf = new Map(failures.map((failure) => [failure.failed_workflow, failure]))
  return {
    workflows: rows.map((row) => shapeWorkflow(row, lastOf.get(row.workflow_id))),
    count: rows.length,
    total: Number(rows[0]?.workflows_total ?? 0),
    meta,
  }
}

function shapeWorkflow(row: WorkflowRow, last: LastFailure | undefined): Workflows['workflows'][number] {
  const figures = shapeFigures(row)
  const previous = shapeFigures({
    total: row.previous_total,
    success: row.previous_success,
    failure: row.previous_failure,
    running: row.previous_running,
    durations_count: row.previous_durations_count,
    duration_total: row.previous_duration_total,
    quantiles: row.previous_quantiles,
  })
  return {
    workflow_id: known(row.workflow_id),
    workflow_name: known(row.name),
    ...figures,
    trend: deltasOf(figures, previous),
    affected_users: Number(row.affected_users),
    time_lost_ms: round(row.time_lost_ms, 3),
    last_execution_at: formatTimeText(row.last_started_ns),
    last_failure_at: row.last_failure_ns === '' ? null : formatTimeText(row.last_failure_ns),
    last_error: last
      ? {
          execution_id: last.last_failed_id,
          error_type: known(last.last_error_type),
          error_message: known(last.last_error_message),
        }
      : null,
  }
}
