/** Figures of queries for the four routes that tell them: of one user or of all, together or by type of database. */
import type { Status } from '@runlens/conventions'
import { type Moments, momentsOf, readMeta } from '../../meta.ts'
import { cutHours } from '../../plan-figures.ts'
import { hoursToRead } from '../../questions/queries/hours-to-read.ts'
import { type QueryFigures, queryFigures } from '../../questions/queries/query-figures.ts'
import { type Range, resolveLength } from '../../range.ts'
import { hoursNotRebuilt, type QueryReader } from '../../read-queries.ts'
import type { Meta } from '../../schema/execution.ts'
import type { DatabaseStats, GlobalQueryStats, QueryStatsQuery } from '../../schema/queries.ts'
import { known } from '../../shape-execution.ts'
import { round, successRate } from '../../shape-figures.ts'
import { wordOf } from '../../status-words.ts'
import { NS_PER_DAY } from '../../time.ts'
import type { Asked } from '../route.ts'

const DEFAULT_DAYS = 7n

export interface FiguresOfQueries {
  rows: readonly QueryFigures[]
  range: Range
  meta: Meta
}

/** @param user null: of all */
export async function readFigures(
  { query, scope, signal, services }: Asked<unknown, QueryStatsQuery>,
  user: string | null,
  by: 'all' | 'database_type',
): Promise<FiguresOfQueries> {
  const moments = momentsOf(services)
  const range = rangeOf(query, moments)
  const { runner } = services
  const filter = { user, databaseType: query.database_type ?? null, status: null, range, silence: moments.silence }
  const reader: QueryReader = { runner, scope, filter, nowNs: moments.nowNs, signal }
  const dirty = await hoursNotRebuilt(reader)
  const cut = cutHours([range.from, range.to])
  const others = await runner.ask(hoursToRead(scope, filter, dirty, cut), signal)
  const plan = { dirtyHours: dirty, cutHours: cut, otherHours: others.map(({ started }) => started) }
  const asking = runner.ask(queryFigures(scope, filter, plan, by), signal)
  const parts = asking.then((rows) => ({ range, source: 'rollup' as const, running: countsOf(rows).running }))
  const [rows, meta] = await Promise.all([asking, readMeta(services, moments, parts)])
  return { rows, range, meta }
}

function rangeOf({ days, from, to }: QueryStatsQuery, { nowMs }: Moments): Range {
  const ns = days === undefined ? undefined : BigInt(days) * NS_PER_DAY
  return resolveLength({ name: 'days', ns }, { from, to }, nowMs, DEFAULT_DAYS * NS_PER_DAY)
}

/** By the words of this view. */
function countsOf(rows: readonly QueryFigures[]) {
  const counts = { running: 0, success: 0, failed: 0, error: 0, timeout: 0 }
  for (const { shown, queries } of rows) counts[wordOf('queries', shown as Status)] += Number(queries)
  return counts
}

export function shapeStats({ rows, range, meta }: FiguresOfQueries): GlobalQueryStats {
  const counts = countsOf(rows)
  const total = Object.values(counts).reduce((sum, each) => sum + each, 0)
  // The view calls partial ones a success; the rate is that of every view.
  const success = sumOf(
    rows.filter(({ shown }) => shown === 'success'),
    'queries',
  )
  const timed = sumOf(rows, 'timed')
  const most = Math.max(...rows.filter((row) => Number(row.timed) > 0).map((row) => row.duration_most))
  return {
    period_days: round(Number(range.to - range.from) / Number(NS_PER_DAY), 2),
    total_executions: total,
    success_count: counts.success,
    failed_count: counts.failed,
    error_count: counts.error,
    timeout_count: counts.timeout,
    success_rate: successRate(success, total - counts.running - success),
    avg_execution_time: averageSeconds(rows),
    max_execution_time: timed === 0 ? null : round(most / 1000, 6),
    total_rows_processed: sumOf(rows, 'handled'),
    meta,
  }
}

export function shapeDatabases({ rows }: FiguresOfQueries): DatabaseStats[] {
  const types = [...new Set(rows.map(({ database_type }) => database_type))]
  const stats = types.map((type) => {
    const ofType = rows.filter(({ database_type }) => database_type === type)
    const { running, success, failed, error, timeout } = countsOf(ofType)
    return {
      database_type: known(type),
      execution_count: running + success + failed + error + timeout,
      success_count: success,
      failed_count: failed + error + timeout,
      avg_execution_time: averageSeconds(ofType),
    }
  })
  return stats.sort((a, b) => b.execution_count - a.execution_count)
}

function averageSeconds(rows: readonly QueryFigures[]): number | null {
  const timed = sumOf(rows, 'timed')
  const total = rows.reduce((sum, row) => sum + row.duration_total, 0)
  return timed === 0 ? null : round(total / timed / 1000, 6)
}

function sumOf(rows: readonly QueryFigures[], column: 'queries' | 'timed' | 'handled'): number {
  return rows.reduce((sum, row) => sum + Number(row[column]), 0)
}
