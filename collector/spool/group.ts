/** The records that one fdatasync will make durable, side by side in one buffer. */
import type { ByteBuffer } from '../blocks/byte-buffer.ts'
import { type RecordInput, sealRecord, writeRecord } from './record.ts'

export class Group {
  readonly buffer: ByteBuffer
  private readonly starts: number[] = []
  private readonly undos: (() => void)[] = []
  private settle!: (durable: boolean) => void
  /** Whether all of it became durable; never rejects. */
  readonly durable: Promise<boolean>

  constructor(buffer: ByteBuffer) {
    this.buffer = buffer
    this.durable = new Promise((resolve) => {
      this.settle = resolve
    })
  }

  get records(): number {
    return this.starts.length
  }

  /** @param undo called at once if the group fails, before anyone hears of it */
  add(record: RecordInput, undo: () => void): void {
    this.undos.push(undo)
    this.starts.push(writeRecord(this.buffer, record))
  }

  /** Numbers the records from `first` on: only at commit, so that a failed group leaves no gap. */
  seal(first: number, salt: number): void {
    this.starts.forEach((at, i) => {
      sealRecord(this.buffer.bytes, at, first + i, salt)
    })
  }

  finish(durable: boolean): void {
    if (!durable) for (const undo of this.undos) undo()
    this.settle(durable)
  }
}
