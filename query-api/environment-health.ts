/** How an environment is, by one rule. */

export const HEALTHS = ['down', 'degraded', 'healthy', 'idle'] as const
export type Health = (typeof HEALTHS)[number]

export interface EnvironmentSigns {
  /** Executions that started in the range. */
  total: number
  /** Failures since the last success of the range, or in all of it without one. */
  failuresSinceSuccess: number
  /** Percent; null over nothing. */
  successRate: number | null
  /** The same of its own week before the range. */
  weekBefore: number | null
}

/** Failures in a row that make it down. */
const DOWN_AFTER = 3
/** Percent. */
const RATE_MIN = 90
/** Points under its own week. */
const FALL_MAX = 5

export function healthOf({ total, failuresSinceSuccess, successRate, weekBefore }: EnvironmentSigns): Health {
  if (total === 0) return 'idle'
  if (failuresSinceSuccess >= DOWN_AFTER) return 'down'
  if (successRate === null) return 'healthy'
  const hasFallen = weekBefore !== null && weekBefore - successRate >= FALL_MAX
  return hasFallen || successRate < RATE_MIN ? 'degraded' : 'healthy'
}
