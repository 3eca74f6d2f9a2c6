/**
 * Bytes kept on the disk for the checkpoint: without them a spool that filled its disk could not write down what ClickHouse
 * took, so nothing of it could ever be deleted.
 */
import { join } from 'node:path'
import { systemErrorCode } from '@runlens/runtime'
import { replaceFile, type SpoolFiles } from './files.ts'

/** Room for the checkpoint, its copy and their replacements; a plan of a hundred inserts takes 10 KiB. */
export const RESERVE_BYTES = 256 * 1024

export class Reserve {
  /** Whether the bytes are kept. While they are not, nothing else may grow. */
  isKept = false
  private readonly path: string

  constructor(
    directory: string,
    private readonly files: SpoolFiles,
  ) {
    this.path = join(directory, 'reserve')
  }

  /** Keeps the bytes, where the disk has them. @throws the system's error, but for a full disk */
  async keep(): Promise<void> {
    try {
      await replaceFile(this.files, this.path, Buffer.alloc(RESERVE_BYTES, 0x52))
      this.isKept = true
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOSPC') throw error
      await this.files.remove(`${this.path}.new`).catch(() => undefined)
    }
  }

  /** Gives the bytes to whoever writes next. */
  async release(): Promise<void> {
    await this.files.remove(this.path).catch(() => undefined)
  }
}
