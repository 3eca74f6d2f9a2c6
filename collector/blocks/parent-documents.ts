/** Resources and scopes of a request, one document each. */
import { type AttributeInput, type AttributeWriter, Document, memberName } from './document.ts'
import { writeNumber, writeText } from './members.ts'
import type { AttributeRange } from './sources.ts'

const NAME = memberName('name')
const VERSION = memberName('version')
const SCHEMA_URL = memberName('schema_url')
const ATTRIBUTES = memberName('attributes')
const TYPES = memberName('attribute_types')
const DROPPED = memberName('dropped_attributes_count')

export class ParentDocuments {
  readonly resource = new Document()
  readonly scope = new Document()

  constructor(private readonly writer: AttributeWriter) {}

  prepare(input: AttributeInput): void {
    this.writeResources(input)
    this.writeScopes(input)
  }

  private writeResources({ tape, bytes, data }: AttributeInput): void {
    const { at, length } = tape.resources
    const document = this.resource
    document.clear(length)
    for (let row = 0; row < length; row++) {
      document.begin(row)
      writeText(document, SCHEMA_URL, bytes, data, at.schemaUrlStart[row]!, at.schemaUrlEnd[row]!)
      writeAttributes(document, this.writer, at, row)
      writeNumber(document, DROPPED, at.dropped[row]!)
      document.end(row)
    }
  }

  private writeScopes({ tape, bytes, data }: AttributeInput): void {
    const { at, length } = tape.scopes
    const document = this.scope
    document.clear(length)
    for (let row = 0; row < length; row++) {
      document.begin(row)
      writeText(document, NAME, bytes, data, at.nameStart[row]!, at.nameEnd[row]!)
      writeText(document, VERSION, bytes, data, at.versionStart[row]!, at.versionEnd[row]!)
      writeText(document, SCHEMA_URL, bytes, data, at.schemaUrlStart[row]!, at.schemaUrlEnd[row]!)
      writeAttributes(document, this.writer, at, row)
      writeNumber(document, DROPPED, at.dropped[row]!)
      document.end(row)
    }
  }
}

/** Attributes with their types, as an object. */
export function writeAttributes(document: Document, writer: AttributeWriter, at: AttributeRange, row: number): void {
  if (at.attributeCount[row] === 0) return
  writer.write(document.member(ATTRIBUTES), at, row)
  writer.writeTypes(document.member(TYPES), at, row)
}
