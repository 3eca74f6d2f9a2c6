/** Bins of durations on a logarithmic scale, at numbers that a person reads easily. */

export interface DurationBin {
  from_ms: number
  /** null: without bound. */
  to_ms: number | null
}

/** Preferred numbers (ISO 3, Renard's series): steps of about the tenth and the fifth root of ten, rounded as the standard rounds them. */
const R10 = ['1', '1.25', '1.6', '2', '2.5', '3.15', '4', '5', '6.3', '8']
const R5 = ['1', '1.6', '2.5', '4', '6.3']

const bounds = (series: readonly string[]) => [
  0,
  // From a hundredth of a millisecond to 11 days; written as decimals, so that each is the number it looks like.
  ...Array.from({ length: 11 }, (_, index) => series.map((digits) => Number(`${digits}e${index - 2}`))).flat(),
  1e9,
]

/** Lower bounds in milliseconds, ten to a decade; the first bin starts at 0, the last has no end. */
export const FINE_BOUNDS: readonly number[] = bounds(R10)
/** Five to a decade. */
export const COARSE_BOUNDS: readonly number[] = bounds(R5)

/** The bins from the first to the last of some places, both included; places count from 1. None without places. */
export function binsBetween(all: readonly number[], places: readonly number[]): DurationBin[] {
  const first = Math.min(...places)
  const last = Math.max(...places)
  return places.length === 0
    ? []
    : all.slice(first - 1, last).map((from_ms, index) => ({ from_ms, to_ms: all[first + index] ?? null }))
}
