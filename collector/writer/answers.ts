/** What an error of an INSERT means for the batch: try again, or never. */

/**
 * ClickHouse's codes for rows that it can't take, whatever the time or load. Everything else (overload, memory, disk, a
 * missing table, no connection) may pass, and the batch waits.
 */
const CONTENT_CODES: Readonly<Record<string, string>> = {
  '6': 'CANNOT_PARSE_TEXT',
  '26': 'CANNOT_PARSE_QUOTED_STRING',
  '27': 'CANNOT_PARSE_INPUT_ASSERTION_FAILED',
  '33': 'CANNOT_READ_ALL_DATA',
  '34': 'CANNOT_READ_MAP_FROM_TEXT',
  '53': 'TYPE_MISMATCH',
  '70': 'CANNOT_CONVERT_TYPE',
  '117': 'INCORRECT_DATA',
  '128': 'TOO_LARGE_ARRAY_SIZE',
  '131': 'TOO_LARGE_STRING_SIZE',
  '190': 'SIZES_OF_ARRAYS_DONT_MATCH',
  '321': 'VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE',
  '349': 'CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN',
  '469': 'VIOLATED_CONSTRAINT',
  '691': 'UNKNOWN_ELEMENT_OF_ENUM',
}

/** A definite no to an insert's rows. */
export interface Refusal {
  code: string
  message: string
}

/** The refusal that an error amounts to, or undefined for one that may pass. */
export function refusalOf(error: unknown): Refusal | undefined {
  const code = codeOf(error)
  return code in CONTENT_CODES ? { code, message: messageOf(error) } : undefined
}

/** ClickHouse's code or the system's, as text. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown'
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
