/**
 * Reads segments from a disk that may refuse to. A refusal is passed on, to be tried again, for a minute; from then on the pages
 * that the disk does not give read as zeros, like any damage: the records in them are lost and all others are kept.
 */

import { type Logger, systemErrorCode } from '@runlens/runtime'
import { type FileHandle, readAroundBadPages, type SpoolFiles, setAside } from './files.ts'
import type { Segment } from './segment.ts'

/** A cable, a network disk or a controller is back by then; a bad sector is not. */
const PATIENCE_MS = 60_000

/** A segment can't be read at the moment. `code` is the system's. */
export class SpoolReadError extends Error {
  readonly code: string

  constructor(path: string, cause: unknown) {
    const code = systemErrorCode(cause) ?? 'unknown'
    super(`${path} can not be read: ${code}`, { cause })
    this.name = 'SpoolReadError'
    this.code = code
  }
}

export interface PatientDiskOptions {
  files: SpoolFiles
  log: Logger
  /** Milliseconds of a clock that never jumps. */
  now: () => number
}

export class PatientDisk {
  /** Reads that failed. */
  failures = 0
  private failing: { segment: Segment; sinceMs: number } | undefined
  private readonly givenUp = new WeakSet<Segment>()

  constructor(private readonly options: PatientDiskOptions) {}

  /** Whether the last read failed, so that records wait for the disk. */
  get isFailing(): boolean {
    return this.failing !== undefined
  }

  /** To be called when everything that was wanted could be read. */
  succeeded(): void {
    if (this.failing) this.options.log.info({ segment: this.failing.segment.path }, 'the spool can be read again')
    this.failing = undefined
  }

  /** @throws SpoolReadError */
  async open(segment: Segment): Promise<FileHandle> {
    try {
      return await this.options.files.view(segment.path)
    } catch (error) {
      throw this.refused(segment, error)
    }
  }

  /**
   * Fewer bytes than there is room for only at the end of the file.
   * @throws SpoolReadError
   */
  async read(file: FileHandle, segment: Segment, offset: number, into: Buffer): Promise<Buffer> {
    const { files } = this.options
    try {
      return into.subarray(0, await files.read(file, into, offset))
    } catch (error) {
      if (!this.givenUp.has(segment)) {
        const refused = this.refused(segment, error)
        if (refused.code !== 'EIO' || !(await this.giveUp(segment))) throw refused
      }
      return await readAroundBadPages(files, file, offset, into.length)
    }
  }

  private refused(segment: Segment, error: unknown): SpoolReadError {
    const refused = new SpoolReadError(segment.path, error)
    this.failures++
    if (this.failing?.segment !== segment) {
      this.options.log.error({ segment: segment.path, code: refused.code }, 'the spool can not be read; trying on')
      this.failing = { segment, sinceMs: this.options.now() }
    }
    return refused
  }

  /** Whether it was waited for long enough; the file stays beside under a second name, for whoever can read more of it. */
  private async giveUp(segment: Segment): Promise<boolean> {
    if (this.options.now() - this.failing!.sinceMs < PATIENCE_MS) return false
    // A disk that takes no name any more is gone altogether: then nothing is given up.
    await setAside(this.options.files, segment.path)
    this.givenUp.add(segment)
    this.options.log.error(
      { segment: segment.path },
      'parts of a segment can not be read: kept beside as .corrupt, the records in them are passed over',
    )
    return true
  }
}
