/** Tries something several times. An error that nothing more is to be tried for is thrown on. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { RetryOptions } from './options.ts'

/** Always gives a promise: between two attempts time may pass. */
export async function runAttempts<T>(retries: RetryOptions, run: (attempt: number) => T): Promise<Awaited<T>> {
  const { attempts, delayMs = 0, when = () => true } = retries
  for (let attempt = 1; ; attempt++) {
    try {
      return await run(attempt)
    } catch (error) {
      if (attempt >= attempts || !when(error, attempt)) throw error
      if (delayMs > 0) await sleep(delayMs * 2 ** (attempt - 1))
    }
  }
}
