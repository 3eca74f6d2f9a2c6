/** Processes of a killed `up` end by themselves, but draining takes them a moment: the next `up` waits for that. */

import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, RunlensError } from '@runlens/runtime'
import { type RunningComponent, readRunState } from './run-state.ts'

/** Longer than a process takes to give up a stop that hangs (30 s). */
const LEFTOVER_WAIT_MS = 40_000
const POLL_MS = 50

/**
 * Returns when no process of an earlier run on this directory lives any more.
 * @param say told once, with those that are waited for
 * @throws RunlensError `data_dir_in_use` when some are still there after 40 s
 */
export async function waitForLeftovers(
  dataDir: string,
  say: (processes: RunningComponent[]) => void,
  signal: AbortSignal,
  waitMs = LEFTOVER_WAIT_MS,
): Promise<void> {
  const processes = readRunState(dataDir)?.processes ?? []
  let alive = processes.filter(isAlive)
  if (alive.length === 0) return
  say(alive)
  for (let waited = 0; waited < waitMs && alive.length > 0; waited += POLL_MS) {
    await sleep(POLL_MS, undefined, { signal })
    alive = alive.filter(isAlive)
  }
  if (alive.length === 0) return
  throw new RunlensError(
    'data_dir_in_use',
    `Processes of an earlier run still use ${dataDir}: ${alive.map((one) => `${one.component} (process ${one.pid})`).join(', ')}`,
    `They should have ended by themselves. End them with: kill -9 ${alive.map((one) => one.pid).join(' ')}`,
  )
}
