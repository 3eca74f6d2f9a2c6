/** Writes answers as ClickHouse's HTTP interface does: headers, streamed results, errors before and in the middle of a result. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { type EngineError, toEngineError } from '../engine-error.ts'

export interface AnswerHead {
  queryId: string
  format: string
  gzip: boolean
  /** Of the engine, for the text of errors. */
  version: string
  summary: Summary
  /** Headers that tell of files (ADR 29). */
  files: Readonly<Record<string, string>>
}

export interface Summary {
  readRows: number
  readBytes: number
  writtenRows: number
  writtenBytes: number
  elapsedNs: bigint
}

/** Level 1: a result crosses loopback only, so little may be spent on its size. */
const GZIP_LEVEL = 1
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  CSV: 'text/csv; charset=UTF-8; header=absent',
  CSVWithNames: 'text/csv; charset=UTF-8; header=present',
  TabSeparated: 'text/tab-separated-values; charset=UTF-8',
  TSV: 'text/tab-separated-values; charset=UTF-8',
  JSON: 'application/json; charset=UTF-8',
  JSONCompact: 'application/json; charset=UTF-8',
  JSONStrings: 'application/json; charset=UTF-8',
  JSONEachRow: 'application/x-ndjson; charset=UTF-8',
  JSONCompactEachRow: 'application/x-ndjson; charset=UTF-8',
  Native: 'application/octet-stream',
  RowBinary: 'application/octet-stream',
}

/** Streams a result at the client's pace; an error in the middle is told in the body and by a broken end. */
export async function sendResult(
  response: ServerResponse,
  head: AnswerHead,
  pieces: AsyncIterable<Uint8Array>,
): Promise<void> {
  const tag = randomBytes(12).toString('base64url').slice(0, 16)
  response.writeHead(200, {
    'Content-Type': CONTENT_TYPES[head.format] ?? 'text/plain; charset=UTF-8',
    'X-ClickHouse-Query-Id': headerValue(head.queryId),
    'X-ClickHouse-Format': headerValue(head.format),
    'X-ClickHouse-Timezone': 'UTC',
    'X-ClickHouse-Summary': summaryText(head.summary),
    'X-ClickHouse-Exception-Tag': tag,
    ...head.files,
    ...(head.gzip ? { 'Content-Encoding': 'gzip' } : {}),
  })
  const out: Writable = head.gzip ? createGzip({ level: GZIP_LEVEL }) : response
  if (out !== response) out.pipe(response, { end: false })
  try {
    for await (const piece of pieces) {
      if (response.destroyed) return
      if (!out.write(piece)) await drained(out, response)
    }
    if (out !== response) out.once('end', () => response.end())
    out.end()
  } catch (error) {
    breakOff(response, out, exceptionBlock(toEngineError(error).toText(head.version), tag))
  }
}

/** An answer that is an error, with ClickHouse's status, code and text. */
export function sendError(
  response: ServerResponse,
  error: EngineError,
  queryId: string | undefined,
  version: string,
): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const body = Buffer.from(error.toText(version))
  response.writeHead(error.status, {
    'Content-Type': 'text/plain; charset=UTF-8',
    'Content-Length': body.length,
    'X-ClickHouse-Exception-Code': String(error.code),
    ...(queryId === undefined ? {} : { 'X-ClickHouse-Query-Id': headerValue(queryId) }),
    ...(error.status === 401 || error.status === 403
      ? { 'WWW-Authenticate': 'Basic realm="ClickHouse server HTTP API"' }
      : {}),
  })
  response.end(body)
}

/** What came from a client and can't stand in a header is left out. */
function headerValue(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '')
}

/** `X-ClickHouse-Summary`: numbers as strings. */
function summaryText(summary: Summary): string {
  return JSON.stringify({
    read_rows: String(summary.readRows),
    read_bytes: String(summary.readBytes),
    written_rows: String(summary.writtenRows),
    written_bytes: String(summary.writtenBytes),
    total_rows_to_read: '0',
    result_rows: String(summary.writtenRows),
    result_bytes: String(summary.writtenBytes),
    elapsed_ns: String(summary.elapsedNs),
  })
}

async function drained(out: Writable, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  const onClose = () => gone.abort()
  response.once('close', onClose)
  try {
    if (!response.destroyed) await once(out, 'drain', { signal: gone.signal })
  } catch {
    // The client left: the loop sees it and stops the query.
  } finally {
    response.off('close', onClose)
  }
}

/** The block that ClickHouse (since 25.11) ends a broken result with; the length counts the text and its line break. */
function exceptionBlock(text: string, tag: string): Buffer {
  const message = `${text.trimEnd()}\n`
  return Buffer.from(
    `\r\n__exception__\r\n${tag}\r\n${message}${Buffer.byteLength(message)} ${tag}\r\n__exception__\r\n`,
  )
}

/** Ends without the last chunk, so that a client that does not look for the block still sees that the result is not whole. */
function breakOff(response: ServerResponse, out: Writable, block: Buffer): void {
  const cut = () => response.socket?.destroySoon()
  if (out === response) response.write(block, cut)
  else out.once('end', cut).end(block)
}
