/** What retention would remove now, by table and rule: counted, not done. */
import { DAY_MS, type RetentionSettings, retentionSql } from '@runlens/clickhouse'
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { FINAL } from '../status.ts'

export interface PreviewRow {
  /** Index of the rule; that of the defaults is behind the last. */
  rule: number
  rows: string | number
}

export interface PreviewOfExecutions extends PreviewRow {
  /** Executions that would lose their payload and stay. */
  payloads: string | number
}

/** Tables whose rows belong to a trace, with the time that they are kept by. */
export const RAW_SOURCES = { spans: 'started_at', markers: 'started_at', logs: 'time' } as const
export type RawSource = keyof typeof RAW_SOURCES

/** Tables of figures, with their time. */
export const ROLLUP_SOURCES = {
  execution_minutes: 'minute',
  execution_hours: 'hour',
  execution_hours_total: 'hour',
  step_hours: 'hour',
  query_hours: 'hour',
  error_hours: 'hour',
  execution_days: 'day',
  step_days: 'day',
  error_days: 'day',
} as const
export type RollupSource = keyof typeof ROLLUP_SOURCES

function sqlOf(settings: RetentionSettings, nowMs: number, parameters: Parameters) {
  return retentionSql(settings, nowMs, (name, type, value) => parameters.bind(name, type, value))
}

/** Since when the latest executions started, which stay; nothing is older if there are fewer. */
function notAmongLatest(scope: Scope, { keep_at_least }: RetentionSettings, parameters: Parameters): string[] {
  if (keep_at_least === 0) return []
  const latest = `SELECT started_at
${rowsOf('executions', scope, parameters, [])}
ORDER BY started_at DESC
LIMIT 1 OFFSET ${parameters.bind('latest', 'UInt32', keep_at_least - 1)}`
  return [`started_at < (\n${indent(indent(latest))}\n  )`]
}

export function previewExecutions(
  scope: Scope,
  settings: RetentionSettings,
  nowMs: number,
): Question<PreviewOfExecutions> {
  const parameters = new Parameters()
  const { rule, isPast, isPayloadPast } = sqlOf(settings, nowMs, parameters)
  const sql = `SELECT
  ${rule} AS rule,
  countIf(${isPast}) AS rows,
  countIf(NOT ${isPast} AND removed = '' AND status IN ${FINAL} AND ${isPayloadPast}) AS payloads
${rowsOf('executions', scope, parameters, notAmongLatest(scope, settings, parameters))}
GROUP BY rule
ORDER BY rule`
  return { name: 'preview-executions', sql, params: parameters.values }
}

/** Of a trace with several executions, the rule of the one that stays longest does not tell: the last that takes one does. */
export function previewRaw(
  source: RawSource,
  scope: Scope,
  settings: RetentionSettings,
  nowMs: number,
): Question<PreviewRow> {
  const parameters = new Parameters()
  const { rule, isPast, isPayloadPast } = sqlOf(settings, nowMs, parameters)
  const time = RAW_SOURCES[source]
  const goes = [
    `(${isPast} OR (status IN ${FINAL} AND ${isPayloadPast}) OR removed != '')`,
    ...notAmongLatest(scope, settings, parameters),
  ]
  const executions = `SELECT execution_id, instance, ${rule} AS rule_of, ${goes.join(' AND ')} AS goes
${rowsOf('executions', scope, parameters, [])}`
  const traces = `SELECT trace_id, max(rule_of) AS rule_of, min(goes) AS all_go, 1 AS is_known
FROM
(
  SELECT trace_id, execution_id, instance
  ${rowsOf('trace_executions', scope, parameters, []).replace('\n', '\n  ')}
) AS places
INNER JOIN
(
${indent(executions)}
) AS executions USING (execution_id, instance)
GROUP BY trace_id`
  const before = parameters.bind('default_before', 'Int64', nowMs - settings.default_days * DAY_MS)
  const others = parameters.bind('default_rule', 'UInt32', settings.rules.length)
  const sql = `SELECT
  if(is_known = 1, rule_of, ${others}) AS rule,
  count() AS rows
FROM
(
  SELECT trace_id, toUnixTimestamp64Milli(${time}) AS at
  ${rowsOf(source, scope, parameters, []).replace('\n', '\n  ')}
) AS raw
LEFT JOIN
(
${indent(traces)}
) AS traces USING (trace_id)
WHERE if(is_known = 1, all_go, raw.at < ${before})
GROUP BY rule
ORDER BY rule`
  return { name: `preview-${source}`, sql, params: parameters.values }
}

export function previewRollup(source: RollupSource, scope: Scope, beforeMs: number): Question<PreviewRow> {
  const parameters = new Parameters()
  const before = parameters.bind('before', 'Int64', Math.floor(beforeMs / 1000))
  const rows = rowsOf(source, scope, parameters, [`toUnixTimestamp(${ROLLUP_SOURCES[source]}) < ${before}`])
  return { name: `preview-${source}`, sql: `SELECT 0 AS rule, count() AS rows\n${rows}`, params: parameters.values }
}
