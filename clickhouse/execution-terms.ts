/** How `execution_terms` follows from executions, as SQL: for the view that writes it, and for writing it once more. */
import { OPEN_STATUSES } from '@runlens/conventions'
import { wordList } from './sql-lists.ts'
import { EXECUTION_TERMS } from './tables/locators.ts'

/** SQL of the columns that `executions` has not; `term` and `value` come of {@link TERMS}. */
const EXPRESSIONS: Readonly<Record<string, string>> = {
  started_offset_ns: 'toUnixTimestamp64Nano(started_at) - toUnixTimestamp64Micro(anchor_at) * 1000',
  is_open: `status IN ${wordList(OPEN_STATUSES)}`,
}

const TERMS = `CAST([1, 2, 3], 'Array(${EXECUTION_TERMS.columns.term.replaceAll("'", "\\'")})') AS term,
    [user_id, conversation_id, parent_execution_id] AS value`

/** A SELECT of the columns of `execution_terms` in order. @param where SQL: of which rows of `executions` */
export function executionTerms(where?: string): string {
  const columns = Object.keys(EXECUTION_TERMS.columns).map((name) =>
    name in EXPRESSIONS ? `${EXPRESSIONS[name]} AS ${name}` : name,
  )
  return `SELECT
    ${columns.join(',\n    ')}
FROM executions
ARRAY JOIN
    ${TERMS}
WHERE is_deleted = 0 AND value != ''${where === undefined ? '' : ` AND ${where}`}`
}

/**
 * SQL over `execution_terms`: rows of which no version in `executions` says the value.
 * @param where SQL: of which rows of both
 */
export function untoldTerms(where: string): string {
  const untold = ['user_id', 'conversation_id', 'parent_execution_id'].map(
    (name) => `(term = '${name}' AND (anchor_at, execution_id, instance, value) NOT IN
  (SELECT anchor_at, execution_id, instance, ${name} FROM executions WHERE is_deleted = 0 AND ${where}))`,
  )
  return `${where} AND (${untold.join(' OR ')})`
}
