/** The UTC day of a time on the wire: the partition a span belongs to. */

/** A day is 86 400 * 10^9 ns = 2^16 * 1 318 359 375, so its number follows exactly from the upper 48 bits. */
const DAY_OVER_2_16 = 1_318_359_375

/** Days since the epoch of the fixed64 nanoseconds at `start`; 0 where absent (-1). */
export function dayOf(buffer: Uint8Array, start: number): number {
  if (start < 0) return 0
  let upper = 0
  for (let k = 7; k >= 2; k--) upper = upper * 256 + buffer[start + k]!
  return Math.floor(upper / DAY_OVER_2_16)
}

/** `2026-11-23` for a day number. */
export function dayName(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}
