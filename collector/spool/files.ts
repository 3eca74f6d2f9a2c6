/** The file operations that the spool is made of, so that a test can make the disk fail where no real one would. */
import { type FileHandle, link, open, readdir, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemErrorCode } from '@runlens/runtime'

export type { FileHandle }

export interface SpoolFiles {
  /** Creates a file that must not exist, mode 0600, for writing. */
  create(path: string): Promise<FileHandle>
  /** Opens an existing file for reading and writing. */
  edit(path: string): Promise<FileHandle>
  /** Opens an existing file for reading. */
  view(path: string): Promise<FileHandle>
  /** Fills the buffer from this position on; gives how many bytes there were, fewer at the end of the file only. */
  read(file: FileHandle, into: Uint8Array, position: number): Promise<number>
  write(file: FileHandle, bytes: Uint8Array, position: number): Promise<void>
  datasync(file: FileHandle): Promise<void>
  truncate(file: FileHandle, length: number): Promise<void>
  /** Makes the names in a directory durable. */
  syncDirectory(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  list(directory: string): Promise<string[]>
}

export const nodeFiles: SpoolFiles = {
  create: (path) => open(path, 'wx', 0o600),
  edit: (path) => open(path, 'r+'),
  view: (path) => open(path, 'r'),
  async read(file, into, position) {
    let done = 0
    while (done < into.length) {
      const { bytesRead } = await file.read(into, done, into.length - done, position + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return done
  },
  async write(file, bytes, position) {
    let done = 0
    while (done < bytes.length) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
      done += bytesWritten
    }
  },
  datasync: (file) => file.datasync(),
  truncate: (file, length) => file.truncate(length),
  async syncDirectory(path) {
    const directory = await open(path, 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  },
  rename,
  remove: unlink,
  list: readdir,
}

/** Replaces a small file so that after a crash there is the old content or the new one, never a mixture. */
export async function replaceFile(files: SpoolFiles, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.new`
  await files.remove(temporary).catch(() => undefined)
  const file = await files.create(temporary)
  try {
    await files.write(file, bytes, 0)
    await files.datasync(file)
  } finally {
    await file.close()
  }
  await files.rename(temporary, path)
  await files.syncDirectory(dirname(path))
}

/** What a disk gives or refuses as a whole. */
const PAGE_BYTES = 4096

/** Bytes of a file, fewer than wanted only at its end. */
export async function readBytes(files: SpoolFiles, file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(length)
  return buffer.subarray(0, await files.read(file, buffer, offset))
}

/** As {@link readBytes}, page by page: those that the disk does not give (EIO) read as zeros. */
export async function readAroundBadPages(
  files: SpoolFiles,
  file: FileHandle,
  offset: number,
  length: number,
): Promise<Buffer> {
  const buffer = Buffer.alloc(length)
  for (let at = 0; at < length; ) {
    const page = buffer.subarray(at, at + PAGE_BYTES - ((offset + at) % PAGE_BYTES))
    try {
      const got = await files.read(file, page, offset + at)
      if (got < page.length) return buffer.subarray(0, at + got)
    } catch (error) {
      if (systemErrorCode(error) !== 'EIO') throw error
      page.fill(0)
    }
    at += page.length
  }
  return buffer
}

/** Keeps a damaged file under a second name, with `.corrupt` behind the first; what was salvaged may replace the first. */
export async function setAside(files: SpoolFiles, path: string): Promise<void> {
  try {
    await link(path, `${path}.corrupt`)
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
  }
  await files.syncDirectory(dirname(path))
}
