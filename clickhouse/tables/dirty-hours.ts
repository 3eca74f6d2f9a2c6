/**
 * Hours whose executions changed since their rollup was built: named by a view on `executions`, answered by the worker.
 *
 * Engine: AggregatingMergeTree, ORDER BY (tenant, hour). An hour is clean once a rebuild began well after the last mark.
 */
import { type Row, table } from './column.ts'

export const DIRTY_HOURS = table('dirty_hours', {
  tenant: 'LowCardinality(String)',
  hour: 'DateTime',
  /** When an execution of the hour was last written; the epoch in rows of the worker. */
  dirty_at: 'SimpleAggregateFunction(max, DateTime64(6))',
  /** When the last rebuild began; the epoch in rows of the view. */
  rebuilt_at: 'SimpleAggregateFunction(max, DateTime64(6))',
  /** When retention last removed executions of the hour; the epoch in all other rows. Marks of a frozen hour count no longer. */
  frozen_at: 'SimpleAggregateFunction(max, DateTime64(6))',
})
/** SQL, in HAVING by tenant and hour: whether the rollups of the hour may still be built. */
export const NOT_FROZEN = 'max(frozen_at) = toDateTime64(0, 6)'

export type DirtyHourRow = Row<typeof DIRTY_HOURS>
