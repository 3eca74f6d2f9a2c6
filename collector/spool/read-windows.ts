/**
 * Buffers that segments are read into, over and over. While ClickHouse is slow a batch fills several of them: made anew for each, those
 * of the batches before lie about until V8 marks its heap, and the process is as large as all of them.
 */

/** Bytes read at once at most, beyond what a single record needs. */
export const WINDOW_BYTES = 4 * 1024 * 1024

/** Kept for later: a batch of 40 MiB (`writer.batchBytesMax`). */
const FREE_MAX = 12

export type Window = Buffer<ArrayBuffer>

export class ReadWindows {
  private readonly free: Window[] = []

  /** One for so many bytes, or more; of any content. */
  take(bytes: number): Window {
    if (bytes > WINDOW_BYTES) return Buffer.allocUnsafeSlow(bytes)
    return this.free.pop() ?? Buffer.allocUnsafeSlow(WINDOW_BYTES)
  }

  /** Nobody looks at these any more. */
  giveBack(windows: readonly Window[]): void {
    for (const window of windows) {
      if (window.length === WINDOW_BYTES && this.free.length < FREE_MAX) this.free.push(window)
    }
  }
}
