/** Every code that an answer of this API may carry, with its HTTP status and meaning; `docs/errors.md` explains each. */

export const PROBLEM_CODES = [
  { code: 'invalid_parameter', status: 400, title: 'A parameter is unknown or has a value that is not accepted' },
  { code: 'malformed_request', status: 400, title: 'The request is not well-formed HTTP' },
  { code: 'malformed_body', status: 400, title: 'The body is not JSON' },
  { code: 'invalid_body', status: 400, title: 'A field of the body is unknown or has a value that is not accepted' },
  { code: 'forbidden', status: 403, title: 'This credential may not ask this' },
  { code: 'cross_site_request', status: 403, title: 'A page from elsewhere may not change anything' },
  { code: 'execution_not_found', status: 404, title: 'No execution has this id' },
  { code: 'error_group_not_found', status: 404, title: 'No execution failed in this way' },
  { code: 'trace_not_found', status: 404, title: 'No span of this trace is stored' },
  { code: 'route_not_found', status: 404, title: 'Nothing is served at this path' },
  { code: 'method_not_allowed', status: 405, title: 'This path does not take this method' },
  { code: 'request_timeout', status: 408, title: 'The request did not arrive completely in time' },
  { code: 'execution_finished', status: 409, title: 'An execution that is over can not be under way again' },
  { code: 'execution_foreign', status: 409, title: 'The execution is told of by its emitter, not through this API' },
  { code: 'body_too_large', status: 413, title: 'The request body is larger than 1 MiB' },
  { code: 'unsupported_media_type', status: 415, title: 'The body is of a type that is not taken' },
  {
    code: 'host_not_allowed',
    status: 421,
    title: 'The Host header names another machine than this server answers for',
  },
  { code: 'upgrade_required', status: 426, title: 'This path is for WebSocket connections' },
  { code: 'headers_too_large', status: 431, title: 'The request line and headers are larger than 16 KiB' },
  { code: 'internal_error', status: 500, title: 'The server made a mistake' },
  { code: 'ui_not_built', status: 503, title: 'The web UI is not built' },
  { code: 'clickhouse_unreachable', status: 503, title: 'ClickHouse does not answer' },
  { code: 'schema_missing', status: 503, title: 'ClickHouse does not have the tables of this version yet' },
  { code: 'collector_down', status: 503, title: 'The collector does not answer' },
  { code: 'collector_busy', status: 503, title: 'The collector can take nothing at the moment' },
  { code: 'write_not_visible', status: 503, title: 'What was written is safe and can not be read back yet' },
  { code: 'query_too_large', status: 503, title: 'The question needs more memory than a query may take' },
  { code: 'too_busy', status: 503, title: 'Too many questions are waiting' },
  { code: 'query_timeout', status: 504, title: 'The question took longer than a query may take' },
] as const

export type ProblemCode = (typeof PROBLEM_CODES)[number]['code']
