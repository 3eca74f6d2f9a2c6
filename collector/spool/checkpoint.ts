/** What the writer has to remember over a restart: how far ClickHouse has everything, and what it was about to be given. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from './crc32.ts'
import { replaceFile, type SpoolFiles } from './files.ts'

/** One INSERT: the rows of one table and day in the records `[first, last]`. Its token follows from these and the spool's id. */
export interface PlannedInsert {
  table: string
  day: number
  first: number
  last: number
}

/** A batch whose boundaries were fixed before the first try; they never change until every insert has its answer. */
export interface Plan {
  first: number
  last: number
  inserts: PlannedInsert[]
}

export interface Checkpoint {
  /** Hex. */
  spoolId: string
  /** Part of every token: when records are given to ClickHouse again, a new round makes their tokens new. */
  round: string
  /** Boot of the machine that wrote it; null where the system does not tell. */
  boot: string | null
  /** ClickHouse (or the dead letters) has every record up to this sequence. */
  acknowledged: number
  plan: Plan | null
}

/**
 * The same content twice. Nothing is done on the word of a checkpoint before both are durable, so whichever of them a start
 * finds readable names the tokens that were used. With one file only, its loss would give every record that is still
 * there to ClickHouse again, under new tokens.
 */
const NAMES = ['checkpoint.json', 'checkpoint.copy.json']

export async function writeCheckpoint(files: SpoolFiles, directory: string, checkpoint: Checkpoint): Promise<void> {
  const content = JSON.stringify(checkpoint)
  const line = JSON.stringify({ crc: crc32(Buffer.from(content)), content })
  for (const name of NAMES) await replaceFile(files, join(directory, name), Buffer.from(`${line}\n`))
}

/** `absent`: none was ever written. `damaged`: there is one, and none that can be read. */
export async function readCheckpoint(directory: string): Promise<Checkpoint | 'absent' | 'damaged'> {
  const found = await Promise.all(NAMES.map((name) => readOne(join(directory, name))))
  return found.find((one) => typeof one === 'object') ?? found.find((one) => one === 'damaged') ?? 'absent'
}

async function readOne(path: string): Promise<Checkpoint | 'absent' | 'damaged'> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return 'absent'
  }
  try {
    const { crc, content } = JSON.parse(text) as { crc: number; content: string }
    if (crc32(Buffer.from(content)) !== crc) return 'damaged'
    return JSON.parse(content) as Checkpoint
  } catch {
    return 'damaged'
  }
}
