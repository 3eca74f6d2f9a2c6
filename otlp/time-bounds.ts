/** Which times an item may name: late data is data, only absurd times are refused. */

/** Which times are credible, in nanoseconds since the epoch, split into upper and lower 32 bits. */
export interface TimeBounds {
  earliestHigh: number
  earliestLow: number
  latestHigh: number
  latestLow: number
}

/** From the year 2000 to a day after `nowMs` (milliseconds since the epoch). */
export function timeBounds(nowMs: number): TimeBounds {
  const earliest = 946_684_800_000_000_000n
  const latest = (BigInt(Math.trunc(nowMs)) + 86_400_000n) * 1_000_000n
  return {
    earliestHigh: Number(earliest >> 32n),
    earliestLow: Number(earliest & 0xffffffffn),
    latestHigh: Number(latest >> 32n),
    latestLow: Number(latest & 0xffffffffn),
  }
}

/** Whether the fixed64 at `at` lies before the earliest credible time. */
export function isTooEarly(view: DataView, at: number, times: TimeBounds): boolean {
  const high = view.getUint32(at + 4, true)
  return high < times.earliestHigh || (high === times.earliestHigh && view.getUint32(at, true) < times.earliestLow)
}

/** Whether the fixed64 at `at` lies after the latest credible time. */
export function isTooLate(view: DataView, at: number, times: TimeBounds): boolean {
  const high = view.getUint32(at + 4, true)
  return high > times.latestHigh || (high === times.latestHigh && view.getUint32(at, true) > times.latestLow)
}

/** Whether the fixed64 at `at` is 0, which stands for no time. */
export function isZeroTime(view: DataView, at: number): boolean {
  return view.getInt32(at, true) === 0 && view.getInt32(at + 4, true) === 0
}
