/** Answers that change slowly and cost much, kept for minutes in place of moments. */
import { Kept, type KeptOptions } from './kept.ts'

export class Remembered<T> {
  private readonly kept: Kept<Promise<T>>

  constructor(options: KeptOptions) {
    this.kept = new Kept(options)
  }

  /** What `ask` gave less than `keepMs` ago under this key; what failed is asked again. @param nowMs milliseconds since the epoch */
  get(key: string, nowMs: number, ask: () => Promise<T>): Promise<T> {
    const known = this.kept.get(key, nowMs)
    if (known) return known
    const value = ask()
    this.kept.set(key, nowMs, value)
    value.catch(() => this.kept.forget(key, value))
    return value
  }
}
