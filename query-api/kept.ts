/** What was seen a moment ago, for a bounded time and of a bounded number of things. */

export interface KeptOptions {
  keepMs: number
  /** The oldest one is forgotten first. */
  entriesMax: number
}

export class Kept<T> {
  private readonly entries = new Map<string, { value: T; until: number }>()

  constructor(private readonly options: KeptOptions) {}

  /** @param nowMs milliseconds since the epoch */
  get(key: string, nowMs: number): T | undefined {
    const entry = this.entries.get(key)
    return entry && entry.until > nowMs ? entry.value : undefined
  }

  set(key: string, nowMs: number, value: T): void {
    this.entries.delete(key)
    this.entries.set(key, { value, until: nowMs + this.options.keepMs })
    const [oldest] = this.entries.keys()
    if (this.entries.size > this.options.entriesMax && oldest !== undefined) this.entries.delete(oldest)
  }

  /** Unless something else was kept under the key since. */
  forget(key: string, value: T): void {
    if (this.entries.get(key)?.value === value) this.entries.delete(key)
  }
}
