/** The way back of `formatValue`: a stored text and its type code to the AnyValue that was sent. */
import { VALUE_TYPES, type ValueTypeCode } from '@runlens/conventions'
import type { AnyValue, KeyValue } from '../any-value.ts'
import { JsonReader, OPEN_BRACE, OPEN_BRACKET, QUOTE } from '../json/reader.ts'
import { DEPTH_MAX } from '../limits.ts'
import { Malformed } from '../wire/malformed.ts'
import { otlpDouble } from './numbers.ts'

/**
 * The OTLP/JSON of a stored value. A text that does not fit its code (because it was cut, say) comes back as a string, and
 * so does one with an unknown code.
 */
export function parseValue(code: ValueTypeCode, text: string): AnyValue {
  switch (code) {
    case VALUE_TYPES.empty:
      return {}
    case VALUE_TYPES.bool:
      return { boolValue: text === 'true' }
    case VALUE_TYPES.int:
      return { intValue: text }
    case VALUE_TYPES.double:
      return { doubleValue: otlpDouble(Number(text)) }
    case VALUE_TYPES.bytes:
      return { bytesValue: text }
    case VALUE_TYPES.array:
    case VALUE_TYPES.kvlist:
      return parseOr(text, parsePlain)
    case VALUE_TYPES.exactArray:
    case VALUE_TYPES.exactKvlist:
      return parseOr(text, JSON.parse)
    default:
      return { stringValue: text }
  }
}

function parseOr(text: string, parse: (text: string) => AnyValue): AnyValue {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof Malformed || error instanceof SyntaxError) return { stringValue: text }
    throw error
  }
}

/** Not `JSON.parse`, which rounds integers, can't tell `1` from `1.0` and puts keys that look like numbers first. */
function parsePlain(text: string): AnyValue {
  const reader = new JsonReader(Buffer.from(text))
  const value = readPlain(reader, 0)
  reader.expectEnd()
  return value
}

function readPlain(reader: JsonReader, depth: number): AnyValue {
  if (depth > DEPTH_MAX) reader.fail(`JSON nested deeper than ${DEPTH_MAX}`)
  switch (reader.peek()) {
    case QUOTE:
      reader.readString('a value')
      return { stringValue: reader.text() }
    case OPEN_BRACKET:
      return { arrayValue: { values: readElements(reader, depth) } }
    case OPEN_BRACE:
      return { kvlistValue: { values: readPairs(reader, depth) } }
    default:
      return readScalar(reader)
  }
}

function readElements(reader: JsonReader, depth: number): AnyValue[] {
  const values: AnyValue[] = []
  reader.beginArray('a value')
  for (let first = true; reader.nextElement(first); first = false) values.push(readPlain(reader, depth + 1))
  return values
}

function readPairs(reader: JsonReader, depth: number): KeyValue[] {
  const values: KeyValue[] = []
  reader.beginObject('a value')
  for (let first = true; reader.nextMember(first); first = false) {
    const key = reader.text()
    values.push({ key, value: readPlain(reader, depth + 1) })
  }
  return values
}

function readScalar(reader: JsonReader): AnyValue {
  if (reader.takeWord('true')) return { boolValue: true }
  if (reader.takeWord('false')) return { boolValue: false }
  const text = reader.number()
  return /[.eE]/.test(text) ? { doubleValue: otlpDouble(Number(text)) } : { intValue: text }
}
