/** Key figures of a range, of each of its buckets, and of the period before. */
import { type FigureRow, type FiguresFilter, type FiguresPlan, figureColumns, figureParts } from '../figures.ts'
import { indent, Parameters, type Question, type Scope } from '../question.ts'

export interface KpiRow extends FigureRow {
  /** 0: the period before. */
  is_current: number
  bucket: number
  /** 1: the whole period; 0: one bucket. */
  whole: number
}

/** Digests of hours are few rows that cost much each: by default so few are read by one thread, which takes a fifth longer. */
const BY_ALL_THREADS = 'SETTINGS merge_tree_min_rows_for_concurrent_read = 8192'

export function kpiFigures(scope: Scope, filter: FiguresFilter, plan: FiguresPlan, buckets: number): Question<KpiRow> {
  const parameters = new Parameters()
  const parts = figureParts(scope, filter, plan, { by: 'bucket', buckets }, parameters)
  const columns = ['is_current', 'bucket', 'toUInt8(grouping(bucket)) AS whole', ...figureColumns(plan, '1')]
  const sql = `SELECT
  ${columns.join(',\n  ')}
FROM (
${indent(parts)}
)
GROUP BY GROUPING SETS ((is_current), (is_current, bucket))
ORDER BY is_current, whole, bucket${plan.source === 'rollup' ? `\n${BY_ALL_THREADS}` : ''}`
  return { name: `kpi-figures-${plan.source}`, sql, params: parameters.values }
}
