/** The columns of a query as questions select them, and the row that comes back. */
import { nanoseconds } from '../question.ts'

export interface QueryColumns {
  id: string
  text: string
  type: string
  /** Status to show. */
  shown: string
  query_started_ns: string
  /** '0' of one that has not ended. */
  query_ended_ns: string
  total: string | number | null
  returned: string | number | null
  details: string
}

/** All but the status, which needs to know who fell silent. */
export const QUERY_COLUMNS = [
  'query_id AS id',
  'query_text AS text',
  'query_type AS type',
  `${nanoseconds('query_started_at')} AS query_started_ns`,
  `${nanoseconds('query_ended_at')} AS query_ended_ns`,
  'query_rows_total AS total',
  'query_rows_returned AS returned',
  'query_details AS details',
]
