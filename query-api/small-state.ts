/**
 * What people set, in small tables of ClickHouse: read again when what is known is older than a few seconds, so that any number of API processes
 * agree, and at once after a change of one's own.
 */
import type { Table } from '@runlens/clickhouse'
import type { Question, Scope } from './questions/question.ts'
import { readStored } from './read-stored.ts'
import type { Runner } from './run.ts'

export interface SmallStateOptions<Row> {
  runner: Runner
  /** A ReplacingMergeTree whose version ClickHouse gives; see `tables/small-state.ts`. */
  table: Table
  /** All rows of a tenant that are not deleted; the question bounds their number. */
  rows: (scope: Scope) => Question<Row>
  /** How old what is known may be; default 2000. */
  refreshMs?: number
  /** Milliseconds since the epoch. */
  now: () => number
}

export interface SmallState<Row> {
  /** As they are, or were at most `refreshMs` ago in another process's eyes. Shared: never change them. */
  of(tenant: string): Promise<readonly Row[]>
  /** Writes one row; whoever asks this process afterwards sees it. A row with `is_deleted: 1` deletes. */
  write(tenant: string, row: Readonly<Record<string, string | number>>): Promise<void>
}

interface Known<Row> {
  rows: Promise<readonly Row[]>
  atMs: number
}

const REFRESH_MS = 2_000
/** Tenants whose rows are kept; the one asked for longest ago goes first. */
const TENANTS_MAX = 1_000

export function createSmallState<Row>(options: SmallStateOptions<Row>): SmallState<Row> {
  const { runner, table, rows, now, refreshMs = REFRESH_MS } = options
  const known = new Map<string, Known<Row>>()

  const read = (tenant: string): Known<Row> => {
    // Past the cache, which may be older than a change.
    const reading: Known<Row> = { rows: readStored(runner, rows({ tenant })), atMs: now() }
    // What could not be read is not known: the next one who asks tries again.
    reading.rows.catch(() => {
      if (known.get(tenant) === reading) known.delete(tenant)
    })
    return reading
  }

  return {
    of(tenant) {
      const last = known.get(tenant)
      const current = last && now() - last.atMs < refreshMs ? last : read(tenant)
      known.delete(tenant)
      known.set(tenant, current)
      for (const [oldest] of known) {
        if (known.size <= TENANTS_MAX) break
        known.delete(oldest)
      }
      return current.rows
    },
    async write(tenant, row) {
      try {
        await runner.write((client) =>
          client.insert({ table: table.name, format: 'JSONEachRow', values: [{ tenant, ...row }] }),
        )
      } finally {
        // Whether it was written or not: a reading that began before knows nothing of it.
        known.delete(tenant)
      }
    },
  }
}
