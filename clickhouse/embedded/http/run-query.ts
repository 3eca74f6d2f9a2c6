/** One query request from its head to the end of its answer. */
import { rename, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { RESULT_FILE_HEADER, ROWS_FILE_HEADER } from '../../local-files.ts'
import type { Engine, EngineResult } from '../engine.ts'
import { EngineError } from '../engine-error.ts'
import type { Traffic } from '../metrics.ts'
import { inlineParameters } from '../sql/inline-parameters.ts'
import { requireParameters } from '../sql/parameters.ts'
import { rewriteInsert, rewriteStatement } from '../sql/rewrite.ts'
import type { StatementKind } from '../sql/statement.ts'
import { type Summary, sendResult } from './answer.ts'
import { type BodyLimits, type QueryInput, readInput } from './body.ts'
import type { QueryRequest } from './request.ts'
import { type OwnFile, ownFile } from './rows-file.ts'

export interface QueryContext {
  engine: Engine
  limits: BodyLimits
  /** Bytes of files that clients wrote or are to read; counted up here. */
  fileTraffic: Traffic
  /** The engine's version, for the text of errors. */
  version: string
}

const SYNTAX_ERROR = 62
const READS: ReadonlySet<StatementKind> = new Set(['select', 'show'])

/**
 * Reads the body, runs the query, streams the result; a client that leaves stops the engine's work.
 * @throws EngineError for everything that goes wrong before the answer has begun
 */
export async function runQuery(
  context: QueryContext,
  request: QueryRequest,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const started = process.hrtime.bigint()
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const input = await readInput(message, request, context.limits)
  context.fileTraffic.received += input.bytesBeside
  const resultFile = resultFileOf(input, request, context)
  try {
    const result = await start(context.engine, input, { ...request, resultPath: resultFile?.path }, gone.signal)
    try {
      if (resultFile) await handOver(resultFile, request, context)
      const summary = summarize(input, result, process.hrtime.bigint() - started)
      const format = formatOf(input, request)
      const { queryId, gzip } = request
      const head = { queryId, format, gzip, version: context.version, summary, files: filesOf(request) }
      await sendResult(response, head, result.pieces)
    } finally {
      await result.close()
    }
  } finally {
    await input.discard()
    await resultFile?.discard()
  }
}

/** Tells a client that its files were used. */
function filesOf({ rowsFile, resultFile }: QueryRequest): Record<string, string> {
  return {
    ...(rowsFile === undefined ? {} : { [ROWS_FILE_HEADER]: rowsFile }),
    ...(resultFile === undefined ? {} : { [RESULT_FILE_HEADER]: resultFile }),
  }
}

/** Where a result goes that the client takes from a file (ADR 29). */
function resultFileOf(
  { statement }: QueryInput,
  { resultFile }: QueryRequest,
  { limits }: QueryContext,
): OwnFile | undefined {
  if (resultFile === undefined) return undefined
  if (statement.kind === 'select') return ownFile(limits.directory)
  throw new EngineError(36, 'BAD_ARGUMENTS', 'A file for a result is for a SELECT')
}

/** It is whole, and gets the name that the client gave. */
async function handOver(
  { path }: OwnFile,
  { resultFile }: QueryRequest,
  { limits, fileTraffic }: QueryContext,
): Promise<void> {
  fileTraffic.sent += (await stat(path)).size
  await rename(path, join(limits.directory, resultFile!))
}

/** A request, and the path of its result if that goes into a file. */
type Running = QueryRequest & { resultPath: string | undefined }

async function start(engine: Engine, input: QueryInput, request: Running, signal: AbortSignal): Promise<EngineResult> {
  const { statement } = input
  const { parameters } = request
  if (request.readOnly && !READS.has(statement.kind)) throw readOnlyRefusal()
  requireParameters(statement.text, parameters)
  const inlined = inlineParameters(statement, parameters)
  if (inlined.statement === statement) return run(engine, input, request, signal)
  try {
    return await run(engine, { ...input, statement: inlined.statement }, { ...request, ...inlined }, signal)
  } catch (error) {
    // Positions in the text, and what is wrong with a value, are the client's to know: told as without this.
    if (error instanceof EngineError && (error.code === SYNTAX_ERROR || error.message.includes('_CAST'))) {
      return run(engine, input, request, signal)
    }
    throw error
  }
}

function run(
  engine: Engine,
  { statement, file }: QueryInput,
  { parameters, database, settings, defaultFormat, resultPath }: Running,
  signal: AbortSignal,
): Promise<EngineResult> {
  const { kind, format } = statement
  const piped = kind === 'select' && resultPath === undefined
  const sql = (pipe: string) =>
    file === undefined
      ? rewriteStatement(statement, defaultFormat, settings, piped ? pipe : resultPath)
      : rewriteInsert(statement, file, settings)
  const hidesParameters = kind === 'insert' && format === 'Values'
  const changesSession = kind === 'session'
  return engine.run({ sql, piped, parameters, hidesParameters, database, changesSession }, signal)
}

/** What a GET request gets when it wants to write. */
function readOnlyRefusal(): EngineError {
  return new EngineError(
    164,
    'READONLY',
    'Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. You should use method POST for modifying queries',
  )
}

/** An INSERT names the format of its data, not of its (empty) result. */
function formatOf({ statement }: QueryInput, request: QueryRequest): string {
  return (statement.kind === 'insert' ? undefined : statement.format) ?? request.defaultFormat
}

function summarize(input: QueryInput, { counts }: EngineResult, elapsedNs: bigint): Summary {
  const rows = counts?.rowsRead ?? 0
  const bytes = counts?.bytesRead ?? 0
  const isInsert = input.file !== undefined
  return {
    readRows: rows,
    readBytes: bytes,
    writtenRows: isInsert ? rows : 0,
    writtenBytes: isInsert ? bytes : 0,
    elapsedNs,
  }
}
