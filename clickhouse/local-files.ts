/**
 * Rows by way of files, where the client lies on one directory with the embedded server: through a socket each byte is copied four times
 * and handled in pieces by two event loops, which for the spans of a busy stack cost more than to sort and compress them (ADR 29).
 *
 * A statement names a file beside the server's own (`X-Runlens-Rows-File`, `X-Runlens-Result-File`). The server takes the rows' file away with its
 * first look, and puts a result there when it is whole; what nobody came for it removes.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClickHouseClient } from '@clickhouse/client'

/**
 * Headers of a request, in lower case as Node gives them: the name of the file with an INSERT's rows, and of the one for a result. The answer of who
 * knows them has them, too.
 */
export const ROWS_FILE_HEADER = 'x-runlens-rows-file'
export const RESULT_FILE_HEADER = 'x-runlens-result-file'

/** Of a data directory: where bodies stand until the engine has read them, and the password that only its server has. */
export const BODIES_DIRECTORY = 'clickhouse.bodies'
export const PASSWORD_FILE = 'clickhouse.password'

/** Names that clients give; the server's own begin with digits. */
export const CLIENT_FILE = /^client-[0-9a-f]{16}-\d{1,15}$/

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

export class LocalFiles {
  private readonly prefix = `client-${randomBytes(8).toString('hex')}`
  private count = 0

  private constructor(private readonly directory: string) {}

  /** Undefined unless the URL is likely that of the embedded server of this data directory: on this machine, with its password. */
  static beside(url: string, dataDir: string): LocalFiles | undefined {
    const { hostname, password } = new URL(url)
    if (!LOOPBACK.test(hostname) || password === '' || decodeURIComponent(password) !== readPassword(dataDir))
      return undefined
    return new LocalFiles(join(dataDir, BODIES_DIRECTORY))
  }

  /** For one statement. */
  name(): string {
    return `${this.prefix}-${++this.count}`
  }

  /**
   * Writes rows for an INSERT; the statement that names the file takes it away.
   * @throws Error with the system's code; then there is no file
   */
  async write(rows: readonly Uint8Array[]): Promise<string> {
    const name = this.name()
    const handle = await open(join(this.directory, name), 'wx', 0o600)
    try {
      await writeWhole(handle, rows)
      return name
    } catch (error) {
      await this.remove(name)
      throw error
    } finally {
      await handle.close()
    }
  }

  /**
   * Reads a result, and removes it.
   * @returns its length, -1 if there is no room for all of it
   */
  async take(name: string, room: Uint8Array): Promise<number> {
    const handle = await open(join(this.directory, name), 'r')
    try {
      const { size } = await handle.stat()
      if (size > room.length) return -1
      for (let at = 0; at < size; ) {
        const { bytesRead } = await handle.read(room, at, size - at, at)
        if (bytesRead === 0) throw new Error(`a result ends after ${at} of ${size} bytes`)
        at += bytesRead
      }
      return size
    } finally {
      await handle.close()
      await this.remove(name)
    }
  }

  /** What the server may not have taken. */
  async remove(name: string): Promise<void> {
    await rm(join(this.directory, name), { force: true })
  }
}

const filesOf = new WeakMap<ClickHouseClient, LocalFiles>()

/** Undefined where rows go through the connection. */
export function localFilesOf(client: ClickHouseClient): LocalFiles | undefined {
  return filesOf.get(client)
}

/** For a server that took no notice of a file: it is another one. */
export function useNoLocalFiles(client: ClickHouseClient): void {
  filesOf.delete(client)
}

/** Lets a client's larger statements go by files, if it asks the embedded server of this directory. */
export function useLocalFiles(client: ClickHouseClient, url: string, dataDir: string): void {
  const files = LocalFiles.beside(url, dataDir)
  if (files) filesOf.set(client, files)
}

/** A full disk may take a part only, without an error. */
async function writeWhole(handle: FileHandle, rows: readonly Uint8Array[]): Promise<void> {
  const size = rows.reduce((sum, { length }) => sum + length, 0)
  const { bytesWritten } = await handle.writev(rows as Uint8Array[])
  if (bytesWritten === size) return
  throw Object.assign(new Error(`wrote ${bytesWritten} of ${size} bytes`), { code: 'ENOSPC' })
}

function readPassword(dataDir: string): string | undefined {
  try {
    return readFileSync(join(dataDir, PASSWORD_FILE), 'utf8').trim()
  } catch {
    return undefined
  }
}
