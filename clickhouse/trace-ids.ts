/** How trace ids, which travel as hex, are compared with a FixedString(16) column. */

/**
 * SQL: whether `trace_id` is one of the ids (32 hex digits each) of an `Array(String)`.
 *
 * A subquery, although an array would do: ClickHouse plans `IN` over a computed array element by element, which for 500 ids
 * took 85 ms where this takes 18. The key is used either way.
 * @param ids the array, e.g. `{traceIds:Array(String)}`
 */
export function traceIdIn(ids: string): string {
  return `trace_id IN (SELECT toFixedString(unhex(arrayJoin(${ids})), 16))`
}

/** Up to so many ids a list of literals is planned sooner than a subquery: 2 ms in place of 3 for one id, 4 in place of 7 for 200. */
const LITERALS_MAX = 256
const TRACE_ID = /^[0-9a-f]{32}$/
const NO_HEX = /[^0-9a-f]/

/**
 * SQL: whether `trace_id` is one of these ids, which come from the database and stand in the text.
 * @param ids 32 lower-case hex digits each, at least one
 * @throws Error for anything else: a fault of the program
 */
export function traceIdIsOneOf(ids: readonly string[]): string {
  if (ids.length > LITERALS_MAX) return `trace_id IN (${selectTraceIds(ids)})`
  requireTraceIds(ids)
  return `trace_id IN (${ids.map(literal).join(', ')})`
}

/** A subquery that gives these ids: read faster as one text than as a list of many. The same errors. */
export function selectTraceIds(ids: readonly string[]): string {
  requireTraceIds(ids)
  return selectJoinedTraceIds(ids.join(''))
}

/** The same of ids one behind the other. */
export function selectJoinedTraceIds(ids: string): string {
  if (ids.length === 0 || ids.length % 32 !== 0 || NO_HEX.test(ids)) throw new Error('not trace ids')
  return `SELECT toFixedString(substring(ids, n * 16 + 1, 16), 16)
  FROM (SELECT unhex('${ids}') AS ids, arrayJoin(range(toUInt32(${ids.length / 32}))) AS n)`
}

function requireTraceIds(ids: readonly string[]): void {
  for (const id of ids) if (!TRACE_ID.test(id)) throw new Error(`not a trace id: ${id}`)
}

/** Settings for a statement with any number of ids in its text. */
export const IDS_IN_TEXT = { max_query_size: `${16 * 1024 * 1024}` } as const

function literal(id: string): string {
  return `'${id.replace(/../g, '\\x$&')}'`
}
