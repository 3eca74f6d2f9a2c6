/** Reads JSON (RFC 8259) value by value from bytes, so that big integers stay exact and nothing is built that nobody wants. */

import { Malformed } from '../wire/malformed.ts'
import { NUMBER_LENGTH_MAX } from './numbers.ts'

/** Nesting of arrays and objects in what is passed over. */
const SKIP_DEPTH_MAX = 512

export const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
export const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
export const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
export const END = -1

export class JsonReader {
  readonly bytes: Buffer
  /** The next byte to read. */
  at = 0
  /** Content of the string read last, without its quotes, and whether there is an escape in it. */
  start = 0
  stop = 0
  escaped = false

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  /** The first byte of the next token, `END` after the last one. */
  peek(): number {
    const bytes = this.bytes
    let at = this.at
    let byte = bytes[at]
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at]
    this.at = at
    return byte ?? END
  }

  fail(what: string): never {
    throw new Malformed(what, this.at)
  }

  /** Nothing but white space may follow. */
  expectEnd(): void {
    if (this.peek() !== END) this.fail('something after the end of the JSON value')
  }

  private expect(byte: number): void {
    if (this.peek() !== byte) this.fail(`JSON without the expected "${String.fromCharCode(byte)}"`)
    this.at++
  }

  beginObject(what: string): void {
    if (this.peek() !== OPEN_BRACE) this.fail(`${what} that is not an object`)
    this.at++
  }

  beginArray(what: string): void {
    if (this.peek() !== OPEN_BRACKET) this.fail(`${what} that is not an array`)
    this.at++
  }

  /** Goes to the next element of the array at hand; false at its end, which is then behind. */
  nextElement(first: boolean): boolean {
    return this.next(first, CLOSE_BRACKET)
  }

  /**
   * Goes to the next member of the object at hand: its key is the string read last, its value comes next. False at the
   * object's end, which is then behind.
   */
  nextMember(first: boolean): boolean {
    if (!this.next(first, CLOSE_BRACE)) return false
    this.readString('a key')
    this.expect(COLON)
    return true
  }

  private next(first: boolean, close: number): boolean {
    if (this.peek() === close) {
      this.at++
      return false
    }
    if (!first) this.expect(COMMA)
    return true
  }

  /** Reads a string's place into `start`, `stop` and `escaped`. */
  readString(what: string): void {
    if (this.peek() !== QUOTE) this.fail(`${what} that is not a string`)
    const bytes = this.bytes
    const start = this.at + 1
    let escaped = false
    for (let at = start; at < bytes.length; at++) {
      const byte = bytes[at]!
      if (byte === QUOTE) {
        this.start = start
        this.stop = at
        this.escaped = escaped
        this.at = at + 1
        return
      }
      if (byte === BACKSLASH) {
        escaped = true
        at++
      } else if (byte < 0x20) {
        this.at = at
        this.fail('a control character in a JSON string')
      }
    }
    this.fail('a JSON string without an end')
  }

  /** The string read last. */
  text(): string {
    if (!this.escaped) return this.bytes.toString('utf8', this.start, this.stop)
    try {
      return JSON.parse(this.bytes.toString('utf8', this.start - 1, this.stop + 1)) as string
    } catch {
      throw new Malformed('a wrong escape in the JSON string', this.start)
    }
  }

  /** Reads a number and answers its text. */
  number(): string {
    const first = this.peek()
    let at = this.at
    while (at - this.at <= NUMBER_LENGTH_MAX && isNumberByte(this.bytes[at])) at++
    const text = this.bytes.toString('latin1', this.at, at)
    if (text.length > NUMBER_LENGTH_MAX) this.fail('a number that is too long')
    if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(text)) {
      this.fail(first === END ? 'JSON that ends too early' : 'something that is no JSON value')
    }
    this.at = at
    return text
  }

  /** Whether the next value is `word` (true, false, null), which is then behind. */
  takeWord(word: string): boolean {
    if (this.peek() !== word.charCodeAt(0)) return false
    if (this.bytes.toString('latin1', this.at, this.at + word.length) !== word) return false
    this.at += word.length
    return true
  }

  /** Passes over one value of any kind, without recursion. */
  skip(): void {
    const closers: number[] = []
    do {
      const opened = this.skipToken()
      if (opened !== 0) {
        if (closers.length === SKIP_DEPTH_MAX) this.fail(`JSON nested deeper than ${SKIP_DEPTH_MAX}`)
        closers.push(opened)
      }
      this.skipClosers(closers, opened !== 0)
    } while (closers.length > 0)
  }

  /** Passes over a plain value, or the opening of an array or object; answers what closes that, 0 for a plain value. */
  private skipToken(): number {
    switch (this.peek()) {
      case OPEN_BRACE:
        this.at++
        return CLOSE_BRACE
      case OPEN_BRACKET:
        this.at++
        return CLOSE_BRACKET
      case QUOTE:
        this.readString('a value')
        if (this.escaped) this.text()
        return 0
      default:
        if (!this.takeWord('true') && !this.takeWord('false') && !this.takeWord('null')) this.number()
        return 0
    }
  }

  /** Closes all that ends here and goes to the next element or member of what is still open. */
  private skipClosers(closers: number[], first: boolean): void {
    for (let fresh = first; closers.length > 0; fresh = false) {
      const closer = closers[closers.length - 1]!
      if (closer === CLOSE_BRACE ? this.nextMember(fresh) : this.nextElement(fresh)) return
      closers.pop()
    }
  }
}

function isNumberByte(byte: number | undefined): boolean {
  if (byte === undefined) return false
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2b || byte === 0x2e || (byte | 0x20) === 0x65
}
