/** Hours that are over and wait for their rollups. */
import { NOT_FROZEN } from '@runlens/clickhouse'
import { Parameters, type Question, rowsOf, type Scope } from '../question.ts'

export interface RollupFreshness {
  waiting: string | number
  /** Microseconds since the epoch of the oldest mark; '0' when nothing waits. */
  oldest_us: string
  /** Of the last rebuild; '0' before the first. */
  rebuilt_us: string
}

/** @param nowNs hours that are not over are never rebuilt, so they don't wait */
export function rollupFreshness(scope: Scope, nowNs: bigint): Question<RollupFreshness> {
  const parameters = new Parameters()
  const now = parameters.bindTime('now', nowNs)
  const micros = (column: string) => `toString(toUnixTimestamp64Micro(${column}))`
  const sql = `SELECT
  countIf(waits) AS waiting,
  ${micros('minIf(dirty, waits)')} AS oldest_us,
  ${micros('max(rebuilt)')} AS rebuilt_us
FROM (
  SELECT
    max(dirty_at) AS dirty,
    max(rebuilt_at) AS rebuilt,
    dirty >= rebuilt AND ${NOT_FROZEN} AND dirty_hours.hour + INTERVAL 1 HOUR <= ${now} AS waits
  ${rowsOf('dirty_hours', scope, parameters, []).replace(/\n/g, '\n  ')}
  GROUP BY dirty_hours.hour
)`
  return { name: 'rollup-freshness', sql, params: parameters.values }
}
