/** One client of a stream: a bounded queue between what happens and what its connection takes. */
import type { LiveEvent } from './live-event.ts'

/** Nothing happened for a while; the connection must show that it lives. */
export const KEEP_ALIVE = Symbol('keep alive')

export type Batch = readonly LiveEvent[] | typeof KEEP_ALIVE

export interface ReaderOptions {
  /** Events that wait for the client; with one more all of them go, and the client is told of a gap. */
  queueEventsMax: number
  /** Told when events were dropped; nothing is given out until `release`. */
  overflowed: () => void
}

export class Reader {
  readonly #options: ReaderOptions
  #queue: LiveEvent[] = []
  #isHeld = true
  #dropped = 0
  #keepAlive = false
  #closed = false
  #wake: (() => void) | undefined

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  get isClosed(): boolean {
    return this.#closed
  }

  push(event: LiveEvent): void {
    if (this.#closed) return
    this.#queue.push(event)
    if (this.#queue.length <= this.#options.queueEventsMax) {
      this.#signal()
      return
    }
    this.#dropped += this.#queue.length
    this.#queue = []
    if (this.#isHeld) return
    this.#isHeld = true
    this.#options.overflowed()
  }

  get hasDropped(): boolean {
    return this.#dropped > 0
  }

  /** How many events were dropped since it was last asked. */
  takeDropped(): number {
    const dropped = this.#dropped
    this.#dropped = 0
    return dropped
  }

  /**
   * Puts events before those that wait, and lets the client have them; from its making and from an overflow until then it gets none.
   * @param keeps which of those that wait are kept
   */
  release(events: readonly LiveEvent[], keeps: (event: LiveEvent) => boolean = () => true): void {
    this.#queue = [...events, ...this.#queue.filter(keeps)]
    this.#isHeld = false
    this.#signal()
  }

  keepAlive(): void {
    this.#keepAlive = true
    this.#signal()
  }

  close(): void {
    this.#closed = true
    this.#queue = []
    this.#signal()
  }

  /** The next events, as soon as there are any; undefined when the stream is over. */
  async next(): Promise<Batch | undefined> {
    while (!this.#closed) {
      if (!this.#isHeld && this.#queue.length > 0) {
        this.#keepAlive = false
        return this.#queue.splice(0)
      }
      if (this.#keepAlive) {
        this.#keepAlive = false
        return KEEP_ALIVE
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return undefined
  }

  #signal(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}
