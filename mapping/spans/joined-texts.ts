/** Texts made of two attribute values with a blank between, like `GET /orders/{id}`: made once where they repeat. */
import { equalBytes, hashBytes, type TraceTape } from '@runlens/otlp'

const BLANK = 0x20
/** Recent texts that are remembered; one that falls into the slot of another replaces it. */
const SLOTS = 256

interface Made {
  data: DataView
  reference: number
}

export class JoinedTexts {
  private readonly recent: (Made | undefined)[] = Array.from({ length: SLOTS }, () => undefined)
  private readonly make: (text: Uint8Array) => number

  /** @param make keeps a text for this request and gives its reference */
  constructor(make: (text: Uint8Array) => number) {
    this.make = make
  }

  /** Forgets the references: they hold for one request. */
  clear(): void {
    this.recent.fill(undefined)
  }

  /** Reference of the values of two attributes that are strings. */
  join({ buffer, data, attributes: { at } }: TraceTape, before: number, after: number): number {
    const start = at.valueStart[before]!
    const end = at.valueEnd[before]!
    const from = at.valueStart[after]!
    const to = at.valueEnd[after]!
    const slot = (hashBytes(data, from, to) + (end - start)) & (SLOTS - 1)
    const known = this.recent[slot]
    const blank = end - start
    if (
      known &&
      blank < known.data.byteLength &&
      known.data.getUint8(blank) === BLANK &&
      equalBytes(known.data, 0, blank, data, start, end) &&
      equalBytes(known.data, blank + 1, known.data.byteLength, data, from, to)
    ) {
      return known.reference
    }
    const text = new Uint8Array(blank + 1 + to - from)
    text.set(buffer.subarray(start, end))
    text[blank] = BLANK
    text.set(buffer.subarray(from, to), blank + 1)
    const reference = this.make(text)
    this.recent[slot] = { data: new DataView(text.buffer), reference }
    return reference
  }
}
