/** Tries until it works: with growing pauses, told once when it begins to fail and once when it works again. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@runlens/runtime'

export interface PersistOptions {
  log: Logger
  /** What is tried, for the log. */
  what: string
  signal: AbortSignal
  /** Told of each failure and, with undefined, of the success after one. */
  onFault?: (error: unknown) => void
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/** @throws the signal's reason once it is aborted, otherwise never */
export async function persist<T>(attempt: () => Promise<T>, options: PersistOptions): Promise<T> {
  const { log, what, signal } = options
  const started = Date.now()
  for (let failures = 0; ; failures++) {
    try {
      const result = await attempt()
      if (failures > 0) {
        options.onFault?.(undefined)
        log.info({ what, failures, ms: Date.now() - started }, 'recovered')
      }
      return result
    } catch (error) {
      // What was begun is finished even while the process stops; what fails then is left to the next owner.
      signal.throwIfAborted()
      if (failures === 0) log.warn({ what, err: error }, 'failed; trying again')
      options.onFault?.(error)
      await sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures), undefined, { signal })
    }
  }
}
