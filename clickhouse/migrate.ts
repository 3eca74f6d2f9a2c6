/** Brings a database to the schema of this build: applies the numbered migrations that are missing, in order, and refuses a schema it does not know. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client'
import { packageAsset, RunlensError } from '@runlens/runtime'
import { requireVersion } from './required-version.ts'

/** One shipped migration: a statement that may be run again without harm. */
export interface Migration {
  number: number
  /** `create_spans_table` */
  name: string
  sql: string
  sha256: string
}

export interface MigrateOptions {
  /** Told before each migration that is about to run. */
  onProgress?: (migration: Migration, total: number) => void
  /** Default: the migrations of this build. */
  migrations?: readonly Migration[]
}

/** How the schema of a database stands to the one of this build. */
export type SchemaState = 'current' | 'outdated' | 'newer' | 'changed'

interface Applied {
  number: number
  name: string
  sha256: string
}

/** A column that is stored is what it was when it was put together for each reading: nobody waits until it is. Whatever else rewrites parts is waited for. */
function settingsOf({ sql }: Migration): ClickHouseSettings {
  return sql.includes('\n    MATERIALIZE COLUMN ') ? { alter_sync: '0', mutations_sync: '0' } : {}
}

/** The migrations that ship with this build, in order. Their numbers run from 1 without a gap. */
export function readMigrations(directory = packageAsset(import.meta.url, 'migrations')): Migration[] {
  const names = readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .sort()
  return names.map((file, index) => {
    const match = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file)
    if (!match || Number(match[1]) !== index + 1) {
      throw new Error(
        `migration ${file} is misnamed: expected ${String(index + 1).padStart(4, '0')}_verb_object_kind.sql`,
      )
    }
    const sql = readFileSync(join(directory, file), 'utf8')
    return { number: index + 1, name: match[2]!, sql, sha256: createHash('sha256').update(sql).digest('hex') }
  })
}

/**
 * Applies what is missing. Safe to run twice at once and after being killed in the middle: every statement is idempotent
 * and is noted after it ran. Gives the number of migrations that ran.
 * @throws RunlensError `clickhouse_too_old`, `schema_newer` when the database was written by a later build, `migration_changed` when an applied
 * migration differs from the shipped file
 */
export async function migrate(client: ClickHouseClient, options: MigrateOptions = {}): Promise<number> {
  const migrations = options.migrations ?? readMigrations()
  await requireVersion(client)
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS schema_migrations
(number UInt32, name String, sha256 String, applied_at DateTime64(6) DEFAULT now64(6))
ENGINE = ReplacingMergeTree ORDER BY number`,
  })
  const applied = await readApplied(client)
  refuseUnknown(migrations, applied)
  const missing = migrations.filter(({ number }) => !applied.some((one) => one.number === number))
  for (const migration of missing) {
    options.onProgress?.(migration, migrations.length)
    await client.command({ query: migration.sql, clickhouse_settings: settingsOf(migration) })
    const { number, name, sha256 } = migration
    await client.insert({
      table: 'schema_migrations',
      columns: ['number', 'name', 'sha256'],
      values: [{ number, name, sha256 }],
      format: 'JSONEachRow',
    })
  }
  return missing.length
}

/** Compares a database with this build without changing anything; a database that was never migrated is `outdated`. */
export async function schemaState(
  client: ClickHouseClient,
  migrations: readonly Migration[] = readMigrations(),
): Promise<SchemaState> {
  const exists = await client.query({ query: 'EXISTS TABLE schema_migrations', format: 'JSONEachRow' })
  const [answer] = await exists.json<{ result: number }>()
  if (!answer?.result) return 'outdated'
  const applied = await readApplied(client)
  if (newest(applied) > newest(migrations)) return 'newer'
  if (changed(migrations, applied)) return 'changed'
  return migrations.every(({ number }) => applied.some((one) => one.number === number)) ? 'current' : 'outdated'
}

async function readApplied(client: ClickHouseClient): Promise<Applied[]> {
  const result = await client.query({
    query: 'SELECT number, name, sha256 FROM schema_migrations FINAL ORDER BY number',
    format: 'JSONEachRow',
  })
  return result.json<Applied>()
}

function refuseUnknown(migrations: readonly Migration[], applied: readonly Applied[]): void {
  if (newest(applied) > newest(migrations)) {
    throw new RunlensError(
      'schema_newer',
      `The database is at schema ${newest(applied)}, this build knows ${newest(migrations)}`,
      'Run the newer build of Runlens that migrated this database, or point this one at another database.',
    )
  }
  const differing = changed(migrations, applied)
  if (differing) {
    throw new RunlensError(
      'migration_changed',
      `Migration ${differing.number} (${differing.name}) was applied from another file than the one shipped here`,
      'Restore the shipped file: an applied migration is never edited, a change of schema is a new migration.',
    )
  }
}

function newest(list: readonly { number: number }[]): number {
  return list.reduce((highest, { number }) => Math.max(highest, number), 0)
}

function changed(migrations: readonly Migration[], applied: readonly Applied[]): Migration | undefined {
  return migrations.find((shipped) =>
    applied.some(
      (one) => one.number === shipped.number && (one.sha256 !== shipped.sha256 || one.name !== shipped.name),
    ),
  )
}
