/** The time range of a question: from `time_range` or from/to, relative to a clock that is passed in. */
import { invalidParameter } from './problem.ts'
import { ceilDiv, NS_PER_DAY, NS_PER_HOUR, NS_PER_MS, NS_PER_SECOND, parseTime } from './time.ts'

const MINUTE = 60n * NS_PER_SECOND

/** The fixed ranges: how long, and how wide a bucket of a series is. */
export const TIME_RANGES = {
  '1h': { length: NS_PER_HOUR, bucket: 5n * MINUTE },
  '6h': { length: 6n * NS_PER_HOUR, bucket: 30n * MINUTE },
  '24h': { length: NS_PER_DAY, bucket: NS_PER_HOUR },
  '7d': { length: 7n * NS_PER_DAY, bucket: 12n * NS_PER_HOUR },
  '30d': { length: 30n * NS_PER_DAY, bucket: NS_PER_DAY },
  '90d': { length: 90n * NS_PER_DAY, bucket: 3n * NS_PER_DAY },
} as const
export type TimeRangeName = keyof typeof TIME_RANGES
export const TIME_RANGE_NAMES = Object.keys(TIME_RANGES) as [TimeRangeName, ...TimeRangeName[]]

/** Half-open: a time belongs to it when `from <= time < to`. Nanoseconds since the epoch. */
export interface Range {
  from: bigint
  to: bigint
}

/** Either end may be open. */
export interface OpenRange {
  from: bigint | null
  to: bigint | null
}

export interface RangeEnds {
  from?: string | undefined
  to?: string | undefined
}

export interface RangeParameters extends RangeEnds {
  time_range?: TimeRangeName | undefined
}

/** Longer ranges are read from the hourly rollups. */
export const RAW_RANGE_MAX = NS_PER_DAY

/**
 * The range of a statistics question. A range that ends "now" ends at the next whole second, so that what just arrived is in
 * it and identical questions of one second are one; when it is longer than {@link RAW_RANGE_MAX}, at the next whole hour,
 * so that hourly figures fit into its buckets.
 * @param field what the parameter for a fixed range is called
 */
export function resolveRange(
  parameters: RangeParameters,
  nowMs: number,
  fallback: TimeRangeName,
  field = 'time_range',
): Range {
  const { time_range: name } = parameters
  const length = { name: field, ns: name === undefined ? undefined : TIME_RANGES[name].length }
  return resolveLength(length, parameters, nowMs, TIME_RANGES[fallback].length)
}

/** The same where a length is told in another way: so many hours or days, by the parameter of that name. */
export function resolveLength(
  length: { name: string; ns: bigint | undefined },
  { from: fromText, to: toText }: RangeEnds,
  nowMs: number,
  fallbackNs: bigint,
): Range {
  if (length.ns !== undefined && (fromText !== undefined || toText !== undefined)) refuseBoth(length.name)
  if (fromText === undefined) {
    const ns = length.ns ?? fallbackNs
    const to = toText === undefined ? endOfNow(nowMs, ns) : parseTime(toText)
    return { from: to - ns, to }
  }
  const from = parseTime(fromText)
  const to = toText === undefined ? endOfNow(nowMs, 0n) : parseTime(toText)
  if (from >= to) throw invalidParameter('from', 'must be earlier than `to` (which is now unless given)')
  return { from, to }
}

/** The range of a list: without any parameter both ends are open. */
export function resolveListRange(parameters: RangeParameters, nowMs: number): OpenRange {
  const { time_range: name, from: fromText, to: toText } = parameters
  if (name !== undefined && (fromText !== undefined || toText !== undefined)) refuseBoth('time_range')
  if (name !== undefined) {
    const to = endOfNow(nowMs, 0n)
    return { from: to - TIME_RANGES[name].length, to }
  }
  const from = fromText === undefined ? null : parseTime(fromText)
  const to = toText === undefined ? null : parseTime(toText)
  if (from !== null && to !== null && from >= to) throw invalidParameter('from', 'must be earlier than `to`')
  return { from, to }
}

function refuseBoth(name: string): never {
  throw invalidParameter(name, `give either ${name} or from and to, not both`)
}

/** The end of a range that reaches to the present. */
function endOfNow(nowMs: number, length: bigint): bigint {
  const unit = length > RAW_RANGE_MAX ? NS_PER_HOUR : NS_PER_SECOND
  return ceilDiv(BigInt(nowMs) * NS_PER_MS + 1n, unit) * unit
}
