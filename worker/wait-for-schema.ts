/** Waits until ClickHouse answers and has the schema of this build. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type ClickHouseClient, schemaState } from '@runlens/clickhouse'
import { type Logger, RunlensError } from '@runlens/runtime'
import { persist } from './jobs/persist.ts'

const PAUSE_MS = 200

/** @throws RunlensError `schema_newer` or `migration_changed`, which no waiting mends */
export async function waitForSchema(client: ClickHouseClient, log: Logger, signal: AbortSignal): Promise<void> {
  for (;;) {
    const state = await persist(() => schemaState(client), { log, what: 'ClickHouse', signal })
    if (state === 'current') return
    if (state === 'newer') {
      throw new RunlensError(
        'schema_newer',
        'The database has a newer schema than this worker knows',
        'Run the worker of the build that migrated the database.',
      )
    }
    if (state === 'changed') {
      throw new RunlensError(
        'migration_changed',
        'The database was migrated from other files than the ones shipped here',
        'Restore the shipped migrations, then start again.',
      )
    }
    await sleep(PAUSE_MS, undefined, { signal })
  }
}
