/**
 * One clock for all spans of this package. The SDK starts each span at a whole millisecond and measures on from there, so that a child
 * may seem to end after its parent and attempts of one millisecond have no order; what failed first could not be told.
 */
import type { HrTime } from '@opentelemetry/api'

/** The wall clock was set, or the machine slept: the monotonic clock is put beside it again. */
const DRIFT_MS_MAX = 20

/** How long the two may go without being compared: a look at the wall clock costs as much as the time itself. */
const COMPARE_AFTER_MS = 5

let originMs = Date.now() - performance.now()
/** By `performance.now()`. */
let compareAt = 0

/** Milliseconds since the epoch with fractions; never goes back but when the wall clock is set back. */
export function now(): number {
  const at = performance.now()
  if (at >= compareAt) compare(at)
  return originMs + at
}

function compare(at: number): void {
  compareAt = at + COMPARE_AFTER_MS
  const wall = Date.now()
  // The process may have stood still between the two looks, which is no drift.
  const ahead = wall - (originMs + performance.now())
  const behind = originMs + at - wall
  if (ahead > DRIFT_MS_MAX) originMs += ahead
  else if (behind > DRIFT_MS_MAX) originMs -= behind
}

export function toHrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.floor((ms - seconds * 1000) * 1e6)]
}
