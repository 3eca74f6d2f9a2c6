/** Where the bars of a waterfall stand on its time axis. Pure. */
import type { Step } from '../api/types.ts'

/** The stretch of time that the axis shows, in milliseconds from the start of the execution. */
export interface Domain {
  startMs: number
  endMs: number
}

type Timed = Pick<Step, 'start_offset_ms' | 'duration_ms'>

/**
 * Everything that ran: the execution and each of its steps, the open ones until now. One that only waits does not stretch it.
 * @param nowMs from the start of the execution
 */
export function domainOf(steps: readonly Timed[], executionMs: number | null, nowMs: number): Domain {
  let startMs = 0
  let endMs = executionMs ?? 0
  for (const step of steps) {
    startMs = Math.min(startMs, step.start_offset_ms)
    endMs = Math.max(endMs, endOf(step, executionMs, nowMs))
  }
  // A bar needs some width to stand on.
  return { startMs, endMs: Math.max(endMs, startMs + 0.001) }
}

/** Where a bar stands, in percent of the axis. */
export interface Bar {
  left: number
  width: number
}

export function barOf(step: Timed, domain: Domain, executionMs: number | null, nowMs: number): Bar {
  const length = domain.endMs - domain.startMs
  const percent = (ms: number) => Math.min(100, Math.max(0, ((ms - domain.startMs) / length) * 100))
  const left = percent(step.start_offset_ms)
  return { left, width: Math.max(0, percent(endOf(step, executionMs, nowMs)) - left) }
}

/** A step that never ended ran until the execution did, or still runs. */
function endOf({ start_offset_ms, duration_ms }: Timed, executionMs: number | null, nowMs: number): number {
  return Math.max(start_offset_ms, duration_ms === null ? (executionMs ?? nowMs) : start_offset_ms + duration_ms)
}

/** Round moments of the axis, `countMax` at most: steps of 1, 2 or 5 of a power of ten, or of minutes and hours. */
export function ticksOf({ startMs, endMs }: Domain, countMax: number): number[] {
  const step = tickStep((endMs - startMs) / countMax)
  const first = Math.ceil(startMs / step)
  const count = Math.floor(endMs / step) - first + 1
  return Array.from({ length: count }, (_, n) => (first + n) * step)
}

const CLOCK_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400]

function tickStep(leastMs: number): number {
  if (leastMs > 500) {
    const seconds = CLOCK_STEPS.find((each) => each * 1000 >= leastMs)
    return 1000 * (seconds ?? Math.ceil(leastMs / 86_400_000) * 86_400)
  }
  const power = 10 ** Math.floor(Math.log10(leastMs))
  return power * ([1, 2, 5].find((factor) => factor * power >= leastMs) ?? 10)
}
