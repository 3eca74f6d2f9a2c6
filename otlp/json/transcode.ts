/**
 * Writes OTLP/JSON as protobuf, value by value, guided by the message definitions. The rules are those of protobuf's JSON
 * mapping with OTLP's exceptions: hexadecimal ids, enumerations as integers only, lower-camel-case names only.
 */
import type { Writer } from '../wire/writer.ts'
import { findField, type JsonField, type JsonMessage } from './fields.ts'
import { parseDouble, parseInteger } from './numbers.ts'
import { type JsonReader, QUOTE } from './reader.ts'

/** [smallest, largest] of each kind of integer. */
const RANGES = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  fixed64: [0n, 2n ** 64n - 1n],
  sfixed64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  sint32: [-(2n ** 31n), 2n ** 31n - 1n],
  fixed32: [0n, 2n ** 32n - 1n],
  enum: [-(2n ** 31n), 2n ** 31n - 1n],
} as const
type IntegerKind = keyof typeof RANGES

/** Stands for an id that is not hexadecimal: no id has one byte, so indexing rejects its span and not the whole request. */
const NO_ID = new Uint8Array(1)

/** An id has 32 digits at most, each of which may be written as an escape. */
const HEX_DIGITS_MAX = 32 * 6

export class Transcoder {
  private readonly reader: JsonReader
  private readonly writer: Writer
  private readonly depthMax: number

  /** @param depthMax nesting of AnyValue; what lies deeper is passed over and left empty, for indexing to reject its span */
  constructor(reader: JsonReader, writer: Writer, depthMax: number) {
    this.reader = reader
    this.writer = writer
    this.depthMax = depthMax
  }

  /**
   * Writes the fields of the JSON object that comes next.
   * @param what names it, should it be none
   * @param depth how many AnyValues it lies in
   */
  message(type: JsonMessage, what: string, depth: number): void {
    const inner = type.name === 'AnyValue' ? depth + 1 : depth
    if (inner > this.depthMax) {
      this.reader.skip()
      return
    }
    this.reader.beginObject(what)
    for (let first = true; this.reader.nextMember(first); first = false) {
      const field = findField(type, this.reader)
      if (field === undefined) this.reader.skip()
      else if (!this.reader.takeWord('null')) this.field(field, inner)
    }
  }

  private field(field: JsonField, depth: number): void {
    if (!field.repeated) {
      this.value(field, depth)
      return
    }
    this.reader.beginArray(field.name)
    for (let first = true; this.reader.nextElement(first); first = false) this.value(field, depth)
  }

  private value(field: JsonField, depth: number): void {
    this.writer.varint32(field.tag)
    switch (field.kind) {
      case 'message': {
        const mark = this.writer.begin()
        this.message(field.message!, field.name, depth)
        this.writer.end(mark)
        break
      }
      case 'string':
        this.string(field.name)
        break
      case 'id':
        this.id(field.name)
        break
      case 'bytes':
        this.base64(field.name)
        break
      case 'bool':
        this.writer.varint32(this.bool(field.name))
        break
      case 'double':
        this.writer.double(this.double(field.name))
        break
      default:
        this.integer(field.name, field.kind)
    }
  }

  private string(name: string): void {
    const { reader, writer } = this
    reader.readString(name)
    if (!reader.escaped) {
      writer.lengthDelimited(reader.bytes, reader.start, reader.stop)
      return
    }
    const bytes = Buffer.from(reader.text())
    writer.lengthDelimited(bytes, 0, bytes.length)
  }

  private id(name: string): void {
    const { reader } = this
    reader.readString(name)
    const isShort = reader.stop - reader.start <= HEX_DIGITS_MAX
    const text = isShort ? reader.text() : ''
    const bytes = isShort && /^(?:[0-9a-f]{2})*$/i.test(text) ? Buffer.from(text, 'hex') : NO_ID
    this.writer.lengthDelimited(bytes, 0, bytes.length)
  }

  /** Standard or URL-safe alphabet, with or without padding. */
  private base64(name: string): void {
    this.reader.readString(name)
    const text = this.reader.text()
    const bytes = Buffer.from(text, 'base64')
    if (bytes.length !== base64Bytes(text)) this.reader.fail(`${name} that is not base64`)
    this.writer.lengthDelimited(bytes, 0, bytes.length)
  }

  private bool(name: string): number {
    if (this.reader.takeWord('true')) return 1
    if (this.reader.takeWord('false')) return 0
    return this.reader.fail(`${name} that is neither true nor false`)
  }

  private double(name: string): number {
    const isString = this.reader.peek() === QUOTE
    if (isString) this.reader.readString(name)
    const text = isString ? this.reader.text() : this.reader.number()
    return parseDouble(text) ?? this.reader.fail(`${name} that is not a number, or too large for a double`)
  }

  private integer(name: string, kind: IntegerKind): void {
    const value = this.integerValue(name, kind)
    switch (kind) {
      case 'fixed64':
      case 'sfixed64':
        this.writer.fixed64(value)
        break
      case 'sint32':
        this.writer.varint32(zigzag(Number(value)))
        break
      case 'fixed32':
        this.writer.fixed32(Number(value))
        break
      default:
        this.writer.varint64(value)
    }
  }

  private integerValue(name: string, kind: IntegerKind): bigint {
    const isString = this.reader.peek() === QUOTE
    if (isString && kind === 'enum') this.reader.fail(`${name} that is not an integer (OTLP/JSON takes no names)`)
    if (isString) this.reader.readString(name)
    const text = isString ? this.reader.text() : this.reader.number()
    const value = parseInteger(text)
    if (value === undefined) return this.reader.fail(`${name} that is not an integer`)
    const [least, most] = RANGES[kind]
    if (value < least || value > most) return this.reader.fail(`${name} that is out of range`)
    return value
  }
}

/** Small numbers of either sign as small ones (https://protobuf.dev/programming-guides/encoding/#signed-ints). */
function zigzag(value: number): number {
  return (value << 1) ^ (value >> 31)
}

/** How many bytes base64 of this length stands for, -1 for none; Node's decoder leaves out what is not base64 and so gives fewer. */
function base64Bytes(text: string): number {
  let digits = text.length
  for (let padding = 0; padding < 2 && text.endsWith('=', digits); padding++) digits--
  return digits % 4 === 1 ? -1 : Math.floor((digits * 3) / 4)
}
