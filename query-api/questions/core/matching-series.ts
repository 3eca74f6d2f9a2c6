/** Counts by status and durations of what a filter matches, per bucket of time and over the whole range. */
import { type FigureRow, type FiguresFilter, type FiguresPlan, figureColumns, figureParts } from '../figures.ts'
import { indent, Parameters, type Question, type Scope } from '../question.ts'

export interface SeriesRow extends FigureRow {
  bucket: number
  /** 1: the whole range; 0: one bucket. */
  whole: number
  by_status: Record<string, string | number>
}

export function matchingSeries(
  scope: Scope,
  filter: FiguresFilter,
  plan: FiguresPlan,
  buckets: number,
): Question<SeriesRow> {
  const parameters = new Parameters()
  const parts = figureParts(
    scope,
    { ...filter, previousFrom: filter.range.from },
    plan,
    { by: 'bucket', buckets },
    parameters,
  )
  const columns = [
    'bucket',
    'toUInt8(grouping(bucket)) AS whole',
    'sumMap(map(shown, n)) AS by_status',
    ...figureColumns(plan, '1'),
  ]
  const sql = `SELECT
  ${columns.join(',\n  ')}
FROM (
${indent(parts)}
)
GROUP BY GROUPING SETS ((), (bucket))
ORDER BY whole, bucket`
  return { name: `matching-series-${plan.source}`, sql, params: parameters.values }
}
