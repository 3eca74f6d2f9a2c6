/** The rows of an INSERT, which the engine takes from files only: written from a body, or by a client that lies beside (ADR 29). */
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemErrorCode } from '@runlens/runtime'
import { EngineError } from '../engine-error.ts'
import { tooLarge } from './inflate.ts'

/** A file of the server alone, until it is discarded. */
export interface OwnFile {
  path: string
  discard(): Promise<void>
}

const WRITE_BYTES = 1024 * 1024
let fileNumber = 0

/** A name that nobody else gives; there need be no file. */
export function ownFile(directory: string): OwnFile {
  const path = join(directory, `${process.pid}-${++fileNumber}`)
  return { path, discard: () => rm(path, { force: true }) }
}

/** Writes `first` and the rest of a body into a file. @throws EngineError NOT_ENOUGH_SPACE, and what the body throws */
export async function writeRows(directory: string, first: Buffer, rest: AsyncIterator<Buffer>): Promise<OwnFile> {
  const file = ownFile(directory)
  try {
    const handle = await open(file.path, 'wx', 0o600)
    try {
      await writeAll(handle, first, rest)
    } finally {
      await handle.close()
    }
    return file
  } catch (error) {
    await file.discard()
    throw error
  }
}

/**
 * Takes the file that a client has written. The engine might take one that is not there for no rows at all; so it is renamed first, and nobody
 * else can remove it.
 * @throws EngineError FILE_DOESNT_EXIST, and what a body of more than `bytesMax` is answered with
 */
export async function takeRows(directory: string, name: string, bytesMax: number): Promise<OwnFile & { size: number }> {
  const file = ownFile(directory)
  try {
    await rename(join(directory, name), file.path)
    const { size } = await stat(file.path)
    if (size <= bytesMax) return { ...file, size }
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error
    throw new EngineError(107, 'FILE_DOESNT_EXIST', `There is no file ${name} with rows`)
  }
  await file.discard()
  throw tooLarge(`The rows are larger than ${bytesMax} bytes`)
}

/** Writes in large batches: a system call, and a turn through the thread pool, for each chunk would cost more than the copy. */
async function writeAll(handle: FileHandle, first: Buffer, rest: AsyncIterator<Buffer>): Promise<void> {
  let batch: Buffer[] = first.length > 0 ? [first] : []
  let size = first.length
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    batch.push(next.value)
    size += next.value.length
    if (size < WRITE_BYTES) continue
    await writeWhole(handle, batch, size)
    batch = []
    size = 0
  }
  if (batch.length > 0) await writeWhole(handle, batch, size)
}

/** A full disk may take a part only, without an error. */
async function writeWhole(handle: FileHandle, batch: Buffer[], size: number): Promise<void> {
  const { bytesWritten } = await handle.writev(batch)
  if (bytesWritten === size) return
  throw new EngineError(243, 'NOT_ENOUGH_SPACE', `Cannot keep the body: wrote ${bytesWritten} of ${size} bytes`)
}
