/**
 * Asks ClickHouse: few questions at once, identical ones once, answers remembered for a moment, and every way in which
 * ClickHouse may fail turned into a problem that tells nothing of SQL.
 */
import type { ClickHouseClient } from '@runlens/clickhouse'
import { SEALED_MARK, systemErrorCode, TextCipher } from '@runlens/runtime'
import { AnswerCache } from './answer-cache.ts'
import type { RunnerObserver } from './metrics.ts'
import { type PermitLoad, Permits, PermitsByName } from './permits.ts'
import { ProblemError } from './problem.ts'
import { type Question, READS_TOO_MUCH } from './questions/question.ts'
import { createReveal, type Reveal } from './reveal.ts'

export interface RunnerOptions {
  client: ClickHouseClient
  /** Questions in ClickHouse at once. */
  queriesMax: number
  /** Of one tenant; 0, the default: as many as of all. */
  queriesPerTenantMax?: number
  queryTimeoutMs: number
  /** How long an answer may be given again; 0: never. */
  cacheMs: number
  observe: RunnerObserver
  /** Opens encrypted texts. Default: without keys. */
  cipher?: TextCipher
}

export interface Runner {
  /**
   * The rows of an answer; they are shared, so never change them.
   * @throws ProblemError when ClickHouse does not answer, or when all who asked went away
   */
  ask<Row>(question: Question<Row>, signal?: AbortSignal): Promise<readonly Row[]>
  /** As `ask`, for a question whose answer is new every time: nothing is remembered or shared. */
  askAnew<Row>(question: Question<Row>, signal?: AbortSignal): Promise<readonly Row[]>
  /** Runs a reader that asks by itself, under the same cap and with the same problems; {@link reveal} is left to the caller. */
  read<T>(task: (client: ClickHouseClient) => Promise<T>): Promise<T>
  /** The same for what writes. It is neither stopped nor repeated. */
  write<T>(task: (client: ClickHouseClient) => Promise<T>): Promise<T>
  /** What is stored for a tenant, with encrypted texts opened; `ask` and `askAnew` do so by themselves. */
  reveal: Reveal
  load(): PermitLoad
}

/** Questions that wait for a permit; more are refused. */
const WAITING_MAX = 256
/** Of one tenant, so that others find room. */
const WAITING_PER_TENANT_MAX = 128
const RETRY_AFTER_SECONDS = 2

/** Without the exact mode FINAL with skip indexes would bring versions back that were replaced. */
const SETTINGS = {
  do_not_merge_across_partitions_select_final: 1,
  use_skip_indexes_if_final: 1,
  use_skip_indexes_if_final_exact_mode: 1,
} as const

interface Flight {
  rows: Promise<readonly unknown[]>
  controller: AbortController
  /** Who still wants the answer. At none the query is stopped. */
  askers: number
}

export function createRunner(options: RunnerOptions): Runner {
  const { observe } = options
  const permits = new Permits(options.queriesMax, WAITING_MAX)
  const ofTenants = new PermitsByName(options.queriesPerTenantMax || options.queriesMax, WAITING_PER_TENANT_MAX)
  const cache = new AnswerCache(options.cacheMs)
  const flights = new Map<string, Flight>()
  const reveal = createReveal(options.cipher ?? new TextCipher([]))
  const query = (question: Question<unknown>, signal: AbortSignal) => timedQuery(options, question, signal, reveal)

  const fail = (error: unknown, signal?: AbortSignal): never => {
    const problem = toProblem(error)
    // A query that nobody waits for any more did not fail: it was stopped.
    if (!signal?.aborted) observe.failed(problem.code)
    throw problem
  }

  const start = (key: string, question: Question<unknown>): Flight => {
    const controller = new AbortController()
    const { signal } = controller
    const held = () => permits.hold(() => query(question, signal), signal)
    // What belongs to no tenant is about the system, and asked for all of them.
    const rows = ofTenants
      .hold(String(question.params.tenant ?? ''), held, signal)
      .then(({ rows, bytes }) => {
        cache.put(key, rows, bytes)
        return rows
      })
      .catch((error: unknown) => fail(error, controller.signal))
      .finally(() => {
        if (flights.get(key) === flight) flights.delete(key)
      })
    const flight: Flight = { rows, controller, askers: 0 }
    flights.set(key, flight)
    return flight
  }

  const hold = <T>(task: (client: ClickHouseClient) => Promise<T>) =>
    permits.hold(() => task(options.client)).catch((error: unknown) => fail(error))

  return {
    async ask<Row>(question: Question<Row>, signal?: AbortSignal): Promise<readonly Row[]> {
      const key = JSON.stringify([question.sql, question.params])
      const known = cache.get(key)
      if (known) {
        observe.asked('cache')
        return known as readonly Row[]
      }
      const underWay = flights.get(key)
      observe.asked(underWay ? 'shared' : 'query')
      const flight = underWay ?? start(key, question)
      flight.askers += 1
      const leave = () => {
        flight.askers -= 1
        if (flight.askers > 0) return
        if (flights.get(key) === flight) flights.delete(key)
        flight.controller.abort()
      }
      if (signal?.aborted) leave()
      signal?.addEventListener('abort', leave, { once: true })
      try {
        return (await flight.rows) as readonly Row[]
      } finally {
        signal?.removeEventListener('abort', leave)
      }
    },
    askAnew: <Row>(question: Question<Row>, signal = new AbortController().signal) =>
      permits
        .hold(() => query(question, signal), signal)
        .then(({ rows }) => rows as readonly Row[])
        .catch((error: unknown) => fail(error, signal)),
    read: hold,
    write: hold,
    reveal,
    load: () => {
      const { running, waiting, refused } = permits.load()
      const ofTenant = ofTenants.load()
      return { running, waiting: waiting + ofTenant.waiting, refused: refused + ofTenant.refused }
    },
  }
}

