/** What a power loss leaves behind, made by hand: ClickHouse's newest parts gone or empty, and a machine that was started anew. */
import { readdirSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import type { ClickHouseClient } from '@runlens/clickhouse'
import { readCheckpoint, writeCheckpoint } from '../../collector/spool/checkpoint.ts'
import { nodeFiles } from '../../collector/spool/files.ts'
import { rowsOf } from './stack-db.ts'

/** A part's name on the disk alone, or its name with files that lost their content: both happen. */
export type Breakage = 'gone' | 'empty'

export interface Part {
  path: string
  rows: number
}

/** Parts of the table, newest first. */
export function newestParts(client: ClickHouseClient, table: string): Promise<Part[]> {
  return rowsOf<Part>(
    client,
    `SELECT path, toUInt32(rows) AS rows FROM system.parts
     WHERE database = currentDatabase() AND table = '${table}' AND active ORDER BY max_block_number DESC`,
  )
}

/** Only while ClickHouse is down. */
export function breakPart({ path }: Part, how: Breakage): void {
  if (how === 'gone') rmSync(path, { recursive: true })
  else for (const name of readdirSync(path)) truncateSync(join(path, name), 0)
}

/** Only while the collector is down: what it wrote then comes from an earlier boot. */
export async function startMachineAnew(dataDir: string): Promise<void> {
  const directory = join(dataDir, 'spool')
  const checkpoint = await readCheckpoint(directory)
  if (typeof checkpoint === 'string') throw new Error(`the checkpoint is ${checkpoint}`)
  await writeCheckpoint(nodeFiles, directory, { ...checkpoint, boot: '00000000-0000-4000-8000-000000000000' })
}
