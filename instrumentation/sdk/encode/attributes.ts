/** Attributes as `KeyValue` messages of opentelemetry/proto/common/v1/common.proto. Values of no known type are left out. */
import type { ProtoWriter } from './proto-writer.ts'

/** Nested arrays and maps deeper than this become empty. */
const DEPTH_MAX = 8

/** Encoded keys that are remembered; programs that make keys up get on without. */
const KEYS_MAX = 1_000
const KEY_CHARS_MAX = 64
const keys = new Map<string, Uint8Array>()

export type AttributeMap = Readonly<Record<string, unknown>>

/** Writes every attribute as field `field` of the message that is open. */
export function writeAttributes(to: ProtoWriter, field: number, attributes: AttributeMap): void {
  for (const key in attributes) {
    const value = attributes[key]
    if (value === undefined || typeof value === 'function') continue
    writeAttribute(to, field, key, value)
  }
}

export function writeAttribute(to: ProtoWriter, field: number, key: string, value: unknown): void {
  const pair = to.open(field)
  writeKey(to, key)
  const any = to.open(2)
  writeAnyValue(to, value, 0)
  to.close(any)
  to.close(pair)
}

/** Field 1 of a `KeyValue`. Keys come again and again: each is encoded once. */
function writeKey(to: ProtoWriter, key: string): void {
  const known = keys.get(key)
  if (known !== undefined) {
    to.raw(known)
    return
  }
  const begin = to.length
  to.tag(1, 2)
  to.text(key)
  if (keys.size < KEYS_MAX && key.length <= KEY_CHARS_MAX) keys.set(key, Uint8Array.from(to.written().subarray(begin)))
}

/** The fields of an `AnyValue`; null and what is unknown is the empty value. */
function writeAnyValue(to: ProtoWriter, value: unknown, depth: number): void {
  if (typeof value === 'string') {
    to.tag(1, 2)
    to.text(value)
  } else if (typeof value === 'number') {
    writeNumber(to, value)
  } else if (typeof value === 'boolean') {
    to.tag(2, 0)
    to.varint(value ? 1 : 0)
  } else if (typeof value === 'object' && value !== null && depth < DEPTH_MAX) {
    writeStructure(to, value, depth)
  }
}

function writeNumber(to: ProtoWriter, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    to.tag(3, 0)
    to.int64(value)
  } else {
    to.tag(4, 1)
    to.double(value)
  }
}

function writeStructure(to: ProtoWriter, value: object, depth: number): void {
  if (value instanceof Uint8Array) {
    to.tag(7, 2)
    to.bytes(value)
  } else if (Array.isArray(value)) {
    const list = to.open(5)
    for (const one of value) {
      const any = to.open(1)
      writeAnyValue(to, one, depth + 1)
      to.close(any)
    }
    to.close(list)
  } else {
    const list = to.open(6)
    for (const [key, one] of Object.entries(value)) {
      const pair = to.open(1)
      to.tag(1, 2)
      to.text(key)
      const any = to.open(2)
      writeAnyValue(to, one, depth + 1)
      to.close(any)
      to.close(pair)
    }
    to.close(list)
  }
}
