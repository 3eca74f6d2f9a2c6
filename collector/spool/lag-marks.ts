/** When records arrived, coarsely: enough to tell how old the oldest one is that ClickHouse does not have. */

const MARK_EVERY_MS = 100
/** Beyond this every second mark is dropped: hours of backlog in a few kilobytes. */
const MARKS_MAX = 4096

export class LagMarks {
  private marks: { sequence: number; receivedAtMs: number }[] = []

  add(sequence: number, receivedAtMs: number): void {
    const last = this.marks.at(-1)
    if (last && receivedAtMs - last.receivedAtMs < MARK_EVERY_MS) last.sequence = sequence
    else this.marks.push({ sequence, receivedAtMs })
    if (this.marks.length > MARKS_MAX) this.marks = this.marks.filter((_, i) => i % 2 === 0 || i > MARKS_MAX - 2)
  }

  /** Forgets what ClickHouse has. */
  acknowledge(sequence: number): void {
    const first = this.marks.findIndex((mark) => mark.sequence > sequence)
    this.marks = first < 0 ? [] : this.marks.slice(first)
  }

  get oldestReceivedAtMs(): number | undefined {
    return this.marks[0]?.receivedAtMs
  }
}
