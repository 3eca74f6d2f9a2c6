/** `GET /api/v1/timeseries`: counts by status and durations per bucket of time, over any filter of the list. */
import { STATUSES } from '@runlens/conventions'
import { z } from 'zod'
import { cutRange } from '../../buckets.ts'
import { filterOf } from '../../filter-of-query.ts'
import { momentsOf, readMeta, withoutMoment } from '../../meta.ts'
import { planMatching } from '../../plan-figures.ts'
import { matchingSeries, type SeriesRow } from '../../questions/core/matching-series.ts'
import { resolveRange } from '../../range.ts'
import { BUCKETS_MAX, type Timeseries, timeseriesQuerySchema, timeseriesSchema } from '../../schema/core.ts'
import { shapeFigures } from '../../shape-figures.ts'
import { formatTime } from '../../time.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'

export const timeseries = route({
  path: '/api/v1/timeseries',
  id: 'getTimeseries',
  tag: 'Executions',
  summary: 'Counts by status and durations over time',
  description:
    'Of every kind, over any filter of the list, whose total is the same over the same range. Where nothing but kind, environment, workflow_id and status is asked for, ranges over 24 hours are read from hourly rollups, whose percentiles are within 1.1 %.',
  parameters: z.strictObject({}),
  query: timeseriesQuerySchema,
  attributes: true,
  answer: timeseriesSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async (asked) => {
    const { query, scope, signal, services } = asked
    const moments = momentsOf(services)
    const { range, count, edges, widthMs } = cutRange(resolveRange(query, moments.nowMs, '24h'), query, BUCKETS_MAX)
    const { silence } = moments
    const matching = filterOf(asked, range, silence)
    const plan = await planMatching(services.runner, scope, matching, range, edges, signal)
    const filter = { range, kind: null, environment: null, silence, matching }
    const asking = services.runner.ask(matchingSeries(scope, filter, plan, count), signal)
    const wholeOf = (rows: readonly SeriesRow[]) => rows.find(({ whole }) => whole === 1)
    const parts = asking.then((rows) => ({ range, source: plan.source, running: Number(wholeOf(rows)?.running ?? 0) }))
    const [rows, meta] = await Promise.all([asking, readMeta(services, moments, parts)])
    const points = new Map(rows.filter(({ whole }) => whole === 0).map((row) => [row.bucket, row]))
    const answer: Timeseries = {
      ...shape(wholeOf(rows)),
      interval_ms: widthMs,
      buckets: edges.slice(0, -1).map((start, n) => ({ timestamp: formatTime(start), ...shape(points.get(n)) })),
      meta,
    }
    return { json: answer, identity: withoutMoment(answer) }
  },
})

function shape(row: SeriesRow | undefined) {
  const counts = STATUSES.map((status) => [status, Number(row?.by_status[status] ?? 0)])
  return { ...shapeFigures(row), by_status: Object.fromEntries(counts) as Timeseries['by_status'] }
}
