/**
 * Splits ClickHouse SQL into tokens by the engine's own lexical rules, so that this server and the engine agree where a
 * string, a comment and a statement end. It knows no grammar.
 *
 * The text is a latin1 view of the UTF-8 bytes: one character is one byte, and offsets are byte offsets.
 */

export type TokenKind = 'word' | 'string' | 'quoted' | 'punctuation' | 'unclosed'

export interface Token {
  /** `quoted` is a `"name"` or a backticked one; `unclosed` is a string, name or comment whose end is missing. */
  kind: TokenKind
  start: number
  end: number
}

/** UTF-8 white space beyond ASCII that the engine skips too, as latin1. */
const WIDE_SPACE =
  /^(?:\xc2[\x85\xa0]|\xe1\xa0\x8e|\xe2\x80[\x80-\x8d\xa8\xa9\xaf]|\xe2\x81[\x9f\xa0]|\xe3\x80\x80|\xef\xbb\xbf)/
/** `‘…’` and `“…”`, as latin1: opening bytes, closing bytes, what they enclose. */
const TYPOGRAPHIC_QUOTES = [
  ['\xe2\x80\x98', '\xe2\x80\x99', 'string'],
  ['\xe2\x80\x9c', '\xe2\x80\x9d', 'quoted'],
] as const
const HEREDOC_TAG = /\$\w*\$/y
const WORD = /[\w$]+/y

/** Gives the significant tokens of a text one by one; white space and comments are left out. Ends after an unclosed token. */
export class Lexer {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** The next token, or undefined at the end. */
  next(): Token | undefined {
    const text = this.#text
    while (this.#at < text.length) {
      const skipped = skipBlank(text, this.#at)
      if (skipped === this.#at) {
        const token = nextToken(text, skipped)
        this.#at = token.end
        return token
      }
      const start = this.#at
      this.#at = skipped < 0 ? text.length : skipped
      if (skipped < 0) return unclosed(text, start)
    }
    return undefined
  }
}

/** The end of white space or of a comment that starts at `at`; `at` itself if there is none; -1 for an unclosed comment. */
function skipBlank(text: string, at: number): number {
  const char = text[at]!
  const next = text[at + 1]
  if (char <= ' ' && ' \t\n\r\f\v'.includes(char)) return at + 1
  const lineComment =
    (char === '-' && next === '-') || (char === '/' && next === '/') || (char === '#' && (next === ' ' || next === '!'))
  if (lineComment) {
    const end = text.indexOf('\n', at)
    return end < 0 ? text.length : end + 1
  }
  if (char === '/' && next === '*') return blockCommentEnd(text, at)
  if (char >= '\xc2') {
    const space = WIDE_SPACE.exec(text.slice(at, at + 3))
    if (space) return at + space[0].length
  }
  return at
}

/** Block comments nest. */
function blockCommentEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length - 1; at++) {
    if (text[at] === '/' && text[at + 1] === '*') {
      depth++
      at++
    } else if (text[at] === '*' && text[at + 1] === '/') {
      depth--
      at++
      if (depth === 0) return at + 1
    }
  }
  return -1
}

function nextToken(text: string, start: number): Token {
  const char = text[start]!
  if (char === "'") return quoted(text, start, 'string')
  if (char === '"' || char === '`') return quoted(text, start, 'quoted')
  if (char === '\xe2') {
    for (const [open, close, kind] of TYPOGRAPHIC_QUOTES) {
      if (!text.startsWith(open, start)) continue
      const end = text.indexOf(close, start + open.length)
      return end < 0 ? unclosed(text, start) : { kind, start, end: end + close.length }
    }
  }
  if (char === '$') {
    HEREDOC_TAG.lastIndex = start
    const tag = HEREDOC_TAG.exec(text)?.[0]
    const end = tag === undefined ? -1 : text.indexOf(tag, start + tag.length)
    if (tag !== undefined && end >= 0) return { kind: 'string', start, end: end + tag.length }
  }
  WORD.lastIndex = start
  const word = WORD.exec(text)
  if (word) return { kind: 'word', start, end: start + word[0].length }
  return { kind: 'punctuation', start, end: start + 1 }
}

/** A backslash escapes the next character; a doubled quote stands for itself. Literals may be long: they are searched, not walked. */
function quoted(text: string, start: number, kind: 'string' | 'quoted'): Token {
  const quote = text[start]!
  let at = start + 1
  let end = text.indexOf(quote, at)
  while (end >= 0) {
    const backslash = text.slice(at, end).indexOf('\\')
    if (backslash >= 0) at += backslash + 2
    else if (text[end + 1] === quote) at = end + 2
    else return { kind, start, end: end + 1 }
    if (at > end) end = text.indexOf(quote, at)
  }
  return unclosed(text, start)
}

function unclosed(text: string, start: number): Token {
  return { kind: 'unclosed', start, end: text.length }
}
