/** Which keys spans or log records have, of which types and in which order: few shapes for many of them, each written once. */
import { ByteBuffer } from './byte-buffer.ts'
import { type AttributeInput, type AttributeWriter, memberName } from './document.ts'
import { mix, RowClasses, type Rows } from './row-classes.ts'
import type { AttributeOwners } from './sources.ts'

const KEYS = memberName('attribute_keys')
const TYPES = memberName('attribute_types')
const COMMA = 0x2c

export class AttributeShapes implements Rows {
  /** The shape of each owner; 0 for one without attributes. */
  of: Int32Array
  private own = new Int32Array(1024)
  private readonly classes = new RowClasses()
  /** Members of a document, by shape. */
  private readonly out = new ByteBuffer(4096)
  private readonly ends: number[] = []
  private firsts!: Int32Array
  private counts!: Int32Array
  private keys!: Int32Array
  private codes!: Uint8Array

  constructor(private readonly writer: AttributeWriter) {
    this.of = this.own
  }

  prepare({ at, length }: AttributeOwners, input: AttributeInput): void {
    const { tape, values } = input
    this.firsts = at.attributes
    this.counts = at.attributeCount
    this.keys = tape.attributes.at.key
    this.codes = values.codes
    this.out.clear()
    this.ends.length = 0
    const compiled = input.columns?.shapes(length, input)
    if (compiled === undefined) {
      this.tellApart({ at, length })
      return
    }
    this.of = compiled.of
    for (let shape = 0; shape < compiled.count; shape++) this.write(compiled.firsts[shape]!)
  }

  private tellApart({ at, length }: AttributeOwners): void {
    if (length > this.own.length) this.own = new Int32Array(length * 2)
    this.of = this.own
    this.classes.clear()
    for (let row = 0; row < length; row++) {
      this.of[row] = at.attributeCount[row] === 0 ? 0 : this.classes.classOf(this, row) + 1
      if (this.classes.firsts.length > this.ends.length) this.write(row)
    }
  }

  /** Of the count and three of the attributes: what is between only decides equality. */
  hash(row: number): number {
    const { keys, codes } = this
    const first = this.firsts[row]!
    const count = this.counts[row]!
    const middle = first + (count >> 1)
    const last = first + count - 1
    const outer = mix(mix(count, (keys[first]! << 8) ^ codes[first]!), (keys[last]! << 8) ^ codes[last]!)
    return mix(outer, (keys[middle]! << 8) ^ codes[middle]!)
  }

  isEqual(row: number, other: number): boolean {
    const { keys, codes } = this
    const count = this.counts[row]!
    if (this.counts[other] !== count) return false
    const a = this.firsts[row]!
    const b = this.firsts[other]!
    for (let i = 0; i < count; i++) if (keys[a + i] !== keys[b + i] || codes[a + i] !== codes[b + i]) return false
    return true
  }

  private write(row: number): void {
    const { out, writer } = this
    const range = { attributes: this.firsts, attributeCount: this.counts }
    out.words(KEYS.words, KEYS.length)
    writer.writeKeys(out, range, row)
    out.byte(COMMA)
    out.words(TYPES.words, TYPES.length)
    writer.writeTypes(out, range, row)
    this.ends.push(out.length)
  }

  /** The members `attribute_keys` and `attribute_types` of a shape other than 0, as `[start, end)` of the bytes. */
  members(shape: number): { bytes: Uint8Array; start: number; end: number } {
    return { bytes: this.out.bytes, start: shape === 1 ? 0 : this.ends[shape - 2]!, end: this.ends[shape - 1]! }
  }
}
