/** When acknowledged segments go: after the grace period, or earlier, oldest first, when their room is needed. */
import type { SpoolFiles } from './files.ts'
import type { Segment } from './segment.ts'

export class Retention {
  /** Milliseconds since the epoch at which ClickHouse had all of a segment, by segment number. */
  private readonly acknowledgedAtMs = new Map<number, number>()

  constructor(
    /** Oldest first; deleted ones are taken out. */
    private readonly segments: Segment[],
    private readonly files: SpoolFiles,
    private readonly graceSeconds: number,
  ) {}

  get bytes(): number {
    let bytes = 0
    for (const segment of this.segments) bytes += segment.bytes
    return bytes
  }

  /**
   * Deletes what may go.
   * @param neededBytes room to make at once, grace or not
   * @param acknowledged ClickHouse has every record up to this sequence
   * @param current number of the segment that is being written
   */
  async retire(acknowledged: number, current: number, nowMs: number, neededBytes: number): Promise<void> {
    const removable = this.segments.filter(
      (segment) => segment.number !== current && segment.lastSequence <= acknowledged,
    )
    for (const { number } of removable) {
      if (!this.acknowledgedAtMs.has(number)) this.acknowledgedAtMs.set(number, nowMs)
    }
    let freed = 0
    for (const segment of removable) {
      const isOver = nowMs - this.acknowledgedAtMs.get(segment.number)! >= this.graceSeconds * 1000
      if (!isOver && freed >= neededBytes) break
      await this.files.remove(segment.path)
      this.acknowledgedAtMs.delete(segment.number)
      this.segments.splice(this.segments.indexOf(segment), 1)
      freed += segment.bytes
    }
  }
}
