/** Blocks that ClickHouse will never take, set aside as files with the reason beside them: visible, counted, never lost. */
import { mkdir, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile, type SpoolFiles } from './files.ts'

export interface DeadLetter {
  sequence: number
  tenant: string
  receivedAtMs: number
  table: string
  /** UTC days since the epoch. */
  day: number
  rows: number
  /** Native format. */
  bytes: Uint8Array
  /** ClickHouse's error code and text. */
  code: string
  message: string
}

export class DeadLetters {
  /** Blocks set aside and not removed by anyone yet, as of the start, and those since. */
  letters = 0
  rows = 0
  bytes = 0

  private constructor(
    private readonly directory: string,
    private readonly files: SpoolFiles,
  ) {}

  static async open(directory: string, files: SpoolFiles): Promise<DeadLetters> {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const letters = new DeadLetters(directory, files)
    for (const name of await readdir(directory)) {
      const match = /-(\d+)rows\.native$/.exec(name)
      if (match) letters.count(Number(match[1]), (await stat(join(directory, name))).size)
    }
    return letters
  }

  /** Durable when it returns. Setting the same one aside again (after a crash) changes nothing. */
  async add(letter: DeadLetter): Promise<void> {
    const { sequence, table, day, rows, bytes, ...rest } = letter
    const name = `${sequence}-${table}-${day}-${rows}rows`
    const isNew = !(await readdir(this.directory)).includes(`${name}.native`)
    const reason = { sequence, table, day, rows, ...rest }
    await replaceFile(this.files, join(this.directory, `${name}.json`), Buffer.from(`${JSON.stringify(reason)}\n`))
    await replaceFile(this.files, join(this.directory, `${name}.native`), bytes)
    if (isNew) this.count(rows, bytes.length)
  }

  private count(rows: number, bytes: number): void {
    this.letters++
    this.bytes += bytes
    this.rows += rows
  }
}
