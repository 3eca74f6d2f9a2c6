/** Newest first is read in widening windows: most pages are full within an hour or a day, and only rare filters reach everything. */
import type { OpenRange } from './range.ts'
import { NS_PER_DAY } from './time.ts'

export interface Order {
  sort: 'started_at' | 'ended_at' | 'duration_ms'
  order: 'asc' | 'desc'
  after: { value: string | null } | null
}

const WIDTHS = [NS_PER_DAY / 24n, NS_PER_DAY, 4n * NS_PER_DAY]

/**
 * Lower bounds of the sort time to try one after another; null is everything. A page of a window is the page of the whole as soon
 * as it is full, because the window holds the newest rows there are. Not newest first, only everything is left.
 * @param range open at both ends unless it is about the sort time
 */
export function windowsOf(order: Order, range: OpenRange, nowNs: bigint): (bigint | null)[] {
  const top = topOf(order, range, nowNs)
  if (top === null) return [null]
  const bounds = WIDTHS.map((width) => top - width).filter((bound) => range.from === null || bound > range.from)
  return [...bounds, null]
}

/** The time at which a page begins that goes back in time, nanoseconds; null for others. */
export function topOf({ sort, order, after }: Order, { to }: OpenRange, nowNs: bigint): bigint | null {
  if (order === 'asc' || sort === 'duration_ms' || after?.value === null) return null
  const end = to !== null && to < nowNs ? to : nowNs
  return after ? BigInt(after.value) : end
}
