/**
 * Appends groups of records to segment files and makes them durable, or leaves no trace of them.
 *
 * After a failed write the file is cut back to its last good end. After a failed fdatasync nobody knows which pages reached
 * the disk, so that file is sealed at its last good end and the next group opens another one. Sequences of a failed group
 * are used again; recovery drops records that a later segment's first sequence contradicts.
 */
import { dirname, join } from 'node:path'
import type { FileHandle, SpoolFiles } from './files.ts'
import type { Group } from './group.ts'
import { type Segment, segmentHead, segmentName } from './segment.ts'

export interface SegmentWriterOptions {
  files: SpoolFiles
  directory: string
  spoolId: Buffer
  salt: number
  segmentBytes: number
  /** All segments, oldest first; new ones are added here. */
  segments: Segment[]
  nextSequence: number
  nextNumber: number
}

export class SegmentWriter {
  nextSequence: number
  fsyncs = 0
  fsyncSeconds = 0
  private nextNumber: number
  private current: { segment: Segment; file: FileHandle } | undefined

  constructor(private readonly options: SegmentWriterOptions) {
    this.nextSequence = options.nextSequence
    this.nextNumber = options.nextNumber
  }

  /** Number of the segment that is being written; 0 for none. */
  get currentNumber(): number {
    return this.current?.segment.number ?? 0
  }

  /** @throws the system's error; nothing of the group is in the spool then */
  async commit(group: Group): Promise<void> {
    const bytes = group.buffer.view()
    const { segment, file } = await this.room(bytes.length)
    group.seal(this.nextSequence, this.options.salt)
    try {
      await this.options.files.write(file, bytes, segment.bytes)
    } catch (error) {
      await this.cutBack(segment, file)
      throw error
    }
    try {
      await this.datasync(file)
    } catch (error) {
      await this.seal(segment, file)
      throw error
    }
    segment.bytes += bytes.length
    this.nextSequence += group.records
    segment.lastSequence = this.nextSequence - 1
  }

  async close(): Promise<void> {
    await this.current?.file.close()
    this.current = undefined
  }

  private async datasync(file: FileHandle): Promise<void> {
    const start = process.hrtime.bigint()
    await this.options.files.datasync(file)
    this.fsyncs++
    this.fsyncSeconds += Number(process.hrtime.bigint() - start) / 1e9
  }

  /** The segment that takes `bytes` more: the current one, or a new one when it is full. A group is never split. */
  private async room(bytes: number): Promise<{ segment: Segment; file: FileHandle }> {
    const { current } = this
    if (current) {
      const isEmpty = current.segment.lastSequence < current.segment.firstSequence
      if (isEmpty || current.segment.bytes + bytes <= this.options.segmentBytes) return current
      this.current = undefined
      await current.file.close()
    }
    this.current = await this.create()
    return this.current
  }

  private async create(): Promise<{ segment: Segment; file: FileHandle }> {
    const { files, directory, spoolId, segments } = this.options
    const number = this.nextNumber++
    const path = join(directory, segmentName(number))
    const head = segmentHead(spoolId, this.nextSequence)
    const file = await files.create(path)
    try {
      await files.write(file, head, 0)
      // The records' own fdatasync covers the head; only the name needs one more.
      await files.syncDirectory(dirname(path))
    } catch (error) {
      await file.close().catch(() => undefined)
      await files.remove(path).catch(() => undefined)
      throw error
    }
    const first = this.nextSequence
    const segment = { number, path, firstSequence: first, lastSequence: first - 1, bytes: head.length }
    segments.push(segment)
    return { segment, file }
  }

  private async cutBack(segment: Segment, file: FileHandle): Promise<void> {
    try {
      await this.options.files.truncate(file, segment.bytes)
    } catch {
      await this.seal(segment, file)
    }
  }

  private async seal(segment: Segment, file: FileHandle): Promise<void> {
    const { files, segments } = this.options
    this.current = undefined
    await files.truncate(file, segment.bytes).catch(() => undefined)
    await file.close().catch(() => undefined)
    if (segment.lastSequence >= segment.firstSequence) return
    segments.splice(segments.indexOf(segment), 1)
    await files.remove(segment.path).catch(() => undefined)
  }
}
