/** Reads a request's body, bounded, inflating it where needed: a query becomes text, rows become a file for the engine. */
import type { IncomingMessage } from 'node:http'
import { EngineError } from '../engine-error.ts'
import { isInsertWithData, readStatement, type Statement } from '../sql/statement.ts'
import { inflatedBody, tooLarge } from './inflate.ts'
import { formBoundary, parseForm } from './multipart.ts'
import type { QueryRequest } from './request.ts'
import { takeRows, writeRows } from './rows-file.ts'

export interface BodyLimits {
  /** Where the rows of inserts are kept while the engine reads them. */
  directory: string
  /** Largest body, also after inflating. */
  bodyBytesMax: number
  /** Largest statement, without the rows of an insert. */
  queryBytesMax: number
}

export interface QueryInput {
  statement: Statement
  /** The rows of an insert; {@link QueryInput.discard} removes it. */
  file: string | undefined
  /** How large a file is that the client has written. */
  bytesBeside: number
  discard(): Promise<void>
}

type Chunks = AsyncIterator<Buffer>

/** How much of a body is read before it is asked whether an INSERT's rows have begun. */
const HEAD_BYTES = 64 * 1024

/**
 * Reads a query that stands in the URL, in the body, in a form, or begins in the URL and ends in the body. The parts
 * `param_*` of a form are added to the request's parameters.
 * @throws EngineError for a body that is too large or broken, and for what is no single statement
 */
export async function readInput(
  message: IncomingMessage,
  request: QueryRequest,
  limits: BodyLimits,
): Promise<QueryInput> {
  const body: Chunks = inflatedBody(message, limits.bodyBytesMax)
  try {
    if (request.rowsFile !== undefined) return await readStatementOnly(request.rowsFile, request, body, limits)
    const boundary = formBoundary(message.headers['content-type'])
    if (boundary !== undefined) return await readForm(body, boundary, request, limits)
    const opening = Buffer.from(request.query === '' ? '' : `${request.query}\n`)
    if (isInsertWithData(opening.toString('latin1'))) return await readRows(opening, body, limits.directory)
    return await readQuery(opening, body, limits)
  } finally {
    await body.return?.()
  }
}

async function readQuery(opening: Buffer, body: Chunks, limits: BodyLimits): Promise<QueryInput> {
  const chunks: Buffer[] = [opening]
  let size = opening.length
  let asked = false
  for (let next = await body.next(); !next.done; next = await body.next()) {
    chunks.push(next.value)
    size += next.value.length
    if (!asked && size >= HEAD_BYTES) {
      asked = true
      const head = Buffer.concat(chunks)
      if (isInsertWithData(head.toString('latin1'))) return readRows(head, body, limits.directory)
    }
    if (size > limits.queryBytesMax) throw tooLarge(`The query is larger than ${limits.queryBytesMax} bytes`)
  }
  const text = Buffer.concat(chunks)
  const statement = readStatement(text.toString('latin1'))
  if (statement.kind === 'insert') return readRows(text, body, limits.directory)
  return { statement, file: undefined, bytesBeside: 0, discard: async () => {} }
}

async function readForm(
  body: Chunks,
  boundary: string,
  request: QueryRequest,
  limits: BodyLimits,
): Promise<QueryInput> {
  const form = await readWhole(body, limits.queryBytesMax, 'form')
  let query = request.query
  for (const [name, value] of parseForm(form, boundary)) {
    if (name === 'query') query += value
    else if (name.startsWith('param_')) request.parameters.set(name.slice('param_'.length), value)
    else
      throw new EngineError(48, 'NOT_IMPLEMENTED', `The embedded server takes no external tables (form part ${name})`)
  }
  return readQuery(Buffer.from(query), body, limits)
}

/** A statement whose rows the client has put into a file beside. */
async function readStatementOnly(
  name: string,
  request: QueryRequest,
  body: Chunks,
  { directory, queryBytesMax, bodyBytesMax }: BodyLimits,
): Promise<QueryInput> {
  const rest = await readWhole(body, queryBytesMax, 'query')
  const text = Buffer.concat([Buffer.from(request.query === '' ? '' : `${request.query}\n`), rest]).toString('latin1')
  const statement = readStatement(text)
  if (statement.kind !== 'insert' || text.slice(statement.dataAt).trim() !== '') {
    throw new EngineError(36, 'BAD_ARGUMENTS', 'A file of rows is for an INSERT … FORMAT … without rows of its own')
  }
  const { path, size, discard } = await takeRows(directory, name, bodyBytesMax)
  return { statement, file: path, bytesBeside: size, discard }
}

async function readWhole(body: Chunks, bytesMax: number, what: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for (let next = await body.next(); !next.done; next = await body.next()) {
    chunks.push(next.value)
    size += next.value.length
    if (size > bytesMax) throw tooLarge(`The ${what} is larger than ${bytesMax} bytes`)
  }
  return Buffer.concat(chunks)
}

/** Writes what follows the statement, and the rest of the body, into a file. */
async function readRows(head: Buffer, rest: Chunks, directory: string): Promise<QueryInput> {
  const statement = readStatement(head.toString('latin1'))
  const { path, discard } = await writeRows(directory, head.subarray(statement.dataAt), rest)
  return { statement, file: path, bytesBeside: 0, discard }
}
