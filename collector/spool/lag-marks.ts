/** When records arrived, coarsely: enough to tell how old the oldest one is that ClickHouse does not have. */

const MARK_EVERY_MS = 100
/** Beyond this every second mark is dropped: hours of backlog in a few kilobytes. */
const MARKS_MAX = 4096

export class LagMarks {
  private marks: { sequence: number; atMs: number }[] = []

  add(sequence: number, atMs: number): void {
    const last = this.marks.at(-1)
    if (last && atMs - last.atMs < MARK_EVERY_MS) last.sequence = sequence
    else this.marks.push({ sequence, atMs })
    if (this.marks.length > MARKS_MAX) this.marks = this.marks.filter((_, i) => i % 2 === 0 || i > MARKS_MAX - 2)
  }

  /** Forgets what ClickHouse has. */
  acknowledge(sequence: number): void {
    const first = this.marks.findIndex((mark) => mark.sequence > sequence)
    this.marks = first < 0 ? [] : this.marks.slice(first)
  }

  /** Age of the oldest record; 0 for none. */
  oldestAgeMs(nowMs: number): number {
    return this.marks[0] ? nowMs - this.marks[0].atMs : 0
  }
}
