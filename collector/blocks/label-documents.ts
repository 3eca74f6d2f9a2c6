/**
 * What spans say of themselves in few different ways: each different row becomes one document, however many spans have it. Rows are
 * compared before anything is written, by their numbers and by the bytes of their texts.
 */
import type { TextField } from '@runlens/mapping'
import { equalBytes, hashBytes } from '@runlens/otlp'
import { AttributeShapes } from './attribute-shapes.ts'
import type { ByteBuffer } from './byte-buffer.ts'
import { type AttributeWriter, Document, type MemberName, memberName } from './document.ts'
import { presentTexts, writeTexts } from './mapped-texts.ts'
import { writeNumber } from './members.ts'
import { mix, RowClasses, type Rows } from './row-classes.ts'
import type { Classes, NamedTexts } from './sources.ts'
import type { DocumentInput } from './span-cells.ts'

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

interface LabelNumber {
  name: MemberName
  values: Int32Array | Uint8Array | Uint16Array
}

const NUMBERS: readonly [name: MemberName, of: (input: DocumentInput) => LabelNumber['values'] | undefined][] = [
  [memberName('marker'), ({ markers }) => markers?.kinds],
  [memberName('rule'), ({ mapped }) => mapped.rule],
  [memberName('status_explicit'), ({ mapped }) => mapped.statusExplicit],
  [memberName('attempt'), ({ mapped }) => mapped.attempt],
  [memberName('flags'), ({ tape }) => tape.spans.at.flags],
  [memberName('dropped_attributes_count'), ({ tape }) => tape.spans.at.droppedAttributes],
  [memberName('dropped_events_count'), ({ tape }) => tape.spans.at.droppedEvents],
  [memberName('dropped_links_count'), ({ tape }) => tape.spans.at.droppedLinks],
]

export class LabelDocuments implements Rows {
  /** Rows share it by their class. */
  readonly document: Document
  private readonly classes = new RowClasses()
  private readonly shapes: AttributeShapes
  /** How a row names the document of its class. */
  private readonly names: number[] = []
  private isPlaced = false
  private texts: readonly NamedTexts[] = []
  private starts: readonly Int32Array[] = []
  private ends: readonly Int32Array[] = []
  private numbers: readonly LabelNumber[] = []
  private input!: DocumentInput
  private data!: DataView

  constructor(writer: AttributeWriter, out?: ByteBuffer) {
    this.document = new Document(out)
    this.shapes = new AttributeShapes(writer)
  }

  prepare(input: DocumentInput): void {
    this.input = input
    this.data = input.data
    this.shapes.prepare(input.tape.spans, input)
    this.texts = presentTexts(LABELS, input)
    this.starts = this.texts.map(({ starts }) => starts)
    this.ends = this.texts.map(({ ends }) => ends)
    this.numbers = presentNumbers(input)
    this.names.length = 0
    const { length } = input.tape.spans
    const { document } = this
    document.clear(length)
    const numbers = this.numbers.map(({ values }) => values)
    this.isPlaced = input.columns?.placeTexts(length, this.texts, input) ?? false
    const compiled = this.isPlaced ? input.columns?.labels(length, numbers) : undefined
    if (compiled) this.place(length, compiled)
    else this.tellApart(length)
  }

  private tellApart(length: number): void {
    const { document, classes, names } = this
    classes.clear()
    for (let row = 0; row < length; row++) {
      const known = classes.classOf(this, row)
      if (known === names.length) names.push(this.write(row))
      document.starts[row] = names[known]!
    }
  }

  private place(length: number, { of, firsts, count }: Classes): void {
    const { document, names } = this
    for (let known = 0; known < count; known++) names.push(this.write(firsts[known]!))
    for (let row = 0; row < length; row++) document.starts[row] = names[of[row]!]!
  }

  hash(row: number): number {
    const { starts, ends, numbers, data } = this
    let hash = this.shapes.of[row]!
    for (let i = 0; i < starts.length; i++) {
      const start = starts[i]![row]!
      hash = mix(hash, start < 0 ? start : hashBytes(data, start, ends[i]![row]!))
    }
    for (let i = 0; i < numbers.length; i++) hash = mix(hash, numbers[i]!.values[row]!)
    return hash
  }

  isEqual(row: number, other: number): boolean {
    const { starts, ends, numbers, data } = this
    const { of } = this.shapes
    if (of[row] !== of[other]) return false
    for (let i = 0; i < numbers.length; i++) if (numbers[i]!.values[row] !== numbers[i]!.values[other]) return false
    for (let i = 0; i < starts.length; i++) {
      const a = starts[i]![row]!
      const b = starts[i]![other]!
      if (a < 0 || b < 0) {
        if (a !== b) return false
      } else if (!equalBytes(data, a, ends[i]![row]!, data, b, ends[i]![other]!)) return false
    }
    return true
  }

  /** How rows name the document of this row from now on. */
  private write(row: number): number {
    const { document, input, shapes } = this
    document.begin(row)
    writeTexts(document, this.texts, input, row, this.isPlaced)
    for (const { name, values } of this.numbers) writeNumber(document, name, values[row]!)
    const shape = shapes.of[row]!
    if (shape !== 0) {
      const members = shapes.members(shape)
      document.members(members.bytes, members.start, members.end)
    }
    return document.endShared(row)
  }
}

function presentNumbers(input: DocumentInput): LabelNumber[] {
  const present: LabelNumber[] = []
  const { length } = input.tape.spans
  for (const [name, of] of NUMBERS) {
    const values = of(input)
    if (values === undefined) continue
    let row = 0
    while (row < length && values[row] === 0) row++
    if (row < length) present.push({ name, values })
  }
  return present
}
