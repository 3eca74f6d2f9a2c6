/** Stops queries inside the engine: an abort in JavaScript alone would leave the engine working. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Session } from './chdb.ts'
import { EngineError } from './engine-error.ts'

/** How often a query that is to stop is looked for again: it may not have reached the engine's list when first asked. */
const KILL_INTERVAL_MS = 50

/** One query's mark; the engine takes no query id, so a comment before its text stands for one. */
export interface KillTicket {
  tag(sql: string): string
  /** The error with positions as the client counts them, without the mark. */
  untag: (error: EngineError) => EngineError
  /** Kills the query now. */
  kill(): void
  /** The query has ended. */
  close(): void
}

export class QueryKiller {
  readonly #control: Session
  readonly #doomed = new Set<string>()
  #last = 0
  #killed = 0
  #running: Promise<void> | undefined

  /** @param control a session that runs nothing else, so that a kill never waits for a query */
  constructor(control: Session) {
    this.#control = control
  }

  /** Queries that were to be stopped so far. */
  get killed(): number {
    return this.#killed
  }

  /** Marks a query that is to be killed when `signal` fires before the ticket is closed. */
  open(signal: AbortSignal): KillTicket {
    const mark = `/*runlens-query-${++this.#last}*/`
    const onAbort = () => this.#kill(mark)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    return {
      tag: (sql) => `${mark}\n${sql}`,
      untag: (error) => withoutMark(error, mark),
      kill: onAbort,
      close: () => {
        signal.removeEventListener('abort', onAbort)
        this.#doomed.delete(mark)
      },
    }
  }

  /** Stops everything that runs, for a shutdown that can wait no longer. */
  async killAll(): Promise<void> {
    await this.#control.queryAsync("KILL QUERY WHERE startsWith(query, '/*runlens-query-') ASYNC")
  }

  /** Resolves when no kill is under way. */
  async idle(): Promise<void> {
    await this.#running
  }

  #kill(mark: string): void {
    if (!this.#doomed.has(mark)) this.#killed += 1
    this.#doomed.add(mark)
    this.#running ??= this.#killDoomed().finally(() => {
      this.#running = undefined
    })
  }

  async #killDoomed(): Promise<void> {
    while (this.#doomed.size > 0) {
      const conditions = [...this.#doomed].map((mark) => `startsWith(query, '${mark}')`)
      // SYNC would hang: the engine waits for a thread that waits for this call.
      await this.#control.queryAsync(`KILL QUERY WHERE ${conditions.join(' OR ')} ASYNC`).catch(() => undefined)
      await sleep(KILL_INTERVAL_MS)
    }
  }
}

function withoutMark(error: EngineError, mark: string): EngineError {
  const shift = mark.length + 1
  const message = error.message
    .replaceAll(`${mark}\n`, '')
    .replace(/\n?INTO OUTFILE '[^']*' TRUNCATE/, '')
    .replace(/failed at position (\d+)/, (_, at: string) => `failed at position ${Math.max(1, Number(at) - shift)}`)
    .replace(/\(line (\d+), col/, (_, line: string) => `(line ${Math.max(1, Number(line) - 1)}, col`)
  return new EngineError(error.code, error.type, message, error.cause)
}
