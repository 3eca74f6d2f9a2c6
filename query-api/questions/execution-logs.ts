/** Log records of some traces within a time, in order of time. */
import { traceIdIn } from '@runlens/clickhouse'
import { nanoseconds, Parameters, type Question, rowsOf, type Scope } from './question.ts'

/** Ids are hex, times nanoseconds as text, attributes pairs in the order sent. */
export interface LogRow {
  time_ns: string
  /** Tells records of one moment apart. */
  hash: string
  trace: string
  span: string
  severity_number: number
  severity_text: string
  event_name: string
  body: string
  body_type: string
  service: string
  scope_name: string
  pairs: [string, string][]
}

/** The record that a page follows. */
export interface LogPosition {
  time_ns: string
  hash: string
}

export interface LogsOf {
  traces: readonly string[]
  /** Both ends included, nanoseconds. */
  from: bigint
  to: bigint
  after: LogPosition | null
  /** Only records of these spans, hex; null: of all. */
  spans: readonly string[] | null
}

const HASH = 'sipHash64(span_id, event_name, body, attribute_values, labels_json, received_at)'
const BUCKET = "toStartOfFiveMinutes(time, 'UTC')"

export function executionLogs(scope: Scope, of: LogsOf, limit: number): Question<LogRow> {
  const parameters = new Parameters()
  const from = parameters.bindTime('from', of.from)
  const to = parameters.bindTime('to', of.to)
  const conditions = [
    // The key holds the five minutes, from which ClickHouse does not conclude by itself.
    `${BUCKET} >= toStartOfFiveMinutes(${from}, 'UTC')`,
    `${BUCKET} <= toStartOfFiveMinutes(${to}, 'UTC')`,
    `time >= ${from}`,
    `time <= ${to}`,
    traceIdIn(parameters.bind('trace_ids', 'Array(String)', of.traces)),
  ]
  if (of.spans) conditions.push(`lower(hex(span_id)) IN ${parameters.bind('spans', 'Array(String)', of.spans)}`)
  if (of.after) {
    const time = parameters.bind('after_time', 'Int64', BigInt(of.after.time_ns))
    const hash = parameters.bind('after_hash', 'String', of.after.hash)
    conditions.push(`(toUnixTimestamp64Nano(time), ${HASH}) > (${time}, toUInt64(${hash}))`)
  }
  const sql = `SELECT
  ${nanoseconds('time')} AS time_ns,
  toString(${HASH}) AS hash,
  lower(hex(trace_id)) AS trace,
  lower(hex(span_id)) AS span,
  severity_number,
  severity_text,
  event_name,
  body,
  body_type,
  service,
  scope_name,
  arrayZip(mapKeys(attributes)::Array(String), mapValues(attributes)) AS pairs
${rowsOf('logs', scope, parameters, conditions)}
ORDER BY time, ${HASH}
LIMIT ${parameters.bind('limit', 'UInt32', limit)}`
  return { name: 'execution-logs', sql, params: parameters.values }
}
