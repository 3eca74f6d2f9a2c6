/** `GET /api/v1/histogram`: how many executions took how long, on a logarithmic scale. */
import { z } from 'zod'
import { binsBetween, FINE_BOUNDS } from '../../duration-scale.ts'
import { filterOf } from '../../filter-of-query.ts'
import { momentsOf, readMeta, withoutMoment } from '../../meta.ts'
import { durationBins } from '../../questions/core/duration-bins.ts'
import { resolveRange } from '../../range.ts'
import { type DurationHistogram, histogramQuerySchema, histogramSchema } from '../../schema/core.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'

export const histogram = route({
  path: '/api/v1/histogram',
  id: 'getHistogram',
  tag: 'Executions',
  summary: 'How many executions took how long',
  description:
    'Over any filter of the list, always read from the executions. Only final executions have a place on the scale; all others are counted beside.',
  parameters: z.strictObject({}),
  query: histogramQuerySchema,
  attributes: true,
  answer: histogramSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async (asked) => {
    const { query, scope, signal, services } = asked
    const moments = momentsOf(services)
    const range = resolveRange(query, moments.nowMs, '24h')
    const filter = filterOf(asked, range, moments.silence)
    const question = durationBins(scope, filter, { range, bounds: FINE_BOUNDS, buckets: 1 })
    const asking = services.runner.ask(question, signal)
    const sum = (name: 'n' | 'running') => asking.then((rows) => rows.reduce((all, row) => all + Number(row[name]), 0))
    const parts = sum('running').then((running) => ({ range, source: 'raw' as const, running }))
    const [rows, total, meta] = await Promise.all([asking, sum('n'), readMeta(services, moments, parts)])
    const counts = new Map(rows.map(({ bin, n }) => [bin, Number(n)]))
    const unmeasured = counts.get(0) ?? 0
    counts.delete(0)
    const bins = binsBetween(FINE_BOUNDS, [...counts.keys()])
    const first = Math.min(...counts.keys())
    const answer: DurationHistogram = {
      bins: bins.map((bin, index) => ({ ...bin, count: counts.get(first + index) ?? 0 })),
      unmeasured,
      total,
      meta,
    }
    return { json: answer, identity: withoutMoment(answer) }
  },
})
