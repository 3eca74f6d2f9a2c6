/** Answers of the last moment, bounded in number and in bytes, so that a page that asks ten times costs ClickHouse once. */

const ENTRIES_MAX = 256
const BYTES_MAX = 16 * 1024 * 1024
/** A larger answer is not kept: it would push out all others. */
const ENTRY_BYTES_MAX = 1024 * 1024

interface Entry {
  rows: readonly unknown[]
  bytes: number
  expiresAtMs: number
}

export class AnswerCache {
  readonly #entries = new Map<string, Entry>()
  readonly #lifeMs: number
  readonly #clock: () => number
  #bytes = 0

  /** @param lifeMs 0 keeps nothing */
  constructor(lifeMs: number, clock: () => number = Date.now) {
    this.#lifeMs = lifeMs
    this.#clock = clock
  }

  get(key: string): readonly unknown[] | undefined {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    if (entry.expiresAtMs > this.#clock()) return entry.rows
    this.#drop(key, entry)
    return undefined
  }

  put(key: string, rows: readonly unknown[], bytes: number): void {
    if (this.#lifeMs === 0 || bytes > ENTRY_BYTES_MAX) return
    const old = this.#entries.get(key)
    if (old) this.#drop(key, old)
    this.#entries.set(key, { rows, bytes, expiresAtMs: this.#clock() + this.#lifeMs })
    this.#bytes += bytes
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= ENTRIES_MAX && this.#bytes <= BYTES_MAX) break
      this.#drop(oldest, entry)
    }
  }

  #drop(key: string, entry: Entry): void {
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
  }
}
