/** Reads the head of a request on ClickHouse's HTTP interface: query, parameters, settings, wishes for the answer. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { CLIENT_FILE, RESULT_FILE_HEADER, ROWS_FILE_HEADER } from '../../local-files.ts'
import { EngineError } from '../engine-error.ts'

export interface QueryRequest {
  /** The query, or its beginning, from the URL. */
  query: string
  /** `param_*`, without the prefix. */
  parameters: Map<string, string>
  /** Every other URL parameter that is no word of the HTTP interface itself. */
  settings: Map<string, string>
  database: string | undefined
  /** Format of the result where the statement names none. */
  defaultFormat: string
  queryId: string
  /** GET requests may read only. */
  readOnly: boolean
  gzip: boolean
  /** Names of files beside those of the server: where an INSERT's rows are, and where a result is to go (ADR 29). */
  rowsFile: string | undefined
  resultFile: string | undefined
}

/** URL parameters that the HTTP interface itself understands. */
const INTERFACE_WORDS = new Set(['query', 'query_id', 'database', 'default_format', 'user', 'password'])
/** Words and settings of ClickHouse's HTTP server that have no meaning for this one; taken and left. */
const IGNORED = new Set([
  'add_http_cors_header',
  'buffer_size',
  'cancel_http_readonly_queries_on_client_close',
  'client_protocol_version',
  'close_session',
  'enable_http_compression',
  'http_headers_progress_interval_ms',
  'http_native_compression_disable_checksumming_on_decompress',
  'http_response_buffer_size',
  'http_wait_end_of_query',
  'http_write_exception_in_output_format',
  'http_zlib_compression_level',
  'quota_key',
  'send_progress_in_http_headers',
  'stacktrace',
  'wait_end_of_query',
])
/** What this server can't do and must not pretend to. */
const REFUSED: Readonly<Record<string, string>> = {
  session_id: 'HTTP sessions (session_id)',
  role: 'roles',
  compress: 'ClickHouse block compression of results (compress=1)',
  decompress: 'ClickHouse block compression of bodies (decompress=1)',
}

/** @throws EngineError NOT_IMPLEMENTED for what this server can't do */
export function readQueryRequest(message: IncomingMessage, url: URL): QueryRequest {
  const words = url.searchParams
  const request: QueryRequest = {
    query: words.get('query') ?? '',
    parameters: new Map(),
    settings: new Map(),
    database: words.get('database') || header(message, 'x-clickhouse-database') || undefined,
    defaultFormat: words.get('default_format') || header(message, 'x-clickhouse-format') || 'TabSeparated',
    queryId: words.get('query_id') || randomUUID(),
    readOnly: message.method === 'GET',
    gzip: wantsGzip(message, words),
    rowsFile: fileName(message, ROWS_FILE_HEADER),
    resultFile: fileName(message, RESULT_FILE_HEADER),
  }
  for (const [name, value] of words) {
    if (INTERFACE_WORDS.has(name) || IGNORED.has(name)) continue
    if (Object.hasOwn(REFUSED, name)) {
      if (name.endsWith('compress') && value === '0') continue
      throw new EngineError(48, 'NOT_IMPLEMENTED', `The embedded server does not offer ${REFUSED[name]}`)
    }
    if (name.startsWith('param_')) request.parameters.set(name.slice('param_'.length), value)
    else request.settings.set(name, value)
  }
  return request
}

function wantsGzip(message: IncomingMessage, words: URLSearchParams): boolean {
  const enabled = words.get('enable_http_compression')
  return (enabled === '1' || enabled === 'true') && /\bgzip\b/.test(header(message, 'accept-encoding') ?? '')
}

/** @throws EngineError for a name that a client may not give: it could be any file of the machine */
function fileName(message: IncomingMessage, headerName: string): string | undefined {
  const name = header(message, headerName)
  if (name === undefined || CLIENT_FILE.test(name)) return name
  throw new EngineError(36, 'BAD_ARGUMENTS', `The header ${headerName} names no file of a client`)
}

/** The first value of a header. */
export function header(message: IncomingMessage, name: string): string | undefined {
  const value = message.headers[name]
  return Array.isArray(value) ? value[0] : value
}
