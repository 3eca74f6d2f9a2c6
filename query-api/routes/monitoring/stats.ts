/** `GET /api/v1/monitoring/stats`: graph runs of some hours in figures, and which nodes failed. */
import type { Status } from '@runlens/conventions'
import { z } from 'zod'
import { momentsOf, readMeta, withoutMoment } from '../../meta.ts'
import { planFigures } from '../../plan-figures.ts'
import { failedNodes } from '../../questions/monitoring/failed-nodes.ts'
import { type RunFigures, runFigures } from '../../questions/monitoring/run-figures.ts'
import { resolveLength } from '../../range.ts'
import { type RunStats, runStatsQuerySchema, runStatsSchema } from '../../schema/monitoring.ts'
import { round, successRate } from '../../shape-figures.ts'
import { wordOf } from '../../status-words.ts'
import { NS_PER_DAY, NS_PER_HOUR } from '../../time.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import { kindsOf } from './shape-log.ts'

/** Different nodes in the breakdown. */
const NODES_MAX = 1000

export const stats = route({
  path: '/api/v1/monitoring/stats',
  id: 'getRunStats',
  tag: 'Monitoring',
  summary: 'Figures of graph runs',
  description: 'Over the executions that started in the range; the counts are those of `/observability/kpis`.',
  parameters: z.strictObject({}),
  query: runStatsQuerySchema,
  answer: runStatsSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async ({ query, scope, signal, services }) => {
    const { runner } = services
    const moments = momentsOf(services)
    const length = { name: 'hours', ns: query.hours === undefined ? undefined : BigInt(query.hours) * NS_PER_HOUR }
    const range = resolveLength(length, query, moments.nowMs, NS_PER_DAY)
    const before = range.from - (range.to - range.from)
    const plan = await planFigures(runner, scope, range, [before, range.from, range.to], signal)
    const filter = { range, kind: kindsOf(query.kind), environment: null, silence: moments.silence }
    const asking = runner.ask(runFigures(scope, filter, plan), signal)
    const parts = asking.then((rows) => ({ range, source: plan.source, running: byWord(rows).running }))
    const [rows, nodes, meta] = await Promise.all([
      asking,
      runner.ask(failedNodes(scope, filter, NODES_MAX), signal),
      readMeta(services, moments, parts),
    ])
    const answer: RunStats = {
      time_range_hours: round(Number(range.to - range.from) / Number(NS_PER_HOUR), 2),
      ...shapeFigures(rows),
      failed_nodes_breakdown: Object.fromEntries(nodes.map(({ node, executions }) => [node, Number(executions)])),
      meta,
    }
    return { json: answer, identity: withoutMoment(answer) }
  },
})

function byWord(rows: readonly RunFigures[]): RunStats['by_status'] {
  const counts = { completed: 0, failed: 0, partial: 0, running: 0 }
  for (const { shown, executions } of rows) counts[wordOf('monitoring', shown as Status)] += Number(executions)
  return counts
}

function shapeFigures(rows: readonly RunFigures[]) {
  const counts = byWord(rows)
  const { completed, failed, partial, running } = counts
  const timed = rows.reduce((sum, row) => sum + Number(row.timed), 0)
  const total = rows.reduce((sum, row) => sum + row.duration_total, 0)
  return {
    total_executions: completed + failed + partial + running,
    by_status: counts,
    success_rate: successRate(completed, failed + partial),
    avg_duration_ms: timed === 0 ? null : round(total / timed, 3),
  }
}
