/** Masks secrets inside of a list or map (ArrayValue and KeyValueList of opentelemetry/proto/common/v1/common.proto), in place. */
import { ANY, DEPTH_MAX } from '@runlens/otlp'
import { isSecretKey } from './decided-names.ts'
import { maskAll, maskText } from './mask-text.ts'

const LENGTH_DELIMITED = 2
const KEY = 1
const VALUE = 2
const VALUES = 1

/** @param kind of {@link ANY}: array or kvlist. @param isSecret whether everything in it is. @returns how many values were masked */
export function maskMessage(
  bytes: Buffer,
  start: number,
  end: number,
  kind: number,
  isSecret: boolean,
  depth = 0,
): number {
  if (depth > DEPTH_MAX) return 0
  let masked = 0
  for (const field of fieldsOf(bytes, start, end)) {
    if (field.number !== VALUES) continue
    masked +=
      kind === ANY.array
        ? maskValue(bytes, field.start, field.end, isSecret, depth)
        : maskPair(bytes, field.start, field.end, isSecret, depth)
  }
  return masked
}

function maskPair(bytes: Buffer, start: number, end: number, isSecret: boolean, depth: number): number {
  const fields = [...fieldsOf(bytes, start, end)]
  const key = fields.findLast(({ number }) => number === KEY)
  const isSecretHere = isSecret || (key !== undefined && isSecretKey(bytes, key.start, key.end))
  return fields
    .filter(({ number }) => number === VALUE)
    .reduce((masked, value) => masked + maskValue(bytes, value.start, value.end, isSecretHere, depth), 0)
}

function maskValue(bytes: Buffer, start: number, end: number, isSecret: boolean, depth: number): number {
  let masked = 0
  for (const { number, start: from, end: to } of fieldsOf(bytes, start, end)) {
    if (number === ANY.array || number === ANY.kvlist) {
      masked += maskMessage(bytes, from, to, number, isSecret, depth + 1)
    } else if (number === ANY.string || number === ANY.bytes) {
      if (!isSecret) masked += maskText(bytes, from, to)
      else {
        maskAll(bytes, from, to)
        masked++
      }
    }
  }
  return masked
}

interface Field {
  number: number
  start: number
  end: number
}

/** The length-delimited fields of a message that was checked when it was indexed; stops where it is none. */
function* fieldsOf(bytes: Buffer, start: number, end: number): Generator<Field> {
  let at = start
  const varint = () => {
    let value = 0
    for (let shift = 0; at < end && shift < 70; shift += 7) {
      const byte = bytes[at++]!
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    at = end
    return 0
  }
  while (at < end) {
    const tag = varint()
    const wire = tag & 7
    if (wire === LENGTH_DELIMITED) {
      const length = varint()
      if (at + length > end) return
      yield { number: Math.floor(tag / 8), start: at, end: at + length }
      at += length
    } else if (wire === 0) varint()
    else if (wire === 1) at += 8
    else if (wire === 5) at += 4
    else return
  }
}
