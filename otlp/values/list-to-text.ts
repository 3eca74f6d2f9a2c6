/**
 * Arrays and key-value lists as JSON. Plain JSON is what people search and read, so it is used wherever it is exact;
 * otherwise the text is the OTLP/JSON of the value, which can say everything.
 */
import { VALUE_TYPES, type ValueTypeCode } from '@runlens/conventions'
import { ANY } from '../tape.ts'
import { LEN, readField, Scan, tagOf } from '../wire/scan.ts'
import { doubleJson, intText, otlpDouble } from './numbers.ts'

const KEY = tagOf(1, LEN)
const VALUE = tagOf(2, LEN)
const ELEMENT = tagOf(1, LEN)

/** The ArrayValue or KeyValueList in `[start, end)`, which indexing has checked. */
export function listToText(
  buffer: Buffer,
  type: typeof ANY.array | typeof ANY.kvlist,
  start: number,
  end: number,
): { code: ValueTypeCode; text: string } {
  const reader = new ListReader(buffer)
  const isArray = type === ANY.array
  const plain = reader.plainList(type, start, end)
  if (plain !== undefined) return { code: isArray ? VALUE_TYPES.array : VALUE_TYPES.kvlist, text: plain }
  const text = reader.exact(type, start, end)
  return { code: isArray ? VALUE_TYPES.exactArray : VALUE_TYPES.exactKvlist, text }
}

/** Writes values as text, each from the member and the place that `member` found. */
class ListReader {
  private readonly buffer: Buffer
  private readonly scan: Scan
  /** Of the member found last. */
  private start = 0
  private stop = 0

  constructor(buffer: Buffer) {
    this.buffer = buffer
    this.scan = new Scan(buffer)
  }

  /** Plain JSON of a list, or undefined where that would lose something. */
  plainList(type: number, start: number, end: number): string | undefined {
    return type === ANY.array ? this.plainArray(start, end) : this.plainObject(start, end)
  }

  private plainArray(start: number, end: number): string | undefined {
    let text = ''
    for (let at = start; at < end; ) {
      const next = readField(this.scan, at, end)
      if (this.scan.tag === ELEMENT) {
        const element = this.plainValue(this.scan.start, next)
        if (element === undefined) return undefined
        text += text === '' ? element : `,${element}`
      }
      at = next
    }
    return `[${text}]`
  }

  private plainObject(start: number, end: number): string | undefined {
    const keys = new Set<string>()
    let text = ''
    for (let at = start; at < end; ) {
      const next = readField(this.scan, at, end)
      if (this.scan.tag === ELEMENT) {
        const { key, valueStart, valueEnd } = this.pair(this.scan.start, next)
        const value = keys.has(key) ? undefined : this.plainValue(valueStart, valueEnd)
        if (value === undefined) return undefined
        keys.add(key)
        text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${value}`
      }
      at = next
    }
    return `{${text}}`
  }

  private plainValue(start: number, end: number): string | undefined {
    const member = this.member(start, end)
    switch (member) {
      case ANY.string:
        return JSON.stringify(this.buffer.toString('utf8', this.start, this.stop))
      case ANY.bool:
      case ANY.int:
        return this.scalar(member)
      case ANY.double: {
        const value = this.buffer.readDoubleLE(this.start)
        return Number.isFinite(value) ? doubleJson(value) : undefined
      }
      case ANY.array:
      case ANY.kvlist:
        return this.plainList(member, this.start, this.stop)
      default:
        return undefined
    }
  }

  /** OTLP/JSON of an AnyValue whose member `type` stands in `[start, end)`. */
  exact(type: number, start: number, end: number): string {
    const values: string[] = []
    for (let at = start; at < end; ) {
      const next = readField(this.scan, at, end)
      if (this.scan.tag === ELEMENT) {
        const from = this.scan.start
        values.push(type === ANY.array ? this.exactValue(from, next) : this.exactPair(from, next))
      }
      at = next
    }
    return `{"${type === ANY.array ? 'arrayValue' : 'kvlistValue'}":{"values":[${values.join(',')}]}}`
  }

  private exactPair(start: number, end: number): string {
    const { key, valueStart, valueEnd } = this.pair(start, end)
    return `{"key":${JSON.stringify(key)},"value":${this.exactValue(valueStart, valueEnd)}}`
  }

  private exactValue(start: number, end: number): string {
    const member = this.member(start, end)
    switch (member) {
      case ANY.string:
        return `{"stringValue":${JSON.stringify(this.buffer.toString('utf8', this.start, this.stop))}}`
      case ANY.bool:
        return `{"boolValue":${this.scalar(member)}}`
      case ANY.int:
        return `{"intValue":"${this.scalar(member)}"}`
      case ANY.double:
        return `{"doubleValue":${JSON.stringify(otlpDouble(this.buffer.readDoubleLE(this.start)))}}`
      case ANY.bytes:
        return `{"bytesValue":"${this.buffer.toString('base64', this.start, this.stop)}"}`
      case ANY.array:
      case ANY.kvlist:
        return this.exact(member, this.start, this.stop)
      default:
        return '{}'
    }
  }

  private scalar(member: typeof ANY.bool | typeof ANY.int): string {
    const text = intText(this.buffer, this.start, this.stop)
    if (member === ANY.int) return text
    return text === '0' ? 'false' : 'true'
  }

  /** Which member the AnyValue in `[start, end)` holds; its place is left in `start` and `stop`. */
  private member(start: number, end: number): number {
    let type: number = ANY.empty
    for (let at = start; at < end; ) {
      at = readField(this.scan, at, end)
      const number = this.scan.tag >>> 3
      if (number > ANY.bytes) continue
      type = number
      this.start = this.scan.start
      this.stop = this.scan.stop
    }
    return type
  }

  private pair(start: number, end: number): { key: string; valueStart: number; valueEnd: number } {
    const pair = { key: '', valueStart: start, valueEnd: start }
    for (let at = start; at < end; ) {
      at = readField(this.scan, at, end)
      if (this.scan.tag === KEY) pair.key = this.buffer.toString('utf8', this.scan.start, this.scan.stop)
      else if (this.scan.tag === VALUE) {
        pair.valueStart = this.scan.start
        pair.valueEnd = this.scan.stop
      }
    }
    return pair
  }
}
