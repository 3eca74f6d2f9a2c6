/**
 * A data directory with an embedded ClickHouse in which every migration ran, made once and copied for each test: applying them all takes
 * longer than most tests. Set up before the tests (vitest's globalSetup); without it the copies are empty, and whoever starts there migrates.
 */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ClickHouseClient, migrate, readMigrations } from '@runlens/clickhouse'
import { startClickHouse } from './clickhouse.ts'

const VARIABLE = 'TEST_MIGRATED_DIRECTORY'
const MAIN = fileURLToPath(new URL('../../clickhouse/dist/embedded/main.js', import.meta.url))
/** What ClickHouse itself has there; pipes and locks of a process are none of it. */
const COPIED = ['clickhouse', 'clickhouse.password']

/** Called by vitest. Nothing without a build: tests that need one say so. */
export default async function setUp(): Promise<void> {
  if (!existsSync(MAIN)) return
  const hash = createHash('sha256')
  for (const { name, sha256 } of readMigrations()) hash.update(`${name} ${sha256}`)
  const template = join(tmpdir(), `runlens-template-${hash.digest('hex').slice(0, 16)}`)
  if (!existsSync(template)) await make(template)
  process.env[VARIABLE] = template
}

async function make(template: string): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'runlens-migrating-'))
  const clickhouse = await startClickHouse({ dataDir })
  await migrate(clickhouse.client)
  await clickhouse.client.command({ query: 'OPTIMIZE TABLE schema_migrations FINAL' })
  const merged = await mergedParts(clickhouse.client)
  await clickhouse.stop()
  for (const path of merged) rmSync(path, { recursive: true })
  try {
    renameSync(dataDir, template)
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true })
    // Another run was first.
    if (!existsSync(template)) throw error
  }
}

/** What larger parts hold by now: six of seven files, which ClickHouse itself removes after minutes. */
async function mergedParts(client: ClickHouseClient): Promise<string[]> {
  const query = 'SELECT path FROM system.parts WHERE database = currentDatabase() AND NOT active'
  const result = await client.query({ query, format: 'JSONEachRow' })
  return (await result.json<{ path: string }>()).map(({ path }) => path)
}

/** A new temporary directory, with a migrated ClickHouse where there is one to copy. @param prefix of its name */
export function migratedDirectory(prefix: string): string {
  const directory = mkdtempSync(join(tmpdir(), prefix))
  const template = process.env[VARIABLE]
  if (template === undefined) return directory
  for (const name of COPIED)
    cpSync(join(template, name), join(directory, name), { recursive: true, verbatimSymlinks: true })
  return directory
}
