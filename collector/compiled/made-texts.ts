/** Keeps the texts that the mapping made in the memory of the stages: the same ones come first in every request. */
import type { Stages } from './stages.ts'

export class MadeTexts {
  private readonly bytes: Uint8Array
  private readonly starts: Int32Array
  private readonly ends: Int32Array
  private readonly placed: Uint8Array[] = []

  constructor(stages: Stages) {
    const texts = stages.place('MADE_MAX')
    this.bytes = stages.bytes(stages.place('MADE'), stages.place('MADE_BYTES_MAX'))
    this.starts = stages.numbers(stages.place('MADE_STARTS'), texts)
    this.ends = stages.numbers(stages.place('MADE_ENDS'), texts)
  }

  /** @returns whether there is room for all of them */
  place(texts: readonly Uint8Array[]): boolean {
    const { placed, starts, ends, bytes } = this
    if (texts.length > starts.length) return false
    let i = 0
    while (i < texts.length && placed[i] === texts[i]) i++
    placed.length = i
    for (; i < texts.length; i++) {
      const text = texts[i]!
      const start = i === 0 ? 0 : ends[i - 1]!
      if (text.length > bytes.length - start) return false
      bytes.set(text, start)
      starts[i] = start
      ends[i] = start + text.length
      placed.push(text)
    }
    return true
  }
}
