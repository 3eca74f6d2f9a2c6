/** `GET /api/v1/metrics/executions.prom`: figures of executions for Prometheus, of a bounded number of workflows. */
import { QUANTILE_LEVELS } from '@runlens/clickhouse'
import { STATUSES } from '@runlens/conventions'
import { z } from 'zod'
import { plainFilter } from '../../filter-of-query.ts'
import { momentsOf } from '../../meta.ts'
import { planMatching } from '../../plan-figures.ts'
import { gauge, PROMETHEUS_TEXT, type Sample } from '../../prometheus-text.ts'
import { type TopWorkflowRow, topWorkflowFigures } from '../../questions/core/top-workflow-figures.ts'
import { type Range, resolveRange } from '../../range.ts'
import { integer, kinds, statisticsRange, text } from '../../schema/parameters.ts'
import { shapeFigures } from '../../shape-figures.ts'
import { NS_PER_SECOND } from '../../time.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'

export const executionMetrics = route({
  path: '/api/v1/metrics/executions.prom',
  id: 'readExecutionMetrics',
  tag: 'Operation',
  summary: 'Figures of executions, as Prometheus reads them',
  description:
    'Gauges over the range that ends now, of every kind: the workflows that ran most each by itself, all others together. They are no counters: look at them as they are, not at their rate.',
  parameters: z.strictObject({}),
  query: z.strictObject({
    ...statisticsRange,
    kind: kinds(),
    environment: text().optional(),
    limit: integer(1, 500).default(50).describe('Workflows that are told one by one'),
  }),
  contentTypes: ['text/plain'],
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async ({ query, scope, signal, services }) => {
    const { silence, nowMs } = momentsOf(services)
    const range = resolveRange(query, nowMs, '24h')
    const { environment, kind = null } = query
    const matching = plainFilter(silence, environment === undefined ? {} : { environment }, kind)
    const plan = await planMatching(services.runner, scope, matching, range, [range.from, range.to], signal)
    const filter = { range, kind: null, environment: null, silence, matching }
    const rows = await services.runner.ask(topWorkflowFigures(scope, filter, plan, query.limit), signal)
    return { text: page(rows, range), contentType: PROMETHEUS_TEXT }
  },
})

function page(rows: readonly TopWorkflowRow[], range: Range): string {
  const each = (samplesOf: (row: TopWorkflowRow, labels: Sample['labels']) => Sample[]) =>
    rows.flatMap((row) => samplesOf(row, labelsOf(row)))
  const seconds = (ns: bigint) => Number(ns) / Number(NS_PER_SECOND)
  const one = (labels: Sample['labels'], value: number | null): Sample[] => (value === null ? [] : [{ labels, value }])
  return [
    gauge('runlens_executions_window_seconds', 'Length of the range that the figures below are about.', [
      { labels: {}, value: seconds(range.to - range.from) },
    ]),
    gauge(
      'runlens_executions',
      'Executions that started in the window, by workflow and status.',
      each(({ by_status }, labels) =>
        STATUSES.map((status) => ({ labels: { ...labels, status }, value: Number(by_status[status] ?? 0) })),
      ),
    ),
    gauge(
      'runlens_executions_running',
      'Those of them that are queued, running or waiting.',
      each(({ running }, labels) => one(labels, Number(running))),
    ),
    gauge(
      'runlens_executions_success_percent',
      'Success of those that are over.',
      each((row, labels) => one(labels, shapeFigures(row).success_rate)),
    ),
    gauge(
      'runlens_execution_duration_seconds',
      'Durations of those that are over, by quantile.',
      each(({ durations_count, quantiles }, labels) =>
        Number(durations_count) === 0
          ? []
          : QUANTILE_LEVELS.flatMap((level, n) =>
              one({ ...labels, quantile: String(level) }, inSeconds(quantiles[n] ?? null)),
            ),
      ),
    ),
    gauge(
      'runlens_execution_duration_seconds_avg',
      'Their average.',
      each((row, labels) => one(labels, inSeconds(shapeFigures(row).avg_duration_ms))),
    ),
  ].join('')
}

/** Of all others together the label `aggregated` tells, so that no workflow's own name can be taken for them. */
function labelsOf({ is_other, workflow_id, name }: TopWorkflowRow): Sample['labels'] {
  return is_other === 1 ? { workflow_id: 'other', aggregated: 'true' } : { workflow_id, workflow_name: name }
}

function inSeconds(ms: number | null): number | null {
  return ms === null ? null : Number((ms / 1000).toFixed(6))
}
