/** How long a crashed process rests before it is started again. */

const FIRST_DELAY_MS = 200
const DELAY_MS_MAX = 10_000
/** A process that answered this long has earned a fresh count. */
export const HEALTHY_AFTER_MS = 60_000

/** 0.2 s, doubling to 10 s. @param crashes in a row before this one */
export function restartDelayMs(crashes: number): number {
  return Math.min(DELAY_MS_MAX, FIRST_DELAY_MS * 2 ** crashes)
}
