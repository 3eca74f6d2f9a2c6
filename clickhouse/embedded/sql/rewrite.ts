/** Builds the text the engine runs: the client's statement, an explicit FORMAT, and the request's settings as a clause. */
import { EngineError } from '../engine-error.ts'
import type { Statement } from './statement.ts'

/** Settings of one request by name, as they came. */
export type RequestSettings = ReadonlyMap<string, string>

const SETTING_NAME = /^[A-Za-z_][A-Za-z0-9_.]*$/
const FORMAT_NAME = /^[A-Za-z][A-Za-z0-9_]*$/

/** A string literal of ClickHouse SQL. */
export function literal(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** A quoted name of ClickHouse SQL. */
export function identifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
}

/**
 * The text to run for any statement but an INSERT with data. The request's settings yield to those that the statement names.
 * @param pipe where the result goes; undefined: to the caller
 * @throws EngineError UNKNOWN_FORMAT, UNKNOWN_SETTING for names that are none
 */
export function rewriteStatement(
  statement: Statement,
  defaultFormat: string,
  settings: RequestSettings,
  pipe?: string,
): string {
  const { kind, text, settingsAt } = statement
  if (kind === 'session' || kind === 'bare') return utf8(text)
  const extra = assignments(settings)
  if (kind === 'insert-select') return spliced(text, settingsAt!, extra)
  const formatAt = statement.formatAt ?? text.length
  const into = pipe === undefined ? '' : `\nINTO OUTFILE ${literal(pipe)} TRUNCATE`
  // Behind FORMAT the clause belongs to the request: without it, it would become part of a table or view being created.
  const wantsFormat = kind !== 'mutation' && statement.format === undefined
  const format = wantsFormat ? `\nFORMAT ${requireFormatName(defaultFormat)}` : ''
  const head = utf8(text.slice(0, formatAt)) + into + format
  const tail = text.slice(formatAt)
  const gap = into === '' || tail === '' ? '' : '\n'
  if (settingsAt) {
    return head + gap + spliced(tail, { offset: settingsAt.offset - formatAt, inList: settingsAt.inList }, extra)
  }
  return head + gap + utf8(tail) + (extra === '' ? '' : `\nSETTINGS ${extra}`)
}

/** The text that inserts the rows of a file: the engine takes binary formats from files only, in this order of clauses. */
export function rewriteInsert(statement: Statement, file: string, settings: RequestSettings): string {
  const { offset, inList } = statement.settingsAt!
  const into = statement.text.slice(0, offset)
  const own = inList ? utf8(statement.text.slice(offset)).trim() : ''
  const all = [assignments(settings), own].filter((part) => part !== '').join(', ')
  const clause = all === '' ? '' : ` SETTINGS ${all}`
  const target = utf8(inList ? into.slice(0, -'SETTINGS'.length) : into)
  return `${target} FROM INFILE ${literal(file)}${clause}\nFORMAT ${requireFormatName(statement.format!)}`
}

/** `a = '1', b = '2'`, every name checked and every value a literal. */
function assignments(settings: RequestSettings): string {
  const parts: string[] = []
  for (const [name, value] of settings) {
    if (!SETTING_NAME.test(name)) throw new EngineError(115, 'UNKNOWN_SETTING', `Unknown setting ${literal(name)}`)
    parts.push(`${name} = ${literal(value)}`)
  }
  return parts.join(', ')
}

function spliced(text: string, at: NonNullable<Statement['settingsAt']>, extra: string): string {
  if (extra === '') return utf8(text)
  const inserted = at.inList ? ` ${extra},` : `\nSETTINGS ${extra}`
  return utf8(text.slice(0, at.offset)) + inserted + utf8(text.slice(at.offset))
}

function requireFormatName(name: string): string {
  if (FORMAT_NAME.test(name)) return name
  throw new EngineError(73, 'UNKNOWN_FORMAT', `Unknown format ${name}`)
}

/** @throws EngineError when the bytes are not UTF-8: the engine's interface takes text only */
function utf8(latin1: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(latin1, 'latin1'))
  } catch (cause) {
    throw new EngineError(
      36,
      'BAD_ARGUMENTS',
      'The query is not valid UTF-8; send binary values as rows or escaped',
      cause,
    )
  }
}
