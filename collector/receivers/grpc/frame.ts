/**
 * gRPC's length-prefixed messages (gRPC over HTTP/2, "Length-Prefixed-Message"): one byte that says whether the message
 * is compressed, four bytes of length, the message. A unary call carries exactly one.
 */
import { type Fault, fault } from '../status.ts'

const PREFIX_BYTES = 5

/** Where a message goes as it comes. */
export interface MessageSink {
  /** The length the prefix announces, before any byte of the message. */
  expect: (bytes: number) => Fault | undefined
  push: (chunk: Uint8Array) => Fault | undefined
}

/** Reads the one message of a unary call out of the data frames, however they are cut. */
export class MessageReader {
  /** Whether the prefix says that the message is compressed; known once a message has begun. */
  compressed = false
  private readonly prefix = Buffer.alloc(PREFIX_BYTES)
  private prefixBytes = 0
  private missing = 0
  private readonly sink: MessageSink

  constructor(sink: MessageSink) {
    this.sink = sink
  }

  push(chunk: Buffer): Fault | undefined {
    const taken = Math.min(chunk.length, PREFIX_BYTES - this.prefixBytes)
    if (taken > 0) {
      chunk.copy(this.prefix, this.prefixBytes, 0, taken)
      this.prefixBytes += taken
      if (this.prefixBytes < PREFIX_BYTES) return undefined
      const refused = this.begin()
      if (refused) return refused
    }
    const message = chunk.length - taken
    if (message === 0) return undefined
    if (message > this.missing) return fault('malformed', 'The call carries more than the one message it announced.')
    this.missing -= message
    return this.sink.push(taken === 0 ? chunk : chunk.subarray(taken))
  }

  /** The sender has closed its side: whether a whole message came. */
  end(): Fault | undefined {
    if (this.prefixBytes === PREFIX_BYTES && this.missing === 0) return undefined
    return fault('malformed', 'The call ended before its message was complete.')
  }

  private begin(): Fault | undefined {
    const flag = this.prefix[0]
    if (flag !== 0 && flag !== 1)
      return fault('malformed', `The message has the compressed flag ${flag}; 0 and 1 exist.`)
    this.compressed = flag === 1
    this.missing = this.prefix.readUInt32BE(1)
    return this.sink.expect(this.missing)
  }
}

/** A message as it goes onto the wire. */
export function frameMessage(message: Uint8Array, compressed: boolean): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length)
  frame.writeUInt8(compressed ? 1 : 0, 0)
  frame.writeUInt32BE(message.length, 1)
  frame.set(message, PREFIX_BYTES)
  return frame
}
