/**
 * Follows the log of changes while somebody listens: one statement every {@link TailOptions.pollMs}, whatever the number of readers. Ingest never waits
 * for it; when ClickHouse is away it goes on later from where it was.
 */
import { setImmediate as breath, setTimeout as sleep } from 'node:timers/promises'
import { changesAfter } from '../questions/live/changes-after.ts'
import { lastPlace } from '../questions/live/log-places.ts'
import type { Runner } from '../run.ts'
import { type Change, versionKey } from './change.ts'
import { BEGINNING, isAfter, type Position } from './position.ts'
import { readChange, readPlace } from './read-change.ts'

export interface TailOptions {
  runner: Pick<Runner, 'askAnew'>
  pollMs: number
  /** Changes told in one turn of the event loop: readers that keep up have taken them before the next come. */
  portion: number
  /** Told of every change once, in the order of the log. */
  tell: (change: Change) => void
  /** A read failed; it is tried again. */
  failed: (error: unknown) => void
}

/** Rows of one statement. */
const ROWS_MAX = 5_000
/** Blocks become visible in order, but were stamped when their insert began. */
const LOOKBACK_MICROS = 60_000_000n
/** Now and then a day is looked over, in case ClickHouse's clock went back. */
const WIDE_LOOKBACK_MICROS = 86_400_000_000n
const WIDE_EVERY = 40
const RETRY_MS = 1_000
/** Versions remembered, so that a write that was repeated is told once. */
const VERSIONS_MAX = 20_000

export class Tail {
  readonly #options: TailOptions
  readonly #versions = new Set<string>()
  #position: Position = BEGINNING
  #running: AbortController | undefined
  #started: Promise<void> | undefined

  constructor(options: TailOptions) {
    this.#options = options
  }

  /** The place up to which everything was told. */
  get position(): Position {
    return this.#position
  }

  /**
   * Begins to follow, from the end of the log, unless it does already.
   * @throws ProblemError when ClickHouse does not say where the log ends
   */
  async start(): Promise<void> {
    if (!this.#started) {
      const controller = new AbortController()
      this.#running = controller
      this.#started = this.#findEnd(controller.signal).then(() => {
        void this.#follow(controller.signal)
      })
      this.#started.catch(() => {
        if (this.#running === controller) this.stop()
      })
    }
    await this.#started
  }

  stop(): void {
    this.#running?.abort()
    this.#running = undefined
    this.#started = undefined
    this.#versions.clear()
  }

  async #findEnd(signal: AbortSignal): Promise<void> {
    const [row] = await this.#options.runner.askAnew(lastPlace(), signal)
    this.#position = row ? readPlace(row) : BEGINNING
  }

  async #follow(signal: AbortSignal): Promise<void> {
    for (let round = 1; !signal.aborted; round++) {
      const isFull = await this.#read(round % WIDE_EVERY === 0 ? WIDE_LOOKBACK_MICROS : LOOKBACK_MICROS, signal)
      if (isFull) continue
      await sleep(isFull === undefined ? RETRY_MS : this.#options.pollMs, undefined, { signal, ref: false }).catch(
        () => {},
      )
    }
  }

  /** Whether there may be more at once; undefined when it failed. */
  async #read(lookbackMicros: bigint, signal: AbortSignal): Promise<boolean | undefined> {
    try {
      const question = changesAfter(this.#position, { lookbackMicros, limit: ROWS_MAX })
      const rows = await this.#options.runner.askAnew(question, signal)
      for (let start = 0; start < rows.length && !signal.aborted; start += this.#options.portion) {
        for (const row of rows.slice(start, start + this.#options.portion)) this.#take(readChange(row))
        await breath()
      }
      return rows.length === ROWS_MAX
    } catch (error) {
      if (!signal.aborted) this.#options.failed(error)
      return undefined
    }
  }

  #take(change: Change): void {
    if (!isAfter(change.position, this.#position)) return
    this.#position = change.position
    const version = versionKey(change)
    if (this.#versions.has(version)) return
    this.#versions.add(version)
    if (this.#versions.size > VERSIONS_MAX) this.#versions.delete(this.#versions.values().next().value ?? '')
    this.#options.tell(change)
  }
}
