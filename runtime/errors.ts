/** Errors with a stable code; `docs/errors.md` explains each one and a test keeps the two lists equal. */

/** Every code that a Runlens process may end or answer with outside HTTP's own vocabulary. */
export const ERROR_CODES = [
  'config_invalid',
  'address_invalid',
  'port_in_use',
  'data_dir_in_use',
  'data_dir_unusable',
  'chdb_missing',
  'clickhouse_dir_damaged',
  'clickhouse_unreachable',
  'clickhouse_refused',
  'clickhouse_too_old',
  'schema_newer',
  'migration_changed',
  'spool_in_use',
  'node_too_old',
  'collector_unreachable',
  'collector_refused',
  'payload_unreadable',
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]

/** An error that a person reads: what happened, and what to do about it. */
export class RunlensError extends Error {
  readonly code: ErrorCode
  /** One sentence that says what to do. */
  readonly hint: string

  constructor(code: ErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'RunlensError'
    this.code = code
    this.hint = hint
  }
}

/** The `code` of a Node system error (`EADDRINUSE`, `ENOSPC`, …), or undefined. */
export function systemErrorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}
