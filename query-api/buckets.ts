/** How a range is cut into buckets: equal width, the last one ends at the end of the range. */
import { invalidParameter } from './problem.ts'
import { type Range, TIME_RANGES } from './range.ts'
import { ceilDiv, NS_PER_HOUR, NS_PER_MS, NS_PER_SECOND } from './time.ts'

const FEWEST = 24n
const MOST = 48n
const MINUTE = 60n * NS_PER_SECOND

/** Widths that a person reads easily, coarse first. */
const WIDTHS = [
  ...[30n * 24n, 7n * 24n, 3n * 24n, 24n, 12n, 8n, 6n, 4n, 3n, 2n, 1n].map((hours) => hours * NS_PER_HOUR),
  ...[30n, 20n, 15n, 10n, 5n, 2n, 1n].map((minutes) => minutes * MINUTE),
  ...[30n, 15n, 10n, 5n, 2n, 1n].map((seconds) => seconds * NS_PER_SECOND),
]

/**
 * How many buckets a range has. The fixed ranges have theirs (`TIME_RANGES`); any other has 24 to 48, of a width that is easy
 * to read where one divides it.
 */
export function bucketCount({ from, to }: Range): number {
  const length = to - from
  const fixed = Object.values(TIME_RANGES).find((range) => range.length === length)
  if (fixed) return Number(length / fixed.bucket)
  const width = WIDTHS.find((each) => length % each === 0n && length / each >= FEWEST && length / each <= MOST)
  return Number(width === undefined ? FEWEST : length / width)
}

/** Where bucket `index` of `count` starts; `index === count` gives the end of the range. */
export function bucketStart({ from, to }: Range, count: number, index: number): bigint {
  // Rounded up, so that a time t is in bucket floor((t - from) * count / length): the same cut that questions make.
  const part = (to - from) * BigInt(index)
  return from + (part + BigInt(count) - 1n) / BigInt(count)
}

export interface Cut {
  range: Range
  count: number
  /** Where buckets start, and where the last one ends. */
  edges: bigint[]
  /** Milliseconds. */
  widthMs: number
}

const UNITS = { s: NS_PER_SECOND, m: MINUTE, h: NS_PER_HOUR, d: 24n * NS_PER_HOUR } as const

/**
 * Cuts a range by number, by width, or as it is best read. By width the range starts early enough for whole buckets.
 * @param interval like `5m`
 * @throws ProblemError `invalid_parameter` for both at once, and for more than `bucketsMax`
 */
export function cutRange(
  range: Range,
  { buckets, interval }: { buckets?: number | undefined; interval?: string | undefined },
  bucketsMax: number,
): Cut {
  if (buckets !== undefined && interval !== undefined) {
    throw invalidParameter('interval', 'give either interval or buckets, not both')
  }
  if (interval === undefined) return cutInto(range, buckets ?? bucketCount(range))
  const width = BigInt(interval.slice(0, -1)) * UNITS[interval.slice(-1) as keyof typeof UNITS]
  const count = ceilDiv(range.to - range.from, width)
  if (count > bucketsMax) {
    throw invalidParameter('interval', `gives ${count} buckets over this range; at most ${bucketsMax} are answered`)
  }
  const from = range.to - count * width
  if (from < 0n) throw invalidParameter('interval', 'is longer than all time before the end of the range')
  return cutInto({ from, to: range.to }, Number(count))
}

function cutInto(range: Range, count: number): Cut {
  const edges = Array.from({ length: count + 1 }, (_, index) => bucketStart(range, count, index))
  return { range, count, edges, widthMs: Number(range.to - range.from) / count / Number(NS_PER_MS) }
}
