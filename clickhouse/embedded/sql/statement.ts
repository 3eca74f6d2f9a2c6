/** Reads as much of a statement as the server must know: that it is one, its kind, its FORMAT and SETTINGS clauses, its inline data. */
import { EngineError } from '../engine-error.ts'
import { type InsertHead, readInsertHead } from './insert.ts'
import { TokenReader } from './reader.ts'

export type StatementKind =
  /** Gives rows and can be streamed. */
  | 'select'
  /** Gives few rows and changes nothing (SHOW, DESCRIBE, …). */
  | 'show'
  /** INSERT whose rows follow the statement. */
  | 'insert'
  /** INSERT whose rows a query gives. */
  | 'insert-select'
  /** Changes the session it runs on (SET, USE, temporary tables). */
  | 'session'
  /** Takes a SETTINGS clause but no FORMAT (DELETE, UPDATE). */
  | 'mutation'
  /** Takes neither (SYSTEM and others). */
  | 'bare'
  /** Everything else: takes both. */
  | 'other'

export interface Statement {
  kind: StatementKind
  /** The statement without comments around it, trailing semicolons and inline data; latin1. */
  text: string
  /** The format that the statement names: of its result, or of an INSERT's data. */
  format: string | undefined
  /** Where in `text` the word FORMAT stands, if it does. */
  formatAt: number | undefined
  /** Where in `text` settings are put, if not at its end; `inList`: among settings that stand there. */
  settingsAt: { offset: number; inList: boolean } | undefined
  /** Where inline data begins in the text that was read; `insert` only. */
  dataAt: number | undefined
}

const KINDS: Readonly<Record<string, StatementKind>> = {
  SELECT: 'select',
  WITH: 'select',
  FROM: 'select',
  SHOW: 'show',
  DESCRIBE: 'show',
  DESC: 'show',
  EXISTS: 'show',
  EXPLAIN: 'show',
  SET: 'session',
  USE: 'session',
  DELETE: 'mutation',
  UPDATE: 'mutation',
  SYSTEM: 'bare',
  GRANT: 'bare',
  REVOKE: 'bare',
  BEGIN: 'bare',
  COMMIT: 'bare',
  ROLLBACK: 'bare',
}

/**
 * Reads one statement.
 * @param text latin1 view of the bytes
 * @throws EngineError SYNTAX_ERROR for none, for several, or for an unclosed string; other codes for clauses that a server refuses
 */
export function readStatement(text: string): Statement {
  const reader = new TokenReader(text)
  const insert = readInsertHead(reader)
  if (insert?.data) return insertStatement(reader, insert, insert.data)
  const end = requireOneStatement(reader)
  refuseFiles(reader, end)
  const start = reader.token(0)!.start
  const own = reader.text.slice(start, reader.token(end - 1)!.end)
  if (insert) {
    const offset = (insert.settingsStart ?? insert.intoEnd) - start
    const settingsAt = { offset, inList: insert.settingsStart !== undefined }
    return { kind: 'insert-select', text: own, format: undefined, formatAt: undefined, settingsAt, dataAt: undefined }
  }
  return { kind: kindOf(reader), text: own, ...readClauses(reader, start, end), dataAt: undefined }
}

/** Whether the text is an INSERT whose data has begun: then the rest of a body is rows and needs no reading. */
export function isInsertWithData(text: string): boolean {
  return readInsertHead(new TokenReader(text))?.data !== undefined
}

function insertStatement(reader: TokenReader, head: InsertHead, data: NonNullable<InsertHead['data']>): Statement {
  const start = reader.token(0)!.start
  const inList = head.settingsStart !== undefined
  return {
    kind: 'insert',
    text: reader.text.slice(start, inList ? data.settingsEnd : head.intoEnd).trimEnd(),
    format: data.format,
    formatAt: undefined,
    settingsAt: { offset: (head.settingsStart ?? head.intoEnd) - start, inList },
    dataAt: data.start,
  }
}

function syntaxError(message: string): EngineError {
  return new EngineError(62, 'SYNTAX_ERROR', message)
}

/** The number of tokens before the trailing semicolons. */
function requireOneStatement(reader: TokenReader): number {
  let end = reader.count()
  const last = reader.token(end - 1)
  if (last?.kind === 'unclosed') {
    throw syntaxError(`Syntax error: a string, name or comment is not closed: failed at position ${last.start + 1}`)
  }
  while (reader.word(end - 1) === ';') end--
  if (end === 0) throw syntaxError('Syntax error: Empty query')
  for (let index = 0; index < end; index++) {
    if (reader.word(index) !== ';') continue
    const position = reader.token(index)!.start + 1
    throw syntaxError(`Syntax error (Multi-statements are not allowed): failed at position ${position}`)
  }
  return end
}

function kindOf(reader: TokenReader): StatementKind {
  const first = reader.firstWord()
  const second = reader.word(1)
  const created = second === 'OR' ? reader.word(3) : second
  if (first === 'CREATE' && (created === 'TEMPORARY' || created === 'TEMP')) return 'session'
  if (first === 'WITH' && insertsBehindWith(reader)) return 'mutation'
  return Object.hasOwn(KINDS, first) ? KINDS[first]! : 'other'
}

/** `WITH … INSERT INTO …` */
function insertsBehindWith(reader: TokenReader): boolean {
  for (let index = 1; reader.token(index); index = reader.afterGroup(index)) {
    if (reader.word(index) === 'INSERT' && reader.word(index + 1) === 'INTO') return true
  }
  return false
}

/** A server neither reads nor writes files by these clauses; this engine, being a local one, would. */
function refuseFiles(reader: TokenReader, end: number): void {
  for (let index = 0; index < end; index++) {
    const pair = `${reader.word(index)} ${reader.word(index + 1)}`
    if (pair === 'INTO OUTFILE') throw new EngineError(358, 'INTO_OUTFILE_NOT_ALLOWED', 'INTO OUTFILE is not allowed')
    if (pair === 'FROM INFILE') {
      throw new EngineError(48, 'NOT_IMPLEMENTED', 'FROM INFILE is for clients: send the rows in the body')
    }
  }
}

/** FORMAT and SETTINGS stand at the end: `… FORMAT X [SETTINGS a = 1, …]`. */
function readClauses(
  reader: TokenReader,
  start: number,
  end: number,
): Pick<Statement, 'format' | 'formatAt' | 'settingsAt'> {
  for (let index = 1; index < end - 1; index = reader.afterGroup(index)) {
    if (reader.word(index) !== 'FORMAT' || !reader.isWord(index + 1)) continue
    const format = reader.of(index + 1)
    const formatAt = reader.token(index)!.start - start
    if (index + 2 === end) return { format, formatAt, settingsAt: undefined }
    if (reader.word(index + 2) !== 'SETTINGS') continue
    return { format, formatAt, settingsAt: { offset: reader.token(index + 2)!.end - start, inList: true } }
  }
  return { format: undefined, formatAt: undefined, settingsAt: undefined }
}
