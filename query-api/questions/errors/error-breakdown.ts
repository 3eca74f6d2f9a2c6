/** Whom a group of errors hits: its executions of a range by workflow, version, user, environment and service. */
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { type ErrorFilter, errorScopeConditions, groupConditions } from './error-rows.ts'

export const BREAKDOWN_FIELDS = ['workflow', 'version', 'user', 'environment', 'service'] as const
export type BreakdownField = (typeof BREAKDOWN_FIELDS)[number]

export interface BreakdownRow {
  field: BreakdownField
  value: string
  /** Of a workflow: its latest name; of a version: its workflow; else ''. */
  more: string
  executions: string | number
  last_ns: string
}

/** @param limit values of one field */
export function errorBreakdown(
  scope: Scope,
  filter: ErrorFilter,
  fingerprint: string,
  limit: number,
): Question<BreakdownRow> {
  const parameters = new Parameters()
  const conditions = [
    `started_at >= ${parameters.bindTime('from', filter.range.from)}`,
    `started_at < ${parameters.bindTime('to', filter.range.to)}`,
    ...errorScopeConditions(filter, parameters),
    ...groupConditions(fingerprint, filter.silence, parameters),
  ]
  // All versions of an execution share their anchor: merging what lies at those of the group beats merging the range.
  const anchors = rowsOf('execution_versions', scope, parameters, conditions)
  const rows = rowsOf('executions', scope, parameters, [
    `anchor_at IN (\n${indent(`SELECT anchor_at\n${anchors}`)}\n  )`,
    ...conditions,
  ])
  const sql = `SELECT
  part.1 AS field,
  part.2 AS value,
  if(field = 'workflow', argMax(workflow_name, started_at), any(part.3)) AS more,
  count() AS executions,
  toString(toUnixTimestamp64Nano(max(started_at))) AS last_ns
FROM (
  SELECT
    workflow_name,
    started_at,
    arrayJoin([
      ('workflow', toString(workflow_id), ''),
      ('version', toString(workflow_version), toString(workflow_id)),
      ('user', user_id, ''),
      ('environment', toString(environment), ''),
      ('service', toString(service), '')
    ]) AS part
${indent(rows)}
)
WHERE part.2 != ''
GROUP BY field, value, if(field = 'version', part.3, '')
ORDER BY executions DESC, last_ns DESC, value
LIMIT ${parameters.bind('limit', 'UInt32', limit)} BY field`
  return { name: 'error-breakdown', sql, params: parameters.values }
}
