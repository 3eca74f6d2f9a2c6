/** Decides where the figures of a range are read: from the executions, or from the hourly rollups wherever these are exact. */
import type { ExecutionFilter } from './questions/execution-filter.ts'
import { type FiguresPlan, RAW_PLAN } from './questions/figures.ts'
import { hoursOfPlan } from './questions/hours-of-plan.ts'
import type { Scope } from './questions/question.ts'
import { isInRollups } from './questions/rollup-filter.ts'
import { RAW_RANGE_MAX, type Range } from './range.ts'
import type { Runner } from './run.ts'
import { floorDiv, NS_PER_HOUR, NS_PER_SECOND } from './time.ts'

/** Rollups have no hours before 1970 or after this: the last second of ClickHouse's DateTime. */
const DATE_TIME_MAX = 2 ** 32 - 1

/**
 * Up to a day everything is read raw, and for an owner always, whom no rollup knows. Beyond, hours come from the rollups but for those that the worker has yet to rebuild (the
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
  if (range.to - range.from <= RAW_RANGE_MAX) return RAW_PLAN
  return planHours(runner, scope, { from: range.from - (range.to - range.from), to: range.to }, edges, signal)
}

/** The same of every range, however short. */
export async function planHours(
  runner: Runner,
  scope: Scope,
  range: Range,
  edges: readonly bigint[],
  signal: AbortSignal,
): Promise<FiguresPlan> {
  if (scope.owner !== undefined) return RAW_PLAN
  const hours = await runner.ask(hoursOfPlan(scope, range.from, range.to), signal)
  const dirty = hours.filter(({ is_open }) => is_open === 0).map(({ hour }) => hour)
  const raw = new Set([...cutHours(edges), ...dirty])
  const open = hours.filter(({ hour, is_open }) => is_open === 1 && !raw.has(hour)).map(({ hour }) => hour)
  return { source: 'rollup', rawHours: ascending([...raw]), openHours: ascending(open) }
}

function ascending(hours: readonly number[]): readonly number[] {
  return [...hours].sort((a, b) => a - b)
}

/** As {@link planFigures} for a filter of the core: raw too where rollups don't know the filter, or where most hours would be cut. */
export async function planMatching(
  runner: Runner,
  scope: Scope,
  filter: ExecutionFilter,
  range: Range,
  edges: readonly bigint[],
  signal: AbortSignal,
): Promise<FiguresPlan> {
  const hours = Number((range.to - range.from) / NS_PER_HOUR)
  if (!isInRollups(filter) || cutHours(edges).length > hours / 2) return RAW_PLAN
  return planFigures(runner, scope, range, edges, signal)
}

/** Starts (seconds since the epoch) of the hours that an edge cuts in two: no rollup can answer a part of an hour. */
export function cutHours(edges: readonly bigint[]): number[] {
  const cut = edges.filter((edge) => edge % NS_PER_HOUR !== 0n)
  const hours = cut.map((edge) => Number((floorDiv(edge, NS_PER_HOUR) * NS_PER_HOUR) / NS_PER_SECOND))
  return hours.filter((hour) => hour >= 0 && hour <= DATE_TIME_MAX)
}
