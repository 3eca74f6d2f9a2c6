/** `GET /api/v1/workflows/{workflow_id}/anatomy`: what a workflow consists of, and where its time and its errors are. */
import { STEP_TYPES, type StepType } from '@runlens/conventions'
import { z } from 'zod'
import { plainFilter } from '../../filter-of-query.ts'
import { momentsOf, readMeta, withoutMoment } from '../../meta.ts'
import { planFigures } from '../../plan-figures.ts'
import { type StepEdge, stepEdges } from '../../questions/core/step-edges.ts'
import { type StepFigures, type StepFiguresRow, stepFigures } from '../../questions/core/step-figures.ts'
import { workflowFigures } from '../../questions/observability/workflow-figures.ts'
import { resolveRange } from '../../range.ts'
import { anatomyQuerySchema, anatomySchema, type WorkflowAnatomy } from '../../schema/anatomy.ts'
import { text } from '../../schema/parameters.ts'
import { known } from '../../shape-execution.ts'
import { percentChange, pointChange, round, shapeFigures, successRate } from '../../shape-figures.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'

export const anatomy = route({
  path: '/api/v1/workflows/{workflow_id}/anatomy',
  id: 'getWorkflowAnatomy',
  tag: 'Executions',
  summary: 'The steps of a workflow, and what follows what',
  description:
    'Steps are those of executions that started in the range and are over. Ranges over 24 hours come from hourly rollups, whose percentiles are within 1.1 %; edges always from the executions.',
  parameters: z.strictObject({ workflow_id: text() }),
  query: anatomyQuerySchema,
  answer: anatomySchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async ({ path: { workflow_id: workflowId }, query, scope, signal, services }) => {
    const { runner } = services
    const moments = momentsOf(services)
    const range = resolveRange(query, moments.nowMs, '24h')
    const previousFrom = range.from - (range.to - range.from)
    const plan = await planFigures(runner, scope, range, [previousFrom, range.from, range.to], signal)
    const environment = query.environment ?? null
    const equal = { workflow_id: workflowId, ...(environment === null ? {} : { environment }) }
    const matching = plainFilter(moments.silence, equal)
    const figures = { range, kind: null, environment, silence: moments.silence, matching, previousFrom: range.from }
    const asking = runner.ask(workflowFigures(scope, figures, plan, 1), signal)
    const parts = asking.then(([whole]) => ({ range, source: plan.source, running: Number(whole?.running ?? 0) }))
    const of = { workflowId, environment, range }
    const [[whole], steps, edges, meta] = await Promise.all([
      asking,
      runner.ask(stepFigures(scope, { ...of, limit: query.limit }, plan), signal),
      runner.ask(stepEdges(scope, of, plan), signal),
      readMeta(services, moments, parts),
    ])
    const answer: WorkflowAnatomy = {
      workflow_id: workflowId,
      workflow_name: known(whole?.name ?? ''),
      executions: shapeFigures(whole),
      steps: steps.map(shapeStep),
      steps_total: Number(steps[0]?.steps_total ?? 0),
      ...shapeEdges(edges),
      meta,
    }
    return { json: answer, identity: withoutMoment(answer) }
  },
})

function shapeStep(row: StepFiguresRow): WorkflowAnatomy['steps'][number] {
  const now = measures(row)
  const before = measures({
    runs: row.previous_runs,
    failures: row.previous_failures,
    durations_count: row.previous_durations_count,
    duration_total: row.previous_duration_total,
    quantiles: row.previous_quantiles,
  })
  return {
    name: row.step_name,
    type: (STEP_TYPES as readonly string[]).includes(row.step_type) ? (row.step_type as StepType) : 'other',
    ...now,
    time_ms: round(row.duration_total, 3),
    share_of_time: row.time_total === 0 ? null : round((row.duration_total / row.time_total) * 100, 2),
    trend: {
      runs: percentChange(now.runs, before.runs),
      error_rate: pointChange(now.error_rate, before.error_rate),
      p50_duration_ms: percentChange(now.p50_duration_ms, before.p50_duration_ms),
      p95_duration_ms: percentChange(now.p95_duration_ms, before.p95_duration_ms),
    },
  }
}

function measures({ runs, failures, durations_count, duration_total, quantiles }: StepFigures) {
  const durations = Number(durations_count)
  const measured = <T>(value: T) => (durations === 0 ? null : value)
  return {
    runs: Number(runs),
    error_count: Number(failures),
    error_rate: successRate(Number(failures), Number(runs) - Number(failures)),
    avg_duration_ms: measured(round(duration_total / durations, 3)),
    p50_duration_ms: measured(round(quantiles[0] ?? null, 3)),
    p95_duration_ms: measured(round(quantiles[1] ?? null, 3)),
  }
}

/** Every execution that has steps has a first one. */
function shapeEdges(rows: readonly StepEdge[]): Pick<WorkflowAnatomy, 'edges' | 'edges_of'> {
  const edges = rows.map(({ from_step, to_step, n }) => ({
    from: known(from_step),
    to: known(to_step),
    count: Number(n),
  }))
  return { edges, edges_of: edges.reduce((all, { from, count }) => (from === null ? all + count : all), 0) }
}
