/** The records that were read last, mostly the next insert's, and whether their memory may be used again once they are let go. */
import type { RecordBatch } from '../spool/reader.ts'
import type { SpoolRecord } from '../spool/record.ts'
import type { Spool } from '../spool/spool.ts'

export class HeldRecords {
  private batch: RecordBatch | undefined
  private isRead = false

  constructor(private readonly spool: Pick<Spool, 'giveBack'>) {}

  get records(): readonly SpoolRecord[] {
    return this.batch?.records ?? []
  }

  /** In place of those before. */
  hold(batch: RecordBatch): void {
    this.letGo()
    this.batch = batch
  }

  has(first: number, last: number): boolean {
    const { records } = this
    return records.length > 0 && records[0]!.sequence <= first && records.at(-1)!.sequence >= last
  }

  /**
   * An insert of them was given up: its connection may go on reading them for a while, and what it sends must never be
   * other rows. Their memory is left to the garbage collector.
   */
  mayBeRead(): void {
    this.isRead = true
  }

  letGo(): void {
    if (this.batch && !this.isRead) this.spool.giveBack(this.batch)
    this.batch = undefined
    this.isRead = false
  }
}
