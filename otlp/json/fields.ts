/** What the JSON bridge must know of each message: its fields by JSON name, with tag and kind, taken from the reflected definitions. */
import protobuf from 'protobufjs/light.js'
import { FIXED32, FIXED64, LEN, tagOf, VARINT } from '../wire/scan.ts'
import type { JsonReader } from './reader.ts'

/** How a JSON value becomes bytes. `id` is OTLP's exception: bytes written as hexadecimal digits. */
export type JsonKind =
  | 'string'
  | 'bytes'
  | 'id'
  | 'bool'
  | 'int64'
  | 'uint64'
  | 'uint32'
  | 'sint32'
  | 'enum'
  | 'fixed32'
  | 'fixed64'
  | 'sfixed64'
  | 'double'
  | 'message'

export interface JsonField {
  name: string
  nameBytes: Buffer
  tag: number
  kind: JsonKind
  repeated: boolean
  /** Of kind `message`. */
  message: JsonMessage | undefined
}

export interface JsonMessage {
  name: string
  /** By length of their names, which are compared as bytes: no string is made of a key, nor can one mean anything by itself. */
  fieldsByLength: JsonField[][]
}

/** https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
const HEX_FIELDS = new Set(['traceId', 'spanId', 'parentSpanId'])

const WIRE_TYPES: Readonly<Record<JsonKind, number>> = {
  string: LEN,
  bytes: LEN,
  id: LEN,
  message: LEN,
  bool: VARINT,
  int64: VARINT,
  uint64: VARINT,
  uint32: VARINT,
  sint32: VARINT,
  enum: VARINT,
  fixed32: FIXED32,
  fixed64: FIXED64,
  sfixed64: FIXED64,
  double: FIXED64,
}

const known = new Map<protobuf.Type, JsonMessage>()

/** The fields of a message and of all that it holds, however they hold one another. */
export function jsonMessage(type: protobuf.Type): JsonMessage {
  const found = known.get(type)
  if (found) return found
  const message: JsonMessage = { name: type.name, fieldsByLength: [] }
  known.set(type, message)
  for (const field of type.fieldsArray) {
    const inner = field.resolvedType
    const kind = jsonKind(field)
    message.fieldsByLength[field.name.length] ??= []
    message.fieldsByLength[field.name.length]!.push({
      name: field.name,
      nameBytes: Buffer.from(field.name),
      tag: tagOf(field.id, WIRE_TYPES[kind]),
      kind,
      repeated: field.repeated,
      message: inner instanceof protobuf.Type ? jsonMessage(inner) : undefined,
    })
  }
  return message
}

/** The field that the key just read names, undefined for an unknown one. */
export function findField(message: JsonMessage, reader: JsonReader): JsonField | undefined {
  if (reader.escaped) return findIn(message, Buffer.from(reader.text()), 0, undefined)
  return findIn(message, reader.bytes, reader.start, reader.stop)
}

function findIn(message: JsonMessage, bytes: Buffer, start: number, stop = bytes.length): JsonField | undefined {
  const candidates = message.fieldsByLength[stop - start]
  if (candidates === undefined) return undefined
  for (const field of candidates) {
    const name = field.nameBytes
    let at = 0
    while (at < name.length && name[at] === bytes[start + at]) at++
    if (at === name.length) return field
  }
  return undefined
}

function jsonKind(field: protobuf.Field): JsonKind {
  if (field.resolvedType instanceof protobuf.Enum) return 'enum'
  if (field.resolvedType) return 'message'
  if (field.type === 'bytes' && HEX_FIELDS.has(field.name)) return 'id'
  if (!(field.type in WIRE_TYPES)) throw new Error(`no JSON form for ${field.fullName} of type ${field.type}`)
  return field.type as JsonKind
}
