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
