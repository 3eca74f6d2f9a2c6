/** Days of a range that a rollup by day answers for; the rest of the range is read by hour. */
import { floorDiv, NS_PER_DAY, NS_PER_SECOND } from '../time.ts'
import type { Parameters } from './question.ts'

/** Days from the first to before the last but for some; seconds since the epoch. */
export interface WholeDays {
  from: number
  to: number
  except: readonly number[]
}

const DAY_S = 86_400
/** Fewer are not worth a table more. */
const DAYS_MIN = 2
/** Exceptions are ranges in a condition. */
const EXCEPT_MAX = 60

/**
 * Null: none that are worth it.
 * @param range half-open, nanoseconds
 * @param cuts moments at which figures are told apart, nanoseconds: none may lie inside a day
 * @param rawHours hours that no rollup answers for, starts in seconds
 */
export function wholeDays(
  { from, to }: { from: bigint; to: bigint },
  cuts: readonly bigint[],
  rawHours: readonly number[],
): WholeDays | null {
  const first = -floorDiv(-from, NS_PER_DAY)
  const last = floorDiv(to, NS_PER_DAY)
  const cut = cuts.filter((at) => at % NS_PER_DAY !== 0n).map((at) => Number(floorDiv(at, NS_PER_DAY)))
  const unbuilt = rawHours.map((hour) => Math.floor(hour / DAY_S))
  const except = [...new Set([...cut, ...unbuilt])]
    .filter((day) => day >= Number(first) && day < Number(last))
    .sort((a, b) => a - b)
  const days = Number(last - first)
  if (days - except.length < DAYS_MIN || except.length > EXCEPT_MAX || first < 0n) return null
  return { from: Number(first) * DAY_S, to: Number(last) * DAY_S, except: except.map((day) => day * DAY_S) }
}

/** Whether nothing of the range lies beside the days. */
export function isAllOf({ from, to, except }: WholeDays, range: { from: bigint; to: bigint }): boolean {
  const [begin, end] = [from, to].map((at) => BigInt(at) * NS_PER_SECOND)
  return except.length === 0 && begin === range.from && end === range.to
}

/** Conditions on rows of a rollup by day. */
export function onDays({ from, to, except }: WholeDays, parameters: Parameters): string[] {
  return [
    `day >= ${time('days_from', from, parameters)}`,
    `day < ${time('days_to', to, parameters)}`,
    ...(except.length === 0
      ? []
      : [`toUnixTimestamp(day) NOT IN ${parameters.bind('days_except', 'Array(UInt32)', except)}`]),
  ]
}

/** The condition on rows of a rollup by hour for all that {@link onDays} leaves out. As ranges, because the key's order follows from these only. */
export function besideDays({ from, to, except }: WholeDays, parameters: Parameters): string {
  const ranges = [
    `hour < ${time('days_from', from, parameters)}`,
    `hour >= ${time('days_to', to, parameters)}`,
    ...except.map((day, index) => {
      const [begin, end] = [day, day + DAY_S].map((at, side) => time(`day_${index}_${side}`, at, parameters))
      return `(hour >= ${begin} AND hour < ${end})`
    }),
  ]
  return `(${ranges.join('\n    OR ')})`
}

function time(name: string, seconds: number, parameters: Parameters): string {
  return parameters.bindTime(name, BigInt(seconds) * NS_PER_SECOND)
}
