/**
 * One request's bytes on their way in: counted against the size limit and the permit as they come, never ahead of them.
 * They are copied into one growing buffer: a list of chunks would cost a hostile sender of one-byte chunks nothing and
 * us a hundred bytes each.
 */
import type { Permit } from '../admission.ts'
import type { BodyBuffers } from './body-buffers.ts'
import { type Fault, fault } from './status.ts'

/** A body begins with at most this much, so that a sender that announces much and sends nothing holds little. */
export const FIRST_BYTES_MAX = 256 * 1024

const EMPTY = Buffer.alloc(0)

export interface BodyLimits {
  permit: Permit
  bodyBytesMax: number
  /** What the permit covers besides this buffer, e.g. the compressed form; default 0. */
  bytesBeside?: number
  /** Where the buffer comes from. @default a new one */
  buffers?: BodyBuffers
}

export class Body {
  private buffer = EMPTY
  /** How much of the buffer the permit covers. */
  private capacity = 0
  private bytes = 0
  private readonly limits: BodyLimits
  private readonly expectedBytes: number | undefined

  /** @param expectedBytes what the sender announced, if anything; only a hint for the first allocation */
  constructor(limits: BodyLimits, expectedBytes?: number) {
    this.limits = limits
    this.expectedBytes = expectedBytes
  }

  /** Keeps a chunk, or says why the whole request is refused. */
  push(chunk: Uint8Array): Fault | undefined {
    const bytes = this.bytes + chunk.length
    if (bytes > this.limits.bodyBytesMax) return tooLarge(this.limits.bodyBytesMax)
    if (bytes > this.capacity && !this.grow(bytes)) return tooMuchInFlight()
    this.buffer.set(chunk, this.bytes)
    this.bytes = bytes
    return undefined
  }

  /** Everything that came, in one piece. */
  take(): Buffer {
    return this.buffer.subarray(0, this.bytes)
  }

  /** Nobody looks at the bytes any more: the buffer may be another body's. */
  giveBack(): void {
    this.limits.buffers?.giveBack(this.buffer)
    this.buffer = EMPTY
    this.capacity = 0
    this.bytes = 0
  }

  private grow(bytes: number): boolean {
    const { permit, bodyBytesMax, bytesBeside = 0, buffers } = this.limits
    const capacity = Math.min(this.nextCapacity(bytes), bodyBytesMax)
    if (!permit.growTo(bytesBeside + capacity)) return false
    this.capacity = capacity
    if (capacity <= this.buffer.length) return true
    const larger = buffers?.take(capacity) ?? Buffer.allocUnsafeSlow(capacity)
    larger.set(this.buffer.subarray(0, this.bytes))
    buffers?.giveBack(this.buffer)
    this.buffer = larger
    return true
  }

  /** Twice as much each time; where a length was announced eight times as much, up to that length, for fewer copies. */
  private nextCapacity(bytes: number): number {
    const expected = this.expectedBytes ?? 0
    if (expected < bytes) return Math.max(bytes, this.capacity * 2, firstBytes(this.expectedBytes))
    return Math.min(expected, Math.max(bytes, this.capacity * 8, FIRST_BYTES_MAX))
  }
}

/** What a request takes at the door: what it announces, within {@link FIRST_BYTES_MAX}. */
export function firstBytes(expectedBytes: number | undefined): number {
  return Math.min(expectedBytes ?? 16 * 1024, FIRST_BYTES_MAX)
}

export function tooLarge(bodyBytesMax: number): Fault {
  return fault(
    'too_large',
    `The request is larger than ${bodyBytesMax} bytes, which also counts after inflating: send smaller batches.`,
  )
}

export function tooMuchInFlight(): Fault {
  return fault('overloaded', 'Too much is in flight at the moment: send the request again later.')
}
