/** What lies in the operating system's page cache before something is measured. */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'

/** Of the memory, what files may take of it. */
const SHARE_MAX = 0.75
const CHUNK_BYTES = 4 * 2 ** 20

/**
 * Reads every file below a directory once, so that what is asked afterwards comes out of memory.
 * @returns bytes read; null where they would not all stay in memory, and nothing was read
 */
export async function readIntoPageCache(directory: string): Promise<number | null> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const sizes = await Promise.all(files.map(sizeOf))
  const bytes = sizes.reduce((sum, size) => sum + size, 0)
  if (bytes > totalmem() * SHARE_MAX) return null
  for (const file of files) await readThrough(file)
  return bytes
}

/** A file may go at any moment: ClickHouse merges. */
async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.size ?? 0
}

async function readThrough(file: string): Promise<void> {
  const stream = createReadStream(file, { highWaterMark: CHUNK_BYTES })
  try {
    for await (const _ of stream);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
