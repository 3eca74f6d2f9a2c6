/** Brings the schema up to date once ClickHouse can be reached; a connection that breaks meanwhile is tried again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createClickHouse, migrate } from '@runlens/clickhouse'
import { RunlensError, systemErrorCode } from '@runlens/runtime'
import { refusedBy } from './clickhouse-access.ts'
import type { LogSink } from './log-sink.ts'
import { restartDelayMs } from './restart-delay.ts'

/** What a connection ends with when the server restarts. */
const BROKEN_CONNECTION = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET']

/**
 * Applies what is missing and says how much that was.
 * @param url of ClickHouse, with credentials
 * @throws RunlensError `clickhouse_too_old`, `schema_newer`, `migration_changed`, or `clickhouse_refused` with ClickHouse's own words
 */
export async function migrateSchema(url: string, sink: LogSink, signal: AbortSignal): Promise<void> {
  const client = createClickHouse({ url, application: 'runlens-cli' })
  try {
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted()
      try {
        const applied = await migrate(client)
        if (applied > 0) sink.note('info', 'the schema is up to date', { migrations: applied })
        return
      } catch (error) {
        if (!isPassing(error)) throw refusedBy(url, error) ?? error
        sink.note('warn', 'ClickHouse does not answer, the schema waits', { reason: String(error) })
        await sleep(restartDelayMs(attempt), undefined, { signal })
      }
    }
  } finally {
    await client.close()
  }
}

function isPassing(error: unknown): boolean {
  if (error instanceof RunlensError) return error.code === 'clickhouse_unreachable'
  return BROKEN_CONNECTION.includes(systemErrorCode(error) ?? '')
}
