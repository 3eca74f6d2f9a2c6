/** Runs one query on a leased session: with its parameters and database, its result in pieces, and a way to stop it. */
import { once } from 'node:events'
import { EngineError, toEngineError } from './engine-error.ts'
import type { KillTicket, QueryKiller } from './query-killer.ts'
import { type OpenPipe, openPipe } from './result-pipe.ts'
import type { Lease, SessionPool } from './sessions.ts'
import { requireParameterName } from './sql/parameters.ts'
import { identifier, literal } from './sql/rewrite.ts'

export interface EngineQuery {
  /** The text to run, given the pipe that a large result is to go into. */
  sql: (pipe: string) => string
  /** Whether the text sends its result into the pipe. */
  piped: boolean
  /** Values of `{name:Type}` as they came: escaped as in TabSeparated. */
  parameters: ReadonlyMap<string, string>
  /** Whether rows may use parameters unseen (`VALUES ({x:UInt8})`), so that none of earlier queries may be left. */
  hidesParameters: boolean
  /** The current database; undefined for the server's own. */
  database: string | undefined
  /** Whether the statement itself changes its session. */
  changesSession: boolean
}

export interface EngineCounts {
  rowsRead: number
  bytesRead: number
}

/** A result that has begun: the engine has accepted the query. */
export interface EngineResult {
  /** Every piece in order; ends with an EngineError where the engine stops in the middle. */
  pieces: AsyncIterable<Uint8Array>
  /** Known if the query has ended already. */
  counts: EngineCounts | undefined
  /** Stops what still runs and gives the session back. Must be called. */
  close(): Promise<void>
}

type Ending = { counts: EngineCounts; bytes: Uint8Array } | { error: unknown }

/** A session that holds more parameters, or longer ones, is replaced, so that they do not pile up. */
const PARAMETERS_KEPT_MAX = 1_000
const PARAMETERS_LENGTH_MAX = 64 * 1024

export class Engine {
  readonly #pool: SessionPool
  readonly #killer: QueryKiller

  constructor(pool: SessionPool, killer: QueryKiller) {
    this.#pool = pool
    this.#killer = killer
  }

  /**
   * Starts a query and waits until its result has begun.
   * @param signal stops the engine's work, whenever it fires
   * @throws EngineError
   */
  async run(query: EngineQuery, signal: AbortSignal): Promise<EngineResult> {
    for (const name of query.parameters.keys()) requireParameterName(name)
    const lease = await this.#pool.lease(signal)
    const running = new RunningQuery(lease, this.#killer.open(signal), query)
    try {
      signal.throwIfAborted()
      return await running.start()
    } catch (error) {
      await running.close()
      throw signal.aborted ? cancelled(error) : running.toError(error)
    }
  }
}

/** One query on its session. */
class RunningQuery {
  readonly #lease: Lease
  readonly #ticket: KillTicket
  readonly #query: EngineQuery
  #pipe: OpenPipe | undefined
  #rest: AsyncIterator<Uint8Array> | undefined
  #ending: Promise<Ending> | undefined
  #ended: Ending | undefined
  /** What a stopped or failed query had ready would go before the next one's result: its session is not used again. */
  #dirty: boolean

  constructor(lease: Lease, ticket: KillTicket, query: EngineQuery) {
    this.#lease = lease
    this.#ticket = ticket
    this.#query = query
    this.#dirty = query.changesSession
  }

  async start(): Promise<EngineResult> {
    await this.#prepareSession()
    if (this.#query.piped) this.#pipe = openPipe(this.#lease.pipe)
    this.#ending = this.#run()
    this.#rest = this.#pipe?.readable[Symbol.asyncIterator]()
    const first = await this.#rest?.next()
    // A small result has ended by now or at once: then its error, if any, can still be told by a status.
    if (first?.done === false) await Promise.race([this.#ending, once(this.#pipe!.readable, 'readable')])
    else await this.#ending
    if (this.#ended && 'error' in this.#ended) throw this.#ended.error
    return {
      pieces: this.#pieces(first),
      counts: this.#ended?.counts,
      close: () => this.close(),
    }
  }

  async close(): Promise<void> {
    if (this.#ending && !this.#ended) {
      this.#ticket.kill()
      // A pipe closed under the engine ends this whole process, silently; so it is read to its end, which the kill brings soon.
      while (this.#rest && !(await this.#rest.next()).done);
      await this.#ending
      this.#dirty = true
    }
    // What is left in a pipe is gone only when its reader is: before that the next query must not open it.
    const readable = this.#pipe?.readable.destroy()
    if (readable && !readable.closed) await once(readable, 'close')
    this.#ticket.close()
    if (this.#dirty || (this.#ended && 'error' in this.#ended)) this.#lease.renew()
    this.#lease.release()
  }

  toError(error: unknown): EngineError {
    return this.#ticket.untag(toEngineError(error))
  }

  /** Database and parameters. The engine's own binding is not used: parallel queries could see each other's values. */
  async #prepareSession(): Promise<void> {
    const { parameters, database, hidesParameters } = this.#query
    const lease = this.#lease
    const left = lease.parameters.size
    if (left > PARAMETERS_KEPT_MAX || (hidesParameters && left > 0)) lease.renew()
    if (database !== undefined && database !== lease.database) {
      this.#dirty = true
      await lease.session.queryAsync(`USE ${identifier(database)}`)
    }
    if (parameters.size === 0) return
    for (const name of parameters.keys()) lease.parameters.add(name)
    const values = [...parameters].map(([name, value]) => `param_${name} = ${literal(value)}`)
    const text = `SET ${values.join(', ')}`
    if (text.length > PARAMETERS_LENGTH_MAX) this.#dirty = true
    await lease.session.queryAsync(text)
  }

  async #run(): Promise<Ending> {
    try {
      const result = await this.#lease.session.queryAsync(this.#ticket.tag(this.#query.sql(this.#lease.pipe)))
      const { rowsRead, bytesRead } = result
      this.#ended = { counts: { rowsRead, bytesRead }, bytes: result.bytes() }
    } catch (error) {
      this.#ended = { error }
    }
    this.#pipe?.finish()
    return this.#ended
  }

  async *#pieces(first: IteratorResult<Uint8Array> | undefined): AsyncGenerator<Uint8Array> {
    for (let next = first; next && !next.done; next = await this.#rest!.next()) yield next.value
    const ended = await this.#ending!
    if ('error' in ended) throw this.toError(ended.error)
    if (ended.bytes.length > 0) yield ended.bytes
  }
}

function cancelled(cause: unknown): EngineError {
  return new EngineError(394, 'QUERY_WAS_CANCELLED', 'Query was cancelled', cause)
}
