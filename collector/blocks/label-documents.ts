/**
 * What spans say of themselves in few different ways: each different row becomes one document, however many spans have it. Rows are
 * compared before anything is written, by their numbers and by the bytes of their texts.
 */
import { NO_TEXT, type TextField } from '@runlens/mapping'
import { equalBytes, hashBytes } from '@runlens/otlp'
import { type AttributeWriter, Document, type DocumentInput, memberName } from './document.ts'
import { type MappedText, presentTexts, writeTexts } from './mapped-texts.ts'
import { writeNumber } from './members.ts'

/** Texts of which there are few different values. */
export const LABELS: readonly TextField[] = [
  'provider',
  'execution_kind',
  'instance',
  'workflow_id',
  'workflow_name',
  'workflow_version',
  'mode',
  'environment',
  'step_name',
  'step_type',
  'error_type',
  'response_status_code',
  'database_type',
  'input_key',
  'output_key',
]

const KEYS = memberName('attribute_keys')
const TYPES = memberName('attribute_types')

interface LabelNumber {
  name: Uint8Array
  values: Int32Array | Uint8Array | Uint16Array
}

const NUMBERS: readonly [name: Uint8Array, of: (input: DocumentInput) => LabelNumber['values']][] = [
  [memberName('rule'), ({ mapped }) => mapped.rule],
  [memberName('status_explicit'), ({ mapped }) => mapped.statusExplicit],
  [memberName('attempt'), ({ mapped }) => mapped.attempt],
  [memberName('flags'), ({ tape }) => tape.spans.at.flags],
  [memberName('dropped_attributes_count'), ({ tape }) => tape.spans.at.droppedAttributes],
  [memberName('dropped_events_count'), ({ tape }) => tape.spans.at.droppedEvents],
  [memberName('dropped_links_count'), ({ tape }) => tape.spans.at.droppedLinks],
]

/** Longest search for an equal row. Behind it a row gets a document of its own: rows made to collide can't make a request slow. */
const PROBES_MAX = 32

export class LabelDocuments {
  /** `made` holds the different ones, and each row names one. */
  readonly document = new Document()
  private slots = new Int32Array(512)
  /** By entry: the first row that has it, its hash, and how a row names it. */
  private readonly rowOf: number[] = []
  private readonly hashes: number[] = []
  private readonly names: number[] = []
  private texts: readonly MappedText[] = []
  private numbers: readonly LabelNumber[] = []
  private input!: DocumentInput

  constructor(private readonly writer: AttributeWriter) {}

  prepare(input: DocumentInput): void {
    this.input = input
    this.texts = presentTexts(LABELS, input)
    this.numbers = presentNumbers(input)
    const { length } = input.tape.spans
    const { document } = this
    document.clear(length)
    this.clear()
    for (let row = 0; row < length; row++) document.starts[row] = this.names[this.entryOf(row)]!
    // Views only now: the buffer may have moved while it grew.
    const { bytes } = document.out
    document.made = this.bounds.map(([start, end]) => bytes.subarray(start, end))
  }

  private bounds: [start: number, end: number][] = []

  private clear(): void {
    this.slots.fill(0)
    this.bounds = []
    for (const list of [this.rowOf, this.hashes, this.names]) list.length = 0
  }

  /** The entry of an equal earlier row, or the next one. */
  private entryOf(row: number): number {
    const hash = this.hashOf(row)
    const mask = this.slots.length - 1
    let slot = hash & mask
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const entry = this.slots[slot]! - 1
      if (entry < 0) return this.append(row, hash, slot)
      if (this.hashes[entry] === hash && this.isEqual(this.rowOf[entry]!, row)) return entry
      slot = (slot + 1) & mask
    }
    return this.append(row, hash, -1)
  }

  private append(row: number, hash: number, slot: number): number {
    const entry = this.rowOf.length
    this.rowOf.push(row)
    this.hashes.push(hash)
    this.names.push(this.write(row))
    if (slot >= 0) this.slots[slot] = entry + 1
    if (this.rowOf.length * 2 > this.slots.length) this.growSlots()
    return entry
  }

  private growSlots(): void {
    const slots = new Int32Array(this.slots.length * 2)
    const mask = slots.length - 1
    this.hashes.forEach((hash, entry) => {
      let slot = hash & mask
      let probe = 0
      while (slots[slot] !== 0 && probe++ < PROBES_MAX) slot = (slot + 1) & mask
      if (slots[slot] === 0) slots[slot] = entry + 1
    })
    this.slots = slots
  }

  private hashOf(row: number): number {
    const { texts, numbers } = this
    const { tape, data, values } = this.input
    let hash = 0
    for (let i = 0; i < texts.length; i++) {
      const start = texts[i]!.starts[row]!
      const piece = start < 0 ? start : hashBytes(data, start, texts[i]!.ends[row]!)
      hash = mix(hash, piece)
    }
    for (let i = 0; i < numbers.length; i++) hash = mix(hash, numbers[i]!.values[row]!)
    const first = tape.spans.at.attributes[row]!
    const end = first + tape.spans.at.attributeCount[row]!
    const { key } = tape.attributes.at
    for (let pair = first; pair < end; pair++) hash = mix(hash, (key[pair]! << 8) ^ values.codes[pair]!)
    return hash ^ (hash >>> 15)
  }

  private isEqual(a: number, b: number): boolean {
    const { texts, numbers } = this
    const { data } = this.input
    for (let i = 0; i < numbers.length; i++) if (numbers[i]!.values[a] !== numbers[i]!.values[b]) return false
    for (let i = 0; i < texts.length; i++) {
      const { starts, ends } = texts[i]!
      const start = starts[a]!
      const other = starts[b]!
      if (start < 0 || other < 0) {
        if (start !== other) return false
      } else if (!equalBytes(data, start, ends[a]!, data, other, ends[b]!)) return false
    }
    return this.isSameShape(a, b)
  }

  /** Whether both have the same attribute keys and types in the same order. */
  private isSameShape(a: number, b: number): boolean {
    const { tape, values } = this.input
    const { attributes, attributeCount } = tape.spans.at
    const { key } = tape.attributes.at
    const count = attributeCount[a]!
    if (attributeCount[b] !== count) return false
    const first = attributes[a]!
    const other = attributes[b]!
    for (let i = 0; i < count; i++) {
      if (key[first + i] !== key[other + i] || values.codes[first + i] !== values.codes[other + i]) return false
    }
    return true
  }

  /** How rows name the document of this row from now on. */
  private write(row: number): number {
    const { document, input, writer } = this
    const { at } = input.tape.spans
    const start = document.out.length
    document.begin(row)
    writeTexts(document, this.texts, input, row)
    for (const { name, values } of this.numbers) writeNumber(document, name, values[row]!)
    if (at.attributeCount[row]! > 0) {
      writer.writeKeys(document.member(KEYS), at, row)
      writer.writeTypes(document.member(TYPES), at, row)
    }
    document.end(row)
    if (document.starts[row] === NO_TEXT) return NO_TEXT
    return -2 - (this.bounds.push([start, document.out.length]) - 1)
  }
}

function presentNumbers(input: DocumentInput): LabelNumber[] {
  const present: LabelNumber[] = []
  const { length } = input.tape.spans
  for (const [name, of] of NUMBERS) {
    const values = of(input)
    let row = 0
    while (row < length && values[row] === 0) row++
    if (row < length) present.push({ name, values })
  }
  return present
}

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x85ebca6b)
  return mixed ^ (mixed >>> 13)
}
