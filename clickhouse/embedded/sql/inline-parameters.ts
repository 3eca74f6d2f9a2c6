/**
 * Puts the values of a SELECT's plain parameters into its text, as the engine itself would: `_CAST(value, 'Type')`. A parameter that is
 * set on the session instead costs a call of the engine before the query's own, a fifth of what a small query costs.
 */
import { TokenReader } from './reader.ts'
import { literal } from './rewrite.ts'
import type { Statement } from './statement.ts'

export interface Inlined {
  statement: Statement
  /** Parameters that have to be set. */
  parameters: Map<string, string>
}

/** Text that is put in, of one statement: the engine's parser takes 256 KiB in all. */
const INLINED_CHARS_MAX = 16_384

const WHOLE = /^(U?)Int(8|16|32|64)$/
/** Those whose text is read alike by the cast of a string and as a parameter. */
const LIST = /^Array\((String|U?Int(8|16|32|64))\)$/
const DIGITS = /^(0|-?[1-9]\d{0,19})$/
/** What ends a value that is escaped as in TabSeparated. */
const ENDS_VALUE = /[\t\n]/
const ESCAPE_OR_QUOTE = /\\.|'/gs

interface Placeholder {
  name: string
  type: string
  start: number
  end: number
}

/** Gives the statement as it is where a value is none of its type, so that the engine says so as ever. */
export function inlineParameters(statement: Statement, parameters: Map<string, string>): Inlined {
  const asItIs = { statement, parameters }
  if (statement.kind !== 'select' || parameters.size === 0) return asItIs
  const left = new Map(parameters)
  const kept = new Set<string>()
  const pieces: string[] = []
  let at = 0
  let chars = 0
  for (const { name, type, start, end } of placeholdersOf(statement)) {
    const value = valueSql(type, parameters.get(name) ?? '')
    chars += value?.length ?? 0
    if (value === undefined || chars > INLINED_CHARS_MAX) {
      kept.add(name)
      continue
    }
    pieces.push(statement.text.slice(at, start), value)
    left.delete(name)
    at = end
  }
  if (at === 0) return asItIs
  for (const name of kept) left.set(name, parameters.get(name)!)
  const text = pieces.join('') + statement.text.slice(at)
  const shift = text.length - statement.text.length
  const { formatAt, settingsAt } = statement
  return {
    statement: {
      ...statement,
      text,
      formatAt: formatAt === undefined ? undefined : formatAt + shift,
      settingsAt: settingsAt && { ...settingsAt, offset: settingsAt.offset + shift },
    },
    parameters: left,
  }
}

/** Those before the clauses at the end, which are found by their place. */
function placeholdersOf({ text, formatAt, settingsAt }: Statement): Placeholder[] {
  if (!text.includes('{')) return []
  const until = Math.min(formatAt ?? text.length, settingsAt?.offset ?? text.length)
  const reader = new TokenReader(text)
  const found: Placeholder[] = []
  for (let index = 0; (reader.token(index)?.start ?? until) < until; index++) {
    if (reader.word(index) !== '{' || !reader.isWord(index + 1) || reader.word(index + 2) !== ':') continue
    const after = reader.afterGroup(index)
    const closing = reader.token(after - 1)!
    const type = text.slice(reader.token(index + 2)!.end, closing.start).trim()
    found.push({ name: reader.of(index + 1), type, start: reader.token(index)!.start, end: closing.end })
  }
  return found
}

/** In latin1, as statements are; undefined for what only the engine can take or refuse. */
function valueSql(type: string, value: string): string | undefined {
  const whole = WHOLE.exec(type)
  if (whole) return isWithin(whole[1] === 'U', Number(whole[2]), value) ? `_CAST(${value}, '${type}')` : undefined
  if (type === 'String') {
    if (ENDS_VALUE.test(value) || /\\$/.test(value.replace(/\\\\/g, ''))) return undefined
    // Escapes of TabSeparated are those of SQL's strings, but for the quote.
    const escaped = value.replace(ESCAPE_OR_QUOTE, (found) => (found === "'" ? "\\'" : found))
    return `_CAST('${latin1(escaped)}', 'String')`
  }
  return LIST.test(type) ? `_CAST(${latin1(literal(value))}, '${type}')` : undefined
}

function isWithin(isUnsigned: boolean, bits: number, value: string): boolean {
  if (!DIGITS.test(value)) return false
  const number = BigInt(value)
  return (isUnsigned ? BigInt.asUintN(bits, number) : BigInt.asIntN(bits, number)) === number
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
