/** Reads a request's body, bounded, inflating it where needed: a query becomes text, rows become a file for the engine. */
import { type FileHandle, open, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { EngineError } from '../engine-error.ts'
import { isInsertWithData, readStatement, type Statement } from '../sql/statement.ts'
import { inflatedBody, tooLarge } from './inflate.ts'
import { formBoundary, parseForm } from './multipart.ts'
import type { QueryRequest } from './request.ts'

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
  discard(): Promise<void>
}

type Chunks = AsyncIterator<Buffer>

/** How much of a body is read before it is asked whether an INSERT's rows have begun. */
const HEAD_BYTES = 64 * 1024
const WRITE_BYTES = 1024 * 1024
let fileNumber = 0

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
  return { statement, file: undefined, discard: async () => {} }
}

async function readForm(
  body: Chunks,
  boundary: string,
  request: QueryRequest,
  limits: BodyLimits,
): Promise<QueryInput> {
  const chunks: Buffer[] = []
  let size = 0
  for (let next = await body.next(); !next.done; next = await body.next()) {
    chunks.push(next.value)
    size += next.value.length
    if (size > limits.queryBytesMax) throw tooLarge(`The form is larger than ${limits.queryBytesMax} bytes`)
  }
  let query = request.query
  for (const [name, value] of parseForm(Buffer.concat(chunks), boundary)) {
    if (name === 'query') query += value
    else if (name.startsWith('param_')) request.parameters.set(name.slice('param_'.length), value)
    else
      throw new EngineError(48, 'NOT_IMPLEMENTED', `The embedded server takes no external tables (form part ${name})`)
  }
  return readQuery(Buffer.from(query), body, limits)
}

/** Writes what follows the statement, and the rest of the body, into a file. */
async function readRows(head: Buffer, rest: Chunks, directory: string): Promise<QueryInput> {
  const statement = readStatement(head.toString('latin1'))
  const file = join(directory, `${process.pid}-${++fileNumber}`)
  const discard = () => rm(file, { force: true })
  try {
    const handle = await open(file, 'wx', 0o600)
    try {
      await writeRows(handle, head.subarray(statement.dataAt), rest)
    } finally {
      await handle.close()
    }
  } catch (error) {
    await discard()
    throw error
  }
  return { statement, file, discard }
}

/** Writes in large batches: a system call, and a turn through the thread pool, for each chunk would cost more than the copy. */
async function writeRows(handle: FileHandle, first: Buffer, rest: Chunks): Promise<void> {
  let batch: Buffer[] = first.length > 0 ? [first] : []
  let size = first.length
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    batch.push(next.value)
    size += next.value.length
    if (size < WRITE_BYTES) continue
    await writeWhole(handle, batch, size)
    batch = []
    size = 0
  }
  if (batch.length > 0) await writeWhole(handle, batch, size)
}

/** A full disk may take a part only, without an error. */
async function writeWhole(handle: FileHandle, batch: Buffer[], size: number): Promise<void> {
  const { bytesWritten } = await handle.writev(batch)
  if (bytesWritten === size) return
  throw new EngineError(243, 'NOT_ENOUGH_SPACE', `Cannot keep the body: wrote ${bytesWritten} of ${size} bytes`)
}
