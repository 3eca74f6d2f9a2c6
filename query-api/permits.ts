/** A fixed number of permits, and a bounded line of those who wait for one. */
import { ProblemError } from './problem.ts'

export class Permits {
  readonly #waitingMax: number
  readonly #waiting = new Set<() => void>()
  #free: number

  constructor(permits: number, waitingMax: number) {
    this.#free = permits
    this.#waitingMax = waitingMax
  }

  /**
   * Runs the task under a permit, first come first served.
   * @throws ProblemError `too_busy` when the line is full
   * @throws the signal's reason when it is aborted before the task's turn
   */
  async hold<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted()
    if (this.#free > 0) this.#free -= 1
    else await this.#wait(signal)
    try {
      return await task()
    } finally {
      const next = this.#waiting.values().next().value
      if (next) {
        this.#waiting.delete(next)
        next()
      } else {
        this.#free += 1
      }
    }
  }

  #wait(signal?: AbortSignal): Promise<void> {
    if (this.#waiting.size >= this.#waitingMax) {
      const detail = `${this.#waitingMax} questions wait already; come back in a moment.`
      return Promise.reject(new ProblemError('too_busy', detail, { retryAfterSeconds: 1 }))
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(turn)
        reject(signal?.reason)
      }
      const turn = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      this.#waiting.add(turn)
      signal?.addEventListener('abort', leave, { once: true })
    })
  }
}