async function timedQuery(
  options: RunnerOptions,
  question: Question<unknown>,
  signal: AbortSignal,
  reveal: Reveal,
): Promise<Rows> {
  const began = performance.now()
  try {
    const text = await queryText(options, question, signal)
    return { rows: rowsOf(text, question, reveal), bytes: text.length }
  } catch (error) {
    if (question.readsMax === undefined || codeOf(error) !== TOO_MANY_ROWS) throw error
    return { rows: READS_TOO_MUCH, bytes: 0 }
  } finally {
    options.observe.queried(question.name, (performance.now() - began) / 1000)
  }
}

interface Rows {
  rows: readonly unknown[]
  bytes: number
}

async function queryText(
  { client, queryTimeoutMs }: RunnerOptions,
  question: Question<unknown>,
  signal: AbortSignal,
): Promise<string> {
  const result = await client.query({
    query: `/* runlens: ${question.name} */\n${question.sql}`,
    query_params: question.params,
    format: 'JSONEachRow',
    abort_signal: AbortSignal.any([signal, AbortSignal.timeout(queryTimeoutMs)]),
    clickhouse_settings: {
      ...SETTINGS,
      max_execution_time: Math.ceil(queryTimeoutMs / 1000),
      ...(question.readsMax === undefined ? {} : { max_rows_to_read: String(question.readsMax) }),
    },
  })
  return result.text()
}

/** Only questions about all tenants name none; their rows do. */
function rowsOf(text: string, { params, decode }: Question<unknown>, reveal: Reveal): unknown[] {
  const lines = text.split('\n').filter((line) => line !== '')
  const came = lines.map((line) => JSON.parse(line) as { tenant?: unknown })
  const rows = decode ? came.map((row) => decode(row as never) as { tenant?: unknown }) : came
  if (!text.includes(SEALED_MARK)) return rows
  return rows.map((row) => reveal(row, String(params.tenant ?? row.tenant ?? '')))
}

/** ClickHouse's error numbers that mean something to a client. */
const TOO_SLOW = new Set(['159', '160'])
const TOO_MANY_ROWS = '158'
const TOO_LARGE = new Set(['241', '307', TOO_MANY_ROWS, '396'])
const NO_SCHEMA = new Set(['60', '81', '47'])
const TOO_MANY = new Set(['202', '439'])
/** Network faults, with the client's own for sockets that were closed under it. */
const NO_CONNECTION = /^(ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ERR_SOCKET)/

function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  const code = codeOf(error)
  const cause = error
  const retryAfterSeconds = RETRY_AFTER_SECONDS
  if (TOO_SLOW.has(code) || isAbort(error)) {
    return new ProblemError('query_timeout', 'Ask about a shorter range or with a filter that matches less.', { cause })
  }
  if (TOO_LARGE.has(code)) {
    return new ProblemError('query_too_large', 'Ask about a shorter range or for fewer rows.', {
      cause,
      retryAfterSeconds,
    })
  }
  if (NO_SCHEMA.has(code)) {
    const detail = 'The tables are made by `runlens migrate`, which `npm start` runs by itself.'
    return new ProblemError('schema_missing', detail, { cause, retryAfterSeconds })
  }
  if (TOO_MANY.has(code)) {
    return new ProblemError('too_busy', 'ClickHouse runs as many queries as it may.', { cause, retryAfterSeconds })
  }
  if (NO_CONNECTION.test(code) || isTimeout(error)) {
    const detail = 'It is starting, stopped or unreachable; the collector keeps what arrives meanwhile.'
    return new ProblemError('clickhouse_unreachable', detail, { cause, retryAfterSeconds })
  }
  return new ProblemError('internal_error', 'The log of the server says more under this request id.', { cause })
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown }).code ?? systemErrorCode(error) ?? '')
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || /aborted/i.test(error.message))
}

function isTimeout(error: unknown): boolean {
  return (
    error instanceof Error && (error.name === 'TimeoutError' || /^(Timeout error|socket hang up)/i.test(error.message))
  )
}
