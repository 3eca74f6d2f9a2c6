/** The pool of engine sessions: each runs one query at a time, later ones wait in line (the HTTP interface bounds the line). */
import { join } from 'node:path'
import type { Chdb, Session } from './chdb.ts'
import { EngineError } from './engine-error.ts'
import { makePipes } from './result-pipe.ts'

export interface SessionPoolOptions {
  chdb: Chdb
  /** The engine's directory. */
  path: string
  /** Where the pipes of the sessions' results are made. */
  pipes: string
  /** Queries that run at once. */
  sessions: number
  /** The current database of every session. */
  database: string
  /** Settings of every session, e.g. limits; a request's own settings go before them. */
  defaults: Readonly<Record<string, string | number>>
}

/** A session for one query. */
export interface Lease {
  readonly session: Session
  /** The session's current database. */
  readonly database: string
  /** Through which results come. */
  readonly pipe: string
  /** Names of parameters that earlier queries set and that still have a value. */
  readonly parameters: Set<string>
  /** Puts a fresh session in place of one that a query has changed. */
  renew(): void
  /** Gives the session back. */
  release(): void
}

interface Slot {
  session: Session
  pipe: string
  parameters: Set<string>
}

type Waiter = { resolve: (slot: Slot) => void; reject: (error: Error) => void }

export class SessionPool {
  readonly #options: SessionPoolOptions
  readonly #slots: Slot[]
  readonly #idle: Slot[]
  readonly #waiting: Waiter[] = []
  #closed = false

  /** @throws RunlensError `data_dir_unusable` */
  constructor(options: SessionPoolOptions) {
    this.#options = options
    const pipes = Array.from({ length: options.sessions }, (_, index) => join(options.pipes, `pipe-${index}`))
    makePipes(pipes)
    this.#slots = pipes.map((pipe) => ({ session: this.#openSession(), pipe, parameters: new Set() }))
    this.#idle = [...this.#slots]
  }

  /** Queries that can run at once. */
  get size(): number {
    return this.#slots.length
  }

  /** Sessions that are leased. */
  get busy(): number {
    return this.#slots.length - this.#idle.length
  }

  /** Queries in line. */
  get waiting(): number {
    return this.#waiting.length
  }

  /**
   * Waits for a free session, first come, first served.
   * @throws EngineError QUERY_WAS_CANCELLED when `signal` fires while waiting
   */
  async lease(signal: AbortSignal): Promise<Lease> {
    if (this.#closed) throw shuttingDown()
    const slot = this.#idle.pop() ?? (await this.#wait(signal))
    let released = false
    return {
      get session() {
        return slot.session
      },
      database: this.#options.database,
      pipe: slot.pipe,
      parameters: slot.parameters,
      renew: () => this.#renew(slot),
      release: () => {
        if (!released) this.#giveBack(slot)
        released = true
      },
    }
  }

  /** Closes every session. Nothing may run any more. */
  destroy(): void {
    this.#closed = true
    for (const waiter of this.#waiting.splice(0)) waiter.reject(shuttingDown())
    for (const slot of this.#slots) slot.session.close()
  }

  #wait(signal: AbortSignal): Promise<Slot> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        resolve: (slot) => {
          signal.removeEventListener('abort', onAbort)
          resolve(slot)
        },
        reject,
      }
      const onAbort = () => {
        const index = this.#waiting.indexOf(waiter)
        if (index >= 0) this.#waiting.splice(index, 1)
        reject(new EngineError(394, 'QUERY_WAS_CANCELLED', 'Query was cancelled'))
      }
      if (signal.aborted) return onAbort()
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push(waiter)
    })
  }

  #giveBack(slot: Slot): void {
    const next = this.#waiting.shift()
    if (next) next.resolve(slot)
    else this.#idle.push(slot)
  }

  #renew(slot: Slot): void {
    const old = slot.session
    slot.session = this.#openSession()
    slot.parameters.clear()
    old.close()
  }

  #openSession(): Session {
    const { chdb, path, database, defaults } = this.#options
    const session = new chdb.Session(path)
    const settings = Object.entries(defaults).map(([name, value]) => `${name} = ${value}`)
    session.query(`SET ${settings.join(', ')}`)
    session.query(`USE ${database}`)
    return session
  }
}

function shuttingDown(): EngineError {
  return new EngineError(236, 'ABORTED', 'The server is shutting down')
}
