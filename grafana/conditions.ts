/**
 * SQL conditions that follow from the time picker and the variables of the dashboard.
 *
 * Nobody's text comes into SQL: variables over names hold them as hexadecimal digits, because Grafana's `singlequote` leaves
 * backslashes alone and a macro inside a name would be expanded.
 */
import { wordList } from '@runlens/clickhouse'
import { FINAL_STATUSES } from '@runlens/conventions'

export const FINAL = wordList(FINAL_STATUSES)

const chosen = (variable: string) => `\${${variable}:singlequote}`

export const TENANT = `tenant = ${chosen('tenant')}`
export const KIND = `kind IN (${chosen('kind')})`
export const ENVIRONMENT = `$__conditionalAll(hex(environment) IN (${chosen('environment')}), $environment)`
export const WORKFLOW = `$__conditionalAll(hex(workflow_id) IN (${chosen('workflow')}), $workflow)`

/** Whole minutes, the last one being the one that the range ends in: so all panels over minutes count the same. */
export const MINUTES = 'minute >= toStartOfMinute($__fromTime) AND minute < $__toTime'
/** Whole hours, likewise. */
export const HOURS = "hour >= toStartOfHour($__fromTime, 'UTC') AND hour < $__toTime"
/** The minutes of {@link MINUTES}. */
const STARTED = 'started_at >= toStartOfMinute($__fromTime) AND started_at < $__toTime'

/** WHERE of a list of conditions. */
export function where(...conditions: string[]): string {
  return `WHERE ${conditions.join('\n  AND ')}`
}

/**
 * Conditions on `executions FINAL` for those that started in the range. Rows are found by the hours of their anchors, which are
 * part of the key, so that nothing hangs on how the server treats skip indexes under FINAL: where it applies none, one day of 46
 * would read all 200 000 rows instead of 8 702.
 */
export const STARTED_IN_RANGE = `${STARTED}
  AND toStartOfHour(anchor_at, 'UTC') IN (
    SELECT toStartOfHour(anchor_at, 'UTC')
    FROM executions
    WHERE ${TENANT} AND ${STARTED}
  )`
