/** Reads the head of an INSERT: where it inserts into, its settings, and whether rows follow or a query gives them. */
import type { TokenReader } from './reader.ts'

export interface InsertHead {
  /** End of `INSERT INTO t (columns)`. */
  intoEnd: number
  /** Behind the word SETTINGS, if the statement has this clause. */
  settingsStart: number | undefined
  /** The rows that follow; undefined where a query gives them. */
  data: { settingsEnd: number; format: string; start: number } | undefined
}

/**
 * `INSERT INTO [TABLE] [FUNCTION] t [(columns)] [SETTINGS …] VALUES | FORMAT X | a query`.
 * Undefined for anything else, also for one that is not complete yet.
 */
export function readInsertHead(reader: TokenReader): InsertHead | undefined {
  if (reader.word(0) !== 'INSERT') return undefined
  let index = afterTarget(reader)
  const intoEnd = reader.token(index - 1)?.end ?? 0
  const settingsStart = reader.word(index) === 'SETTINGS' ? reader.token(index)!.end : undefined
  for (; reader.token(index); index++) {
    const word = reader.word(index)
    if (word === ';') return undefined
    if (word === 'SELECT' || word === 'WITH' || word === 'FROM' || word === '(') {
      return { intoEnd, settingsStart, data: undefined }
    }
    const isValues = word === 'VALUES'
    if (!isValues && !(word === 'FORMAT' && reader.isWord(index + 1))) continue
    const settingsEnd = reader.token(index)!.start
    const format = isValues ? 'Values' : reader.of(index + 1)
    const marker = reader.token(isValues ? index : index + 1)!
    return { intoEnd, settingsStart, data: { settingsEnd, format, start: dataStart(reader.text, marker.end) } }
  }
  return undefined
}

/** The index behind `INSERT INTO t (columns)`. */
function afterTarget(reader: TokenReader): number {
  let index = 1
  if (reader.word(index) === 'INTO') index++
  if (reader.word(index) === 'TABLE') index++
  const isFunction = reader.word(index) === 'FUNCTION'
  if (isFunction) index++
  index = reader.afterGroup(index)
  while (reader.word(index) === '.') index = reader.afterGroup(index + 1)
  if (isFunction) index = reader.afterGroup(index)
  const inside = reader.word(index + 1)
  const isColumns = reader.word(index) === '(' && inside !== 'SELECT' && inside !== 'WITH' && inside !== '('
  return isColumns ? reader.afterGroup(index) : index
}

/** Data begins behind the blanks of the marker's line and one line break. */
function dataStart(text: string, markerEnd: number): number {
  let at = markerEnd
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\f') at++
  if (text[at] === ';') at++
  if (text[at] === '\r') at++
  if (text[at] === '\n') at++
  return at
}
