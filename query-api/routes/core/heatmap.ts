/** `GET /api/v1/heatmap`: how many executions took how long, per bucket of time. */
import { z } from 'zod'
import { cutRange } from '../../buckets.ts'
import { binsBetween, COARSE_BOUNDS } from '../../duration-scale.ts'
import { filterOf } from '../../filter-of-query.ts'
import { momentsOf, readMeta, withoutMoment } from '../../meta.ts'
import { type DurationBinRow, durationBins } from '../../questions/core/duration-bins.ts'
import { resolveRange } from '../../range.ts'
import { type DurationHeatmap, HEATMAP_BUCKETS_MAX, heatmapQuerySchema, heatmapSchema } from '../../schema/core.ts'
import { formatTime } from '../../time.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'

export const heatmap = route({
  path: '/api/v1/heatmap',
  id: 'getHeatmap',
  tag: 'Executions',
  summary: 'How many executions took how long, over time',
  description: 'Over any filter of the list, always read from the executions.',
  parameters: z.strictObject({}),
  query: heatmapQuerySchema,
  attributes: true,
  answer: heatmapSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async (asked) => {
    const { query, scope, signal, services } = asked
    const moments = momentsOf(services)
    const { range, count, edges, widthMs } = cutRange(
      resolveRange(query, moments.nowMs, '24h'),
      query,
      HEATMAP_BUCKETS_MAX,
    )
    const filter = filterOf(asked, range, moments.silence)
    const question = durationBins(scope, filter, { range, bounds: COARSE_BOUNDS, buckets: count })
    const asking = services.runner.ask(question, signal)
    const parts = asking.then((rows) => ({ range, source: 'raw' as const, running: sumOf(rows, 'running') }))
    const [rows, meta] = await Promise.all([asking, readMeta(services, moments, parts)])
    const answer: DurationHeatmap = { interval_ms: widthMs, ...shape(rows, edges), total: sumOf(rows, 'n'), meta }
    return { json: answer, identity: withoutMoment(answer) }
  },
})

function shape(rows: readonly DurationBinRow[], edges: readonly bigint[]): Pick<DurationHeatmap, 'bins' | 'buckets'> {
  const places = rows.map(({ bin }) => bin).filter((bin) => bin > 0)
  const bins = binsBetween(COARSE_BOUNDS, places)
  const first = Math.min(...places)
  const cells = new Map(rows.map(({ bucket, bin, n }) => [`${bucket} ${bin}`, Number(n)]))
  const cell = (bucket: number, bin: number) => cells.get(`${bucket} ${bin}`) ?? 0
  return {
    bins,
    buckets: edges.slice(0, -1).map((start, bucket) => ({
      timestamp: formatTime(start),
      counts: bins.map((_, index) => cell(bucket, first + index)),
      unmeasured: cell(bucket, 0),
    })),
  }
}

function sumOf(rows: readonly DurationBinRow[], name: 'n' | 'running'): number {
  return rows.reduce((all, row) => all + Number(row[name]), 0)
}
