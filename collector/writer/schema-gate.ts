/**
 * Holds inserts back while ClickHouse has some of the tables and views, but not all: rows that came in between would be missing from
 * what the views write, and their traces would never settle.
 */
import { type ClickHouseClient, type Migration, readMigrations, schemaState } from '@runlens/clickhouse'

/** A ClickHouse that was away less long than this is the same one: to empty or replace its directory takes longer. */
const SAME_MS = 5_000

/** The database waits for migrations. */
export class SchemaOutdated extends Error {
  readonly code = 'schema_outdated'

  constructor() {
    super('the database does not have all tables of this build yet')
  }
}

export class SchemaGate {
  private readonly migrations: readonly Migration[] = readMigrations()
  private knownAt = -Infinity

  /** @param now milliseconds of a clock that never jumps */
  constructor(
    private readonly client: ClickHouseClient,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Asks ClickHouse, unless an insert was taken within the last 5 s. Where it can't be asked the insert itself finds out why.
   * @param signal ends the wait for an answer
   * @throws SchemaOutdated
   */
  async pass(signal: AbortSignal): Promise<void> {
    if (this.now() - this.knownAt < SAME_MS) return
    const state = await unlessEnded(signal, schemaState(this.client, this.migrations))
    if (state === 'outdated') throw new SchemaOutdated()
  }

  /** An insert was taken. */
  taken(): void {
    this.knownAt = this.now()
  }

  /** An insert failed: the next one asks again. */
  failed(): void {
    this.knownAt = -Infinity
  }
}

/** What `asked` gives; undefined if it fails, or as soon as the signal is aborted. */
async function unlessEnded<T>(signal: AbortSignal, asked: Promise<T>): Promise<T | undefined> {
  let end = () => {}
  const ended = new Promise<undefined>((resolve) => {
    end = () => resolve(undefined)
  })
  if (signal.aborted) end()
  signal.addEventListener('abort', end)
  try {
    return await Promise.race([asked.catch(() => undefined), ended])
  } finally {
    signal.removeEventListener('abort', end)
  }
}
