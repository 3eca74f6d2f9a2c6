/** A fixed number of permits, and a bounded line of those who wait for one. */
import { ProblemError } from './problem.ts'

export interface PermitLoad {
  running: number
  waiting: number
  /** Turned away since the start, because the line was full. */
  refused: number
}

export class Permits {
  readonly #permits: number
  readonly #waitingMax: number
  readonly #waiting = new Set<() => void>()
  #free: number
  #refused = 0

  constructor(permits: number, waitingMax: number) {
    this.#permits = permits
    this.#free = permits
    this.#waitingMax = waitingMax
  }

  load(): PermitLoad {
    return { running: this.#permits - this.#free, waiting: this.#waiting.size, refused: this.#refused }
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
      this.#refused += 1
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
