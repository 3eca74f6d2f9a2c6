/** The UTC day of a time on the wire: the partition a span belongs to. */

/** A day is 86 400 * 10^9 ns = 2^16 * 1 318 359 375, so its number follows exactly from the upper 48 bits. */
const DAY_OVER_2_16 = 1_318_359_375

/** Tells days one after another: times of a request are near each other, and mostly have the upper half of the one before. */
export class DayReader {
  /** Upper half of a time, if all times that have it are of {@link day}; -1 for none. */
  private high = -1
  private day = 0

  /** Days since the epoch of the fixed64 nanoseconds at `start`. */
  of(data: DataView, start: number): number {
    const high = data.getUint32(start + 4, true)
    if (high === this.high) return this.day
    const first = Math.floor((high * 0x1_0000) / DAY_OVER_2_16)
    const last = Math.floor((high * 0x1_0000 + 0xffff) / DAY_OVER_2_16)
    this.high = first === last ? high : -1
    this.day = Math.floor((high * 0x1_0000 + data.getUint16(start + 2, true)) / DAY_OVER_2_16)
    return this.day
  }
}

/** `2026-11-23` for a day number. */
export function dayName(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}
