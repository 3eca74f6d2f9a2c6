/** How the stack reaches ClickHouse: the embedded one by its generated password, one of your own by its URL, looked at before anything starts. */
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PASSWORD_FILE } from '@runlens/clickhouse'
import { type Address, RunlensError, systemErrorCode } from '@runlens/runtime'
import { reachable } from './reachable.ts'

const PASSWORD_BYTES = 24

/** How long one's own ClickHouse may take to come up beside `runlens up`. */
const REACH_WAIT_MS = 10_000
const REACH_POLL_MS = 500
const REQUEST_TIMEOUT_MS = 5_000

/** The embedded engine's URL with credentials, or undefined when it never ran on this data directory. */
export function embeddedUrl(dataDir: string, address: Address): string | undefined {
  try {
    const password = readFileSync(join(dataDir, PASSWORD_FILE), 'utf8').trim()
    return `http://runlens:${encodeURIComponent(password)}@${reachable(address)}/runlens`
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Makes the embedded engine's password unless there is one, so that the collector can be started together with it.
 * The embedded server takes the password it finds.
 */
export function ensurePassword(dataDir: string): void {
  try {
    writeFileSync(join(dataDir, PASSWORD_FILE), `${randomBytes(PASSWORD_BYTES).toString('base64url')}\n`, {
      mode: 0o600,
      flag: 'wx',
    })
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
  }
}

/** `http://host:port` of a ClickHouse URL: what may be shown. */
export function withoutCredentials(url: string): string {
  return new URL(url).origin
}

/**
 * Returns once ClickHouse answers a query with these credentials.
 * @param waiting told once when it does not answer at the first try
 * @throws RunlensError `clickhouse_unreachable` after 10 s, `clickhouse_refused` at once when it answers with an error
 */
export async function checkClickHouse(
  url: string,
  signal: AbortSignal,
  waiting: () => void,
  waitMs = REACH_WAIT_MS,
): Promise<void> {
  const until = Date.now() + waitMs
  for (let first = true; ; first = false) {
    try {
      await askOnce(url, signal)
      return
    } catch (cause) {
      if (cause instanceof RunlensError) throw cause
      signal.throwIfAborted()
      if (Date.now() >= until) throw unreachable(url, cause)
      if (first) waiting()
      await sleep(REACH_POLL_MS, undefined, { signal })
    }
  }
}

async function askOnce(text: string, signal: AbortSignal): Promise<void> {
  const url = new URL(text)
  const question = new URLSearchParams({ query: 'SELECT 1', database: url.pathname.slice(1) || 'default' })
  const answer = await fetch(`${url.origin}/?${question}`, {
    headers: {
      'x-clickhouse-user': decodeURIComponent(url.username) || 'default',
      'x-clickhouse-key': decodeURIComponent(url.password),
    },
    signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
  })
  const body = await answer.text()
  if (answer.ok && body.trim() === '1') return
  throw new RunlensError(
    'clickhouse_refused',
    `${url.origin} (RUNLENS_CLICKHOUSE_URL) answered ${answer.status}: ${body.trim().slice(0, 300) || 'nothing'}`,
    'Check user, password, port (the HTTP interface, 8123) and database in RUNLENS_CLICKHOUSE_URL; the database must exist.',
  )
}

/** What ClickHouse itself answered (its codes are numbers) as a fault that a person can act on; undefined for any other error. */
export function refusedBy(url: string, error: unknown): RunlensError | undefined {
  if (!/^\d+$/.test(systemErrorCode(error) ?? '')) return undefined
  return new RunlensError(
    'clickhouse_refused',
    `${withoutCredentials(url)} refused to create or update the tables: ${(error as Error).message.trim().slice(0, 300)}`,
    'The user needs SELECT, INSERT, ALTER, CREATE, DROP and TRUNCATE on the database (docs/howto/use-a-clickhouse-server.md).',
    error,
  )
}

function unreachable(url: string, cause: unknown): RunlensError {
  const origin = withoutCredentials(url)
  const reason = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause
  const why = systemErrorCode(reason) ?? (reason instanceof Error ? reason.message : String(reason))
  return new RunlensError(
    'clickhouse_unreachable',
    `ClickHouse does not answer at ${origin} (RUNLENS_CLICKHOUSE_URL): ${why}`,
    'Start that ClickHouse or correct the URL; without RUNLENS_CLICKHOUSE_URL Runlens brings its own.',
    cause,
  )
}
