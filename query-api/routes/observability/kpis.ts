/** `GET /api/v1/observability/kpis`: key figures of a range, its sparkline, and the change to the period before. */
import { z } from 'zod'
import { bucketCount, bucketStart } from '../../buckets.ts'
import { momentsOf, readMeta, withoutMoment } from '../../meta.ts'
import { planFigures } from '../../plan-figures.ts'
import { type KpiRow, kpiFigures } from '../../questions/observability/kpi-figures.ts'
import { type Range, resolveRange } from '../../range.ts'
import { type Kpis, kpisQuerySchema, kpisSchema } from '../../schema/statistics.ts'
import { deltasOf, shapeFigures } from '../../shape-figures.ts'
import { formatTime } from '../../time.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import type { Observed } from './observed.ts'

export const kpis = route({
  path: '/api/v1/observability/kpis',
  id: 'getKpis',
  tag: 'Observability',
  summary: 'Key figures with sparkline and changes',
  description:
    'An execution belongs to the range in which it started. Ranges up to 24 hours are read from the executions, longer ones from hourly rollups, whose percentiles are within 1.1 %.',
  parameters: z.strictObject({}),
  query: kpisQuerySchema,
  answer: kpisSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async (asked) => {
    const answer = await readKpis(asked)
    return { json: answer, identity: withoutMoment(answer) }
  },
})

export async function readKpis({ query, scope, signal, services }: Observed): Promise<Kpis> {
  const moments = momentsOf(services)
  const range = resolveRange(query, moments.nowMs, '24h')
  const buckets = bucketCount(range)
  const edges = Array.from({ length: buckets + 1 }, (_, index) => bucketStart(range, buckets, index))
  const before = range.from - (range.to - range.from)
  const plan = await planFigures(services.runner, scope, range, [before, ...edges], signal)
  const { kind = null, environment = null } = query
  const filter = { range, kind, environment, silence: moments.silence }
  const asking = services.runner.ask(kpiFigures(scope, filter, plan, buckets), signal)
  const parts = asking.then((rows) => ({
    range,
    source: plan.source,
    running: Number(rows.find((row) => row.is_current === 1 && row.whole === 1)?.running ?? 0),
  }))
  const [rows, meta] = await Promise.all([asking, readMeta(services, moments, parts)])
  return { ...shapeKpis(rows, range, buckets), meta }
}

function shapeKpis(rows: readonly KpiRow[], range: Range, buckets: number): Omit<Kpis, 'meta'> {
  const whole = (current: number) => rows.find((row) => row.is_current === current && row.whole === 1)
  const points = new Map(
    rows.filter((row) => row.is_current === 1 && row.whole === 0).map((row) => [row.bucket, shapeFigures(row)]),
  )
  const figures = shapeFigures(whole(1))
  return {
    ...figures,
    sparkline_data: Array.from({ length: buckets }, (_, index) => {
      const point = points.get(index) ?? shapeFigures(undefined)
      return {
        timestamp: formatTime(bucketStart(range, buckets, index)),
        total: point.total_executions,
        success: point.success_count,
        failure: point.failure_count,
        success_rate: point.success_rate,
        avg_duration_ms: point.avg_duration_ms,
        p95_duration_ms: point.p95_duration_ms,
      }
    }),
    delta_vs_previous: deltasOf(figures, shapeFigures(whole(0))),
  }
}
