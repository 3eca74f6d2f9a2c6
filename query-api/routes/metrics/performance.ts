/** How well executions go: rates, and where and when they fail or are slow. */

import { type HourOfDay, hoursOfDay } from '../../questions/metrics/hours-of-day.ts'
import { type LastFailure, lastFailures } from '../../questions/observability/last-failures.ts'
import { type WorkflowRow, workflowFigures } from '../../questions/observability/workflow-figures.ts'
import type { AgentMetrics, Performance } from '../../schema/metrics.ts'
import { known } from '../../shape-execution.ts'
import { round, shapeFigures, successRate } from '../../shape-figures.ts'
import type { MetricsAsked, Part } from './asked.ts'
import { readWhole } from './whole-figures.ts'

/** Workflows that are looked at, those of most impact first. */
const AGENTS_MAX = 1000
const FAILING_MAX = 20
const SHOWN_MAX = 10
/** Fewer say nothing of a rate. */
const FINAL_MIN = 5

export async function readPerformance(asked: MetricsAsked): Promise<Part<Performance>> {
  const { services, scope, filter, signal } = asked
  const { plan, current, previous } = await readWhole(asked)
  const [agents, hours] = await Promise.all([
    services.runner.ask(workflowFigures(scope, filter, plan, AGENTS_MAX), signal),
    services.runner.ask(hoursOfDay(scope, filter, plan), signal),
  ])
  const failing = agents
    .filter(({ failure }) => Number(failure) > 0)
    .sort((a, b) => Number(b.failure) - Number(a.failure))
  const slowest = [...agents]
    .filter(hasDuration)
    .sort((a, b) => p95(b) - p95(a))
    .slice(0, SHOWN_MAX)
  const worst = agents
    .filter(isJudged)
    .sort((a, b) => rateOf(a) - rateOf(b))
    .slice(0, SHOWN_MAX)
  const shown = [...new Set([...failing.slice(0, FAILING_MAX), ...slowest, ...worst])]
  const hasFailed = shown.some(({ last_failure_ns }) => last_failure_ns !== '')
  const errors = hasFailed ? await services.runner.ask(lastFailures(scope, filter, shown), signal) : []
  const shape = shaper(errors)
  const figures = shapeFigures(current)
  const before = shapeFigures(previous).success_rate
  const { total_executions, success_count, failure_count, success_rate } = figures
  const body: Performance = {
    total_executions,
    success_count,
    failure_count,
    success_rate,
    success_rate_change: success_rate === null || before === null ? null : round(success_rate - before, 2),
    failures_by_agent: failing.slice(0, FAILING_MAX).map(shape),
    failures_by_hour: byHour(hours),
    slowest: slowest.map(shape),
    most_failing: worst.map(shape),
  }
  return { body, source: plan.source, running: Number(current?.running ?? 0) }
}

const p95 = (row: WorkflowRow) => row.quantiles[3] ?? 0
const hasDuration = (row: WorkflowRow) => Number(row.durations_count) > 0
const finals = (row: WorkflowRow) => Number(row.success) + Number(row.failure)
const rateOf = (row: WorkflowRow) => Number(row.success) / finals(row)
const isJudged = (row: WorkflowRow) => finals(row) >= FINAL_MIN && Number(row.failure) > 0

function shaper(errors: readonly LastFailure[]): (row: WorkflowRow) => AgentMetrics {
  const byWorkflow = new Map(errors.map((error) => [error.failed_workflow, error]))
  return (row) => {
    const error = byWorkflow.get(row.workflow_id)
    const { p50_duration_ms: _p50, p99_duration_ms: _p99, ...figures } = shapeFigures(row)
    return {
      agent: known(row.workflow_id),
      name: known(row.name),
      ...figures,
      last_error: error
        ? {
            execution_id: error.last_failed_id,
            error_type: known(error.last_error_type),
            error_message: known(error.last_error_message),
          }
        : null,
    }
  }
}

/** All 24 of them. */
function byHour(rows: readonly HourOfDay[]): Performance['failures_by_hour'] {
  const hours = new Map(rows.map((row) => [row.hour, row]))
  return Array.from({ length: 24 }, (_, hour) => {
    const row = hours.get(hour)
    const failure = Number(row?.failure ?? 0)
    return {
      hour,
      total: Number(row?.total ?? 0),
      failure,
      failure_rate: successRate(failure, Number(row?.success ?? 0)),
    }
  })
}
