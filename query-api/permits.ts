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

/** Permits of each name apart, so that one can't take all; names that nobody holds or waits for are forgotten. */
export class PermitsByName {
  readonly #permits: number
  readonly #waitingMax: number
  readonly #byName = new Map<string, { permits: Permits; users: number }>()
  #refusedBefore = 0

  constructor(permits: number, waitingMax: number) {
    this.#permits = permits
    this.#waitingMax = waitingMax
  }

  /**
   * Runs the task under a permit of this name.
   * @throws as {@link Permits.hold}
   */
  async hold<T>(name: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const own = this.#byName.get(name) ?? { permits: new Permits(this.#permits, this.#waitingMax), users: 0 }
    this.#byName.set(name, own)
    own.users += 1
    try {
      return await own.permits.hold(task, signal)
    } finally {
      own.users -= 1
      if (own.users === 0) {
        this.#refusedBefore += own.permits.load().refused
        this.#byName.delete(name)
      }
    }
  }

  /** Of all names together. */
  load(): Pick<PermitLoad, 'waiting' | 'refused'> {
    const loads = [...this.#byName.values()].map(({ permits }) => permits.load())
    const sum = (of: 'waiting' | 'refused') => loads.reduce((all, load) => all + load[of], 0)
    return { waiting: sum('waiting'), refused: this.#refusedBefore + sum('refused') }
  }
}
