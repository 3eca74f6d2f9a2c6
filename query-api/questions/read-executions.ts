/** Everything that is stored of the executions of one id, at the places that the locator names. */
import { type ExecutionColumns, executionColumns } from './execution-columns.ts'
import type { ExecutionPlace } from './locate-execution.ts'
import { nanoseconds, Parameters, type Question, rowsOf, type Scope } from './question.ts'
import { type Silence, shownStatus } from './status.ts'

export interface ReadExecution extends ExecutionColumns {
  anchor_us: string
  input: string
  input_truncated: number
  output: string
  output_truncated: number
  error_stack: string
  status_explicit: number
  queued_ns: string | null
  replay_of: string
  attribute_keys: string[]
  attribute_values: string[]
  failed_step_names: string[]
  spans_truncated: number
  /** When this version was written, microseconds. */
  settled_us: string
  segment_traces: string[]
  segment_spans: string[]
  segment_starts: string[]
  segment_ends: string[]
  segment_statuses: string[]
}

const COLUMNS = [
  'toString(toUnixTimestamp64Micro(anchor_at)) AS anchor_us',
  'input',
  'input_truncated',
  'output',
  'output_truncated',
  'error_stack',
  'status_explicit',
  `${nanoseconds('queued_at')} AS queued_ns`,
  'replay_of',
  'mapKeys(attributes) AS attribute_keys',
  'mapValues(attributes) AS attribute_values',
  'failed_step_names',
  'spans_truncated',
  'toString(toUnixTimestamp64Micro(settled_at)) AS settled_us',
  'arrayMap(x -> lower(hex(x)), segments.trace_id) AS segment_traces',
  'arrayMap(x -> lower(hex(x)), segments.span_id) AS segment_spans',
  `arrayMap(x -> ${nanoseconds('x')}, segments.started_at) AS segment_starts`,
  `arrayMap(x -> ${nanoseconds('x')}, segments.ended_at) AS segment_ends`,
  'arrayMap(x -> toString(x), segments.status) AS segment_statuses',
]

/** Newest start first: an id that several instances gave has several rows. */
export function readExecutions(
  scope: Scope,
  executionId: string,
  places: readonly ExecutionPlace[],
  silence: Silence,
): Question<ReadExecution> {
  const parameters = new Parameters()
  const anchors = places.map(
    ({ anchor_us }, index) =>
      `fromUnixTimestamp64Micro(${parameters.bind(`anchor_${index}`, 'Int64', anchor_us)}, 'UTC')`,
  )
  const conditions = [
    `anchor_at IN (${anchors.join(', ')})`,
    `execution_id = ${parameters.bind('execution_id', 'String', executionId)}`,
  ]
  const columns = [...executionColumns(shownStatus(parameters, silence)), ...COLUMNS]
  const sql = `SELECT\n  ${columns.join(',\n  ')}\n${rowsOf('executions', scope, parameters, conditions)}\nORDER BY started_at DESC, instance`
  return { name: 'read-executions', sql, params: parameters.values }
}
