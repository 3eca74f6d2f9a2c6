/** Answers that change slowly and cost much, kept for minutes in place of moments. */

export interface RememberedOptions {
  keepMs: number
  /** The oldest one is forgotten first. */
  entriesMax: number
}

export class Remembered<T> {
  private readonly entries = new Map<string, { value: Promise<T>; until: number }>()

  constructor(private readonly options: RememberedOptions) {}

  /** What `ask` gave less than `keepMs` ago under this key; what failed is asked again. @param nowMs milliseconds since the epoch */
  get(key: string, nowMs: number, ask: () => Promise<T>): Promise<T> {
    const known = this.entries.get(key)
    if (known && known.until > nowMs) return known.value
    this.entries.delete(key)
    const value = ask()
    this.entries.set(key, { value, until: nowMs + this.options.keepMs })
    value.catch(() => {
      if (this.entries.get(key)?.value === value) this.entries.delete(key)
    })
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.options.entriesMax) break
      this.entries.delete(oldest)
    }
    return value
  }
}
