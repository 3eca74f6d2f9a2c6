/** Looks at the tokens of a statement by number, taking them from the lexer only as far as they are asked for. */
import { Lexer, type Token } from './lexer.ts'

export class TokenReader {
  readonly text: string
  readonly #lexer: Lexer
  readonly #tokens: Token[] = []
  #ended = false

  /** @param text latin1 view of the bytes */
  constructor(text: string) {
    this.text = text
    this.#lexer = new Lexer(text)
  }

  token(index: number): Token | undefined {
    while (this.#tokens.length <= index && !this.#ended) {
      const next = this.#lexer.next()
      if (next) this.#tokens.push(next)
      else this.#ended = true
    }
    return this.#tokens[index]
  }

  /** The number of tokens; reads the text to its end. */
  count(): number {
    this.token(Number.POSITIVE_INFINITY)
    return this.#tokens.length
  }

  /** The text of a token as it stands; '' behind the end. */
  of(index: number): string {
    const token = this.token(index)
    return token ? this.text.slice(token.start, token.end) : ''
  }

  /** A bare word in capitals, or punctuation; '' for anything else. */
  word(index: number): string {
    const kind = this.token(index)?.kind
    return kind === 'word' || kind === 'punctuation' ? this.of(index).toUpperCase() : ''
  }

  isWord(index: number): boolean {
    return this.token(index)?.kind === 'word'
  }

  /** The first word behind opening parentheses. */
  firstWord(): string {
    let index = 0
    while (this.word(index) === '(') index++
    return this.word(index)
  }

  /** The index behind the group that opens at `index`, or behind the one token there. */
  afterGroup(index: number): number {
    let depth = 0
    for (let at = index; this.token(at); at++) {
      const word = this.word(at)
      if (word === '(' || word === '{' || word === '[') depth++
      else if (word === ')' || word === '}' || word === ']') depth--
      if (depth <= 0) return at + 1
    }
    return Math.max(index + 1, this.count())
  }
}
