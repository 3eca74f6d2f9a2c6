/** Which of a request's attribute keys any profile knows: one look at each different key, a number for each attribute. */
import type { TraceTape } from '@runlens/otlp'
import type { CompiledProfiles } from './compile.ts'

export class KnownKeys {
  /** Index in the compiled keys by the tape's key number; -1: no profile knows it. */
  of = new Int32Array(256)
  private readonly compiled: CompiledProfiles

  constructor(compiled: CompiledProfiles) {
    this.compiled = compiled
  }

  read({ buffer, keys }: TraceTape): void {
    if (keys.length > this.of.length) this.of = new Int32Array(keys.length * 2)
    for (let number = 0; number < keys.length; number++) {
      this.of[number] = this.compiled.keys.find(buffer, keys.starts[number]!, keys.ends[number]!)
    }
  }
}
