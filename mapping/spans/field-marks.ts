/** Fields that are written one by one if they were found: each has a bit, so that what is not there costs nothing. */
import { FIELD } from './compile.ts'
import type { TextField } from './mapped-spans.ts'
import { SOURCE_FIELDS } from './profile.ts'

/** Text fields that are their attribute's value and nothing else. Their bits are in this order. */
export const PLAIN: readonly Exclude<TextField, 'provider'>[] = [
  'service',
  'execution_id',
  'workflow_version',
  'user_id',
  'conversation_id',
  'response_status_code',
  'database_type',
  'query',
  'query_complexity',
  'query_page',
  'query_page_size',
  'parent_execution_id',
  'retry_of',
  'replay_of',
]

const NUMERIC = [
  'attempt',
  'rows_total',
  'rows_returned',
  'progress',
  'queued_at',
  'expected_end_at',
] as const satisfies readonly (keyof typeof FIELD)[]

/** By index of the field; 0 for all others. */
export const MARKS = new Int32Array(SOURCE_FIELDS.length)
PLAIN.forEach((field, bit) => {
  MARKS[FIELD[field]] = 1 << bit
})
NUMERIC.forEach((field, n) => {
  MARKS[FIELD[field]] = 1 << (PLAIN.length + n)
})

export const PLAIN_MARKS = (1 << PLAIN.length) - 1
export const NUMERIC_MARKS = ((1 << NUMERIC.length) - 1) << PLAIN.length
