/** The executions of a group of errors that started at given moments: its first and its last. */
import { ERROR_SAMPLE_TEXT_MAX } from '@runlens/clickhouse'
import { nanoseconds, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import type { Silence } from '../status.ts'
import { groupConditions } from './error-rows.ts'

export interface ErrorEndRow {
  execution_id: string
  instance: string
  workflow_id: string
  message: string
  error_type: string
  error_class: string
  failed_step: string
  started_ns: string
}

/** @param startsNs nanoseconds, few */
export function errorEnds(
  scope: Scope,
  fingerprint: string,
  startsNs: readonly string[],
  silence: Silence,
): Question<ErrorEndRow> {
  const parameters = new Parameters()
  const rows = rowsOf('executions', scope, parameters, [
    `started_at IN ${parameters.bindTimes('starts', startsNs)}`,
    ...groupConditions(fingerprint, silence, parameters),
  ])
  const sql = `SELECT
  execution_id,
  instance,
  workflow_id,
  error_type,
  error_class,
  failed_step,
  substringUTF8(error_message, 1, ${ERROR_SAMPLE_TEXT_MAX}) AS message,
  ${nanoseconds('started_at')} AS started_ns
${rows}
ORDER BY started_at, execution_id
LIMIT 1 BY started_at`
  return { name: 'error-ends', sql, params: parameters.values }
}
