/**
 * Buffers that bodies are gathered in, over and over. A new one for each request is memory that V8 has to hunt for and the system has to
 * give page by page: at 100 000 spans a second 70 MB of each second.
 */

/** Room of each: bodies of a few thousand spans. A larger one gets a buffer of its own. */
export const BODY_BUFFER_BYTES = 1024 * 1024

/** Bodies below this are made quickly, and would waste the room. */
const USEFUL_BYTES_MIN = 64 * 1024

/** Kept for later: as many requests are on their way at once at a high rate. */
const FREE_MAX = 8

export class BodyBuffers {
  private readonly free: Buffer<ArrayBuffer>[] = []

  /** A buffer with room for so many bytes, of any content. */
  take(bytes: number): Buffer<ArrayBuffer> {
    if (bytes < USEFUL_BYTES_MIN || bytes > BODY_BUFFER_BYTES) return Buffer.allocUnsafeSlow(bytes)
    return this.free.pop() ?? Buffer.allocUnsafeSlow(BODY_BUFFER_BYTES)
  }

  /** Nobody looks at it any more. */
  giveBack(buffer: Buffer<ArrayBuffer>): void {
    if (buffer.length === BODY_BUFFER_BYTES && this.free.length < FREE_MAX) this.free.push(buffer)
  }
}
