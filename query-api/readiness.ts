/** Whether questions can be answered: ClickHouse is reachable and its schema is the one of this build. */
import { type ClickHouseClient, type SchemaState, schemaState } from '@runlens/clickhouse'
import { ProblemError } from './problem.ts'
import type { ReadinessFault } from './routes/route.ts'
import type { Runner } from './run.ts'

const DETAILS: Record<Exclude<SchemaState, 'current'>, string> = {
  outdated: 'Migrations are missing: `runlens migrate` applies them, and `npm start` does so by itself.',
  newer: 'The database was migrated by a later build of Runlens than this one.',
  changed: 'A migration was applied from another file than the one that ships with this build.',
}

/** How long an answer holds, so that frequent probes cost ClickHouse nothing. */
const HOLDS_MS = 1_000

/** Asks ClickHouse at most once a second. */
export function createReadiness(runner: Runner, now: () => number): () => Promise<ReadinessFault | null> {
  let asked: { fault: Promise<ReadinessFault | null>; atMs: number } | undefined
  return () => {
    if (!asked || now() - asked.atMs > HOLDS_MS) asked = { fault: check(runner), atMs: now() }
    return asked.fault
  }
}

async function check(runner: Runner): Promise<ReadinessFault | null> {
  try {
    const state = await runner.read((client: ClickHouseClient) => schemaState(client))
    return state === 'current' ? null : { code: 'schema_missing', detail: DETAILS[state] }
  } catch (error) {
    if (error instanceof ProblemError) return { code: error.code, detail: error.message }
    throw error
  }
}
