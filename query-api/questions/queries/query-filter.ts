/** Which queries are asked about, and the conditions that this means over rows and over the rollup. */
import type { Parameters, Scope } from '../question.ts'
import { indent, rowsOf } from '../question.ts'
import { fellSilent, OPEN, type Silence } from '../status.ts'

export interface QueryFilter {
  /** null: of all users. */
  user: string | null
  databaseType: string | null
  /** As shown, so `lost` among them; null: any. */
  status: readonly string[] | null
  /** Of the query's own start; half-open, nanoseconds. */
  range: { from: bigint | null; to: bigint | null }
  silence: Silence
}

/** Seconds since the epoch. */
export type Hour = number

export const QUERY_HOUR = "toUnixTimestamp(toStartOfHour(query_started_at, 'UTC'))"
export const STARTED_HOUR = "toUnixTimestamp(toStartOfHour(started_at, 'UTC'))"

/** SQL for the status to show: a query that is open in an execution that fell silent is lost with it. */
export function shownQueryStatus(parameters: Parameters, silence: Silence): string {
  return `if(query_status IN ${OPEN} AND ${fellSilent(parameters, silence)}, 'lost', toString(query_status))`
}

/** Conditions on a row of `execution_queries`. */
export function queryConditions(filter: QueryFilter, parameters: Parameters): string[] {
  const { user, databaseType, status, range } = filter
  const conditions: string[] = []
  if (user !== null) conditions.push(`user_id = ${parameters.bind('user_id', 'String', user)}`)
  if (range.from !== null) conditions.push(`query_started_at >= ${parameters.bindTime('from', range.from)}`)
  if (range.to !== null) conditions.push(`query_started_at < ${parameters.bindTime('to', range.to)}`)
  if (databaseType !== null) conditions.push(`query_type = ${parameters.bind('database_type', 'String', databaseType)}`)
  if (status) {
    const shown = parameters.bind('statuses', 'Array(String)', status)
    conditions.push(`${shownQueryStatus(parameters, filter.silence)} IN ${shown}`)
  }
  return conditions
}

/**
 * `FROM … WHERE …` over the rollup: rows of one user or of all together that the last rebuild of their hour made.
 * @param rawHours hours of executions that are read raw instead
 */
export function rollupRows(
  scope: Scope,
  filter: QueryFilter,
  rawHours: readonly Hour[],
  parameters: Parameters,
  more: readonly string[],
): string {
  const { user, databaseType, range } = filter
  const isOfOne = user !== null || scope.owner !== undefined
  const conditions = [`is_total = ${isOfOne ? 0 : 1}`]
  if (user !== null) conditions.push(`user_id = ${parameters.bind('user_id', 'String', user)}`)
  if (range.from !== null) {
    conditions.push(`hour >= toStartOfHour(${parameters.bindTime('from', range.from)}, 'UTC')`)
  }
  if (range.to !== null) conditions.push(`hour < ${parameters.bindTime('to', range.to)}`)
  if (databaseType !== null) {
    conditions.push(`database_type = ${parameters.bind('database_type', 'String', databaseType)}`)
  }
  const rebuilt = rowsOf('dirty_hours', scope, parameters, [])
  return rowsOf('query_hours', scope, parameters, [
    ...conditions,
    ...more,
    `toUnixTimestamp(started_hour) NOT IN ${parameters.bind('raw_hours', 'Array(UInt32)', rawHours)}`,
    `(started_hour, generation) IN (
${indent(indent(`SELECT dirty_hours.hour, toUInt64(toUnixTimestamp64Micro(max(rebuilt_at)))\n${rebuilt}\nGROUP BY dirty_hours.hour`))}
  )`,
  ])
}
