/**
 * Any value as the text of an attribute: JSON, secrets removed, cut at a bound. Looks at no more of a value than fits, so that a
 * huge or endless one costs no more than a small one. Never throws: what can't be read says so in its place.
 */
import { isSecretName, REDACTED, redactText } from './redact.ts'

/** Characters of a payload. */
export const PAYLOAD_CHARS_MAX = 16_384
const DEPTH_MAX = 12
const CUT = '…[cut]'

/** Undefined for undefined: nothing to tell. */
export function toText(value: unknown, charsMax = PAYLOAD_CHARS_MAX): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string') return cutText(value, charsMax)
  const out = new Out(charsMax)
  write(out, value, 0, [])
  return out.text
}

function cutText(text: string, charsMax: number): string {
  // Cut first: a shape that is looked for in megabytes takes milliseconds.
  return text.length <= charsMax ? redactText(text) : redactText(text.slice(0, charsMax)) + CUT
}

class Out {
  text = ''
  private readonly charsMax: number

  constructor(charsMax: number) {
    this.charsMax = charsMax
  }

  get isFull(): boolean {
    return this.text.length >= this.charsMax
  }

  get room(): number {
    return Math.max(0, this.charsMax - this.text.length)
  }

  add(piece: string): void {
    this.text += piece
  }
}

function write(out: Out, value: unknown, depth: number, above: readonly object[]): void {
  if (typeof value === 'object' && value !== null) writeObject(out, value, depth, above)
  else out.add(simpleText(value, out.room))
}

function simpleText(value: unknown, room: number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(cutText(value, room))
    case 'number':
      return Number.isFinite(value) ? String(value) : `"${value}"`
    case 'boolean':
      return String(value)
    case 'bigint':
      return `"${value}"`
    case 'function':
    case 'symbol':
      return `"[${typeof value}]"`
    default:
      return 'null'
  }
}

function writeObject(out: Out, value: object, depth: number, above: readonly object[]): void {
  if (above.includes(value)) out.add('"[circular]"')
  else if (depth >= DEPTH_MAX) out.add('"[too deep]"')
  else {
    try {
      writeStructure(out, plainOf(value), depth, [...above, value])
    } catch {
      out.add('"[unreadable]"')
    }
  }
}

function writeStructure(out: Out, plain: unknown, depth: number, path: readonly object[]): void {
  if (Array.isArray(plain)) writeList(out, plain, depth, path)
  else if (typeof plain === 'object' && plain !== null) writeMembers(out, plain, depth, path)
  else out.add(simpleText(plain, out.room))
}

/** What JSON would make of it, for the kinds that are met often and would be empty or huge. */
function plainOf(value: object): unknown {
  if (value instanceof Error) return { name: value.name, message: value.message }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
  if (value instanceof Map) return [...take(value, DEPTH_MAX * 100)]
  if (value instanceof Set) return [...take(value, DEPTH_MAX * 100)]
  const { toJSON } = value as { toJSON?: unknown }
  return typeof toJSON === 'function' ? toJSON.call(value) : value
}

function* take<T>(values: Iterable<T>, max: number): Generator<T> {
  let left = max
  for (const value of values) {
    if (left-- === 0) return
    yield value
  }
}

function writeList(out: Out, list: readonly unknown[], depth: number, path: readonly object[]): void {
  out.add('[')
  for (let at = 0; at < list.length; at++) {
    if (at > 0) out.add(',')
    if (out.isFull) {
      out.add(`"…[${list.length - at} more]"`)
      break
    }
    write(out, list[at], depth + 1, path)
  }
  out.add(']')
}

function writeMembers(out: Out, members: object, depth: number, path: readonly object[]): void {
  out.add('{')
  let isFirst = true
  for (const name in members) {
    if (!Object.hasOwn(members, name)) continue
    const member = (members as Record<string, unknown>)[name]
    if (member === undefined || typeof member === 'function') continue
    if (!isFirst) out.add(',')
    isFirst = false
    if (out.isFull) {
      out.add('"…":"[cut]"')
      break
    }
    out.add(`${JSON.stringify(cutText(name, out.room))}:`)
    if (isSecretName(name)) out.add(`"${REDACTED}"`)
    else write(out, member, depth + 1, path)
  }
  out.add('}')
}
