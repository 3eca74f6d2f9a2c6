/** Labels of log records: the shape of their attributes and a few numbers; each different row becomes one document. */
import { AttributeShapes } from './attribute-shapes.ts'
import { type AttributeWriter, Document, memberName } from './document.ts'
import { writeShortString } from './json-writer.ts'
import type { LogDocumentInput } from './log-cells.ts'
import { writeNumber } from './members.ts'
import { mix, RowClasses, type Rows } from './row-classes.ts'

const BODY_TYPE = memberName('body_type')
const FLAGS = memberName('flags')
const DROPPED = memberName('dropped_attributes_count')

export class LogLabels implements Rows {
  /** Rows share it by their class. */
  readonly document = new Document()
  private readonly classes = new RowClasses()
  private readonly shapes: AttributeShapes
  /** How a row names the document of its class. */
  private readonly names: number[] = []
  private flags!: Int32Array
  private dropped!: Int32Array
  private body!: Int32Array
  /** Value type codes of all attributes, bodies among them. */
  private codes!: Uint8Array

  constructor(writer: AttributeWriter) {
    this.shapes = new AttributeShapes(writer)
  }

  prepare(input: LogDocumentInput): void {
    const { at, length } = input.tape.logs
    this.shapes.prepare(input.tape.logs, input)
    this.flags = at.flags
    this.dropped = at.dropped
    this.body = at.body
    this.codes = input.values.codes
    this.classes.clear()
    this.names.length = 0
    const { document, classes, names } = this
    document.clear(length)
    for (let row = 0; row < length; row++) {
      const known = classes.classOf(this, row)
      if (known === names.length) names.push(this.write(row))
      document.starts[row] = names[known]!
    }
  }

  hash(row: number): number {
    return mix(mix(this.shapes.of[row]!, this.flags[row]!), mix(this.dropped[row]!, this.bodyCode(row)))
  }

  isEqual(row: number, other: number): boolean {
    return (
      this.shapes.of[row] === this.shapes.of[other] &&
      this.flags[row] === this.flags[other] &&
      this.dropped[row] === this.dropped[other] &&
      this.bodyCode(row) === this.bodyCode(other)
    )
  }

  /** 0 without a body. */
  private bodyCode(row: number): number {
    const body = this.body[row]!
    return body < 0 ? 0 : this.codes[body]!
  }

  /** How rows name the document of this row from now on. */
  private write(row: number): number {
    const { document, shapes } = this
    document.begin(row)
    const code = this.bodyCode(row)
    if (code !== 0) writeShortString(document.member(BODY_TYPE), Uint8Array.of(code))
    writeNumber(document, FLAGS, this.flags[row]!)
    writeNumber(document, DROPPED, this.dropped[row]!)
    const shape = shapes.of[row]!
    if (shape !== 0) {
      const members = shapes.members(shape)
      document.members(members.bytes, members.start, members.end)
    }
    return document.endShared(row)
  }
}
