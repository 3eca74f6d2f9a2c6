/** The file operations that the spool is made of, so that a test can make the disk fail where no real one would. */
import { type FileHandle, open, readdir, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

export type { FileHandle }

export interface SpoolFiles {
  /** Creates a file that must not exist, mode 0600, for writing. */
  create(path: string): Promise<FileHandle>
  /** Opens an existing file for reading and writing. */
  edit(path: string): Promise<FileHandle>
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
