/** Decides where the figures of a range are read: from the executions, or from the hourly rollups wherever these are exact. */
import { dirtyHours } from './questions/dirty-hours.ts'
import type { FiguresPlan } from './questions/figures.ts'
import type { Scope } from './questions/question.ts'
import { RAW_RANGE_MAX, type Range } from './range.ts'
import type { Runner } from './run.ts'
import { floorDiv, NS_PER_HOUR, NS_PER_SECOND } from './time.ts'

/** Rollups have no hours before 1970 or after this: the last second of ClickHouse's DateTime. */
const DATE_TIME_MAX = 2 ** 32 - 1

/**
 * Up to a day everything is read raw. Beyond, hours come from the rollups but for those that the worker has yet to rebuild (the
 * open one among them), so that an answer never lags, and for those that an edge cuts.
 * @param edges where the range, the period before it and their buckets start and end, nanoseconds
 */
export async function planFigures(
  runner: Runner,
  scope: Scope,
  range: Range,
  edges: readonly bigint[],
  signal: AbortSignal,
): Promise<FiguresPlan> {
  // Rollups have no owner.
  if (scope.owner !== undefined || range.to - range.from <= RAW_RANGE_MAX) return { source: 'raw', rawHours: [] }
  const dirty = await runner.ask(dirtyHours(scope, range.from - (range.to - range.from), range.to), signal)
  const hours = new Set([...cutHours(edges), ...dirty.map(({ hour }) => hour)])
  return { source: 'rollup', rawHours: [...hours].sort((a, b) => a - b) }
}

/** Starts (seconds since the epoch) of the hours that an edge cuts in two: no rollup can answer a part of an hour. */
export function cutHours(edges: readonly bigint[]): number[] {
  const cut = edges.filter((edge) => edge % NS_PER_HOUR !== 0n)
  const hours = cut.map((edge) => Number((floorDiv(edge, NS_PER_HOUR) * NS_PER_HOUR) / NS_PER_SECOND))
  return hours.filter((hour) => hour >= 0 && hour <= DATE_TIME_MAX)
}
