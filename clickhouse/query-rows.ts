/** Executions as the queries they hold, one row each: those that are queries themselves, and the database steps of all others. */

const KEY_TEXT = "concat(lower(hex(substring(key, 1, 16))), '-', lower(hex(substring(key, 17))))"
const OF_OWN = ['complexity', 'page', 'page_size'].map(
  (name) => `replaceAll(attributes['runlens.query.${name}'], '\\t', ' ')`,
)

/** Column of a query → what an execution that is one has in its place, and what it is over the steps of another. */
const COLUMNS: Readonly<Record<string, readonly [own: string, steps: string]>> = {
  query_id: ['execution_id', `arrayMap(key -> ${KEY_TEXT}, queries.key)`],
  query_type: ['database_type', 'queries.database_type'],
  query_status: ['status', 'queries.status'],
  query_text: ['query', 'queries.text'],
  query_started_at: ['started_at', 'queries.started_at'],
  /** The epoch of one that has not ended. */
  query_ended_at: ['ifNull(ended_at, toDateTime64(0, 9))', 'queries.ended_at'],
  query_rows_total: ['rows_total', 'queries.rows_total'],
  query_rows_returned: ['rows_returned', 'queries.rows_returned'],
  /** Complexity, page, size of a page, error type and error message with tabs between; '' where none is told. */
  query_details: [`concat(${OF_OWN.join(", '\\t', ")}, '\\t', error_type, '\\t', error_message)`, 'queries.details'],
}

/** `ARRAY JOIN` over `executions`. ClickHouse reads what the names that are used need, and no more. */
export const QUERIES_JOINED = `ARRAY JOIN
${Object.entries(COLUMNS)
  .map(([name, [own, steps]]) => `  if(kind = 'query', [${own}], ${steps}) AS ${name}`)
  .join(',\n')}`

/** Milliseconds that a query took, Float64; NULL of one that has not ended or ended before it began. */
export const QUERY_MS = `if(query_ended_at < query_started_at, NULL,
    (toUnixTimestamp64Nano(query_ended_at) - toUnixTimestamp64Nano(query_started_at)) / 1e6)`

/** Rows that a query handled, as far as it is told. */
export const QUERY_ROWS = 'ifNull(query_rows_total, query_rows_returned)'
