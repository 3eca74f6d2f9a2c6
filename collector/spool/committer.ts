/** Group commit: gathers records for a few milliseconds, makes them durable together, and tells each whether it is. */
import { ByteBuffer } from '../blocks/byte-buffer.ts'
import { Group } from './group.ts'
import type { RecordInput } from './record.ts'
import type { SegmentWriter } from './segment-writer.ts'

/** A group this large is written without waiting for company. */
const GROUP_BYTES_ENOUGH = 8 * 1024 * 1024
/** With so much on its way to the disk no further record is taken; one, however large, always is. */
const PENDING_BYTES_ENOUGH = 2 * GROUP_BYTES_ENOUGH

export interface CommitterOptions {
  writer: SegmentWriter
  /** 0: the next turn of the event loop. */
  commitIntervalMs: number
  /** After each group. */
  onCommitted: (group: Group) => void
  onFailed: (error: unknown) => void
}

export class Committer {
  private gathering = new Group(new ByteBuffer())
  private writing: Group | undefined
  private spare = new ByteBuffer()
  private timer: NodeJS.Timeout | undefined
  private gatheringSinceMs = 0

  constructor(private readonly options: CommitterOptions) {}

  /** Bytes that are not durable yet. */
  get pendingBytes(): number {
    return this.gathering.buffer.length + (this.writing?.buffer.length ?? 0)
  }

  /** What to wait for before the next `append`, then to be asked again; undefined while the disk keeps up. */
  get behind(): Promise<unknown> | undefined {
    return this.pendingBytes >= PENDING_BYTES_ENOUGH ? this.writing?.durable : undefined
  }

  /**
   * Copies the record before it returns. Answers whether it became durable; never rejects.
   * @param undo called if it did not, before anything else can happen
   */
  append(record: RecordInput, undo: () => void): Promise<boolean> {
    const group = this.gathering
    if (group.records === 0) this.gatheringSinceMs = performance.now()
    group.add(record, undo)
    this.schedule()
    return group.durable
  }

  /** Whether everything appended so far became durable. */
  async settled(): Promise<boolean> {
    const groups = [this.writing, this.gathering].filter((group) => group !== undefined && group.records > 0)
    const answers = await Promise.all(groups.map((group) => group!.durable))
    return answers.every((durable) => durable)
  }

  private schedule(): void {
    if (this.writing) return
    if (this.gathering.buffer.length >= GROUP_BYTES_ENOUGH) {
      clearTimeout(this.timer)
      this.timer = undefined
      void this.flush()
    } else if (!this.timer) {
      const waited = performance.now() - this.gatheringSinceMs
      this.timer = setTimeout(
        () => {
          this.timer = undefined
          void this.flush()
        },
        Math.max(0, this.options.commitIntervalMs - waited),
      )
    }
  }

  private async flush(): Promise<void> {
    const group = this.gathering
    if (this.writing || group.records === 0) return
    this.writing = group
    this.gathering = new Group(this.spare)
    let durable = true
    try {
      await this.options.writer.commit(group)
      this.options.onCommitted(group)
    } catch (error) {
      durable = false
      this.options.onFailed(error)
    }
    group.buffer.clear()
    this.spare = group.buffer
    this.writing = undefined
    group.finish(durable)
    if (this.gathering.records > 0) this.schedule()
  }
}
