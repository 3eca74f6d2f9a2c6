/** Hours that are read from the executions, as conditions on when these started. */
import { NS_PER_SECOND } from '../time.ts'
import type { Parameters } from './question.ts'
import { OPEN } from './status.ts'

const HOUR_S = 3600
/** Ranges in one condition at most. */
const RUNS_MAX = 100

/**
 * Executions that started in one of some hours, told as ranges, from which the index on `started_at` follows. Hours in a list beside them would
 * be worked out for every granule of the index, at 50 ms of CPU for ten thousand. With too many runs of hours ranges cost more than they save.
 * @param hours starts in seconds since the epoch, ascending
 * @param name that they are bound under
 */
export function inRawHours(hours: readonly number[], parameters: Parameters, name = 'raw_hours'): string[] {
  const runs = runsOf(hours)
  if (runs.length === 0 || runs.length > RUNS_MAX) {
    return [`toUnixTimestamp(toStartOfHour(started_at, 'UTC')) IN ${parameters.bind(name, 'Array(UInt32)', hours)}`]
  }
  const time = (edge: string, seconds: number) =>
    parameters.bindTime(`${name}_${edge}`, BigInt(seconds) * NS_PER_SECOND)
  const ranges = runs.map(
    ([first, last], index) =>
      `(started_at >= ${time(`${index}_from`, first)} AND started_at < ${time(`${index}_to`, last + HOUR_S)})`,
  )
  return [`(${ranges.join('\n    OR ')})`]
}

/** Open executions that started in such hours. */
export function openIn(hours: readonly number[], parameters: Parameters): string[] {
  return [...inRawHours(hours, parameters, 'open_hours'), `status IN ${OPEN}`]
}

/** Rows of a rollup but for those of such hours. */
export function notRawHours(hours: readonly number[], parameters: Parameters): string[] {
  if (hours.length === 0) return []
  return [`toUnixTimestamp(hour) NOT IN ${parameters.bind('raw_hours', 'Array(UInt32)', hours)}`]
}

/** Hours that follow one another, as first and last start. */
function runsOf(hours: readonly number[]): [number, number][] {
  const runs: [number, number][] = []
  for (const hour of hours) {
    const run = runs.at(-1)
    if (run && hour === run[1] + HOUR_S) run[1] = hour
    else runs.push([hour, hour])
  }
  return runs
}
