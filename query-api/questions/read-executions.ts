/** Everything that is stored of the executions of one id, at the places that the locator names. */
import { type ExecutionColumns, executionColumns } from './execution-columns.ts'
import { atLocated, LOCATED_TRACES, withLocated } from './located-executions.ts'
import { nanoseconds, Parameters, type Question, rowsOf, type Scope } from './question.ts'
import { type Silence, shownStatus } from './status.ts'

export interface ReadExecution extends ExecutionColumns {
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
  located_traces: string[]
  segment_traces: string[]
  segment_spans: string[]
  segment_starts: string[]
  segment_ends: string[]
  segment_statuses: string[]
}

const COLUMNS = [
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
  LOCATED_TRACES,
  `arrayMap(x -> lower(hex(x)), ${segments('trace_id')}) AS segment_traces`,
  `arrayMap(x -> lower(hex(x)), ${segments('span_id')}) AS segment_spans`,
  `arrayMap(x -> ${nanoseconds('x')}, ${segments('started_at')}) AS segment_starts`,
  `arrayMap(x -> ${nanoseconds('x')}, ${segments('ended_at', 'ifNull(ended_at, toDateTime64(0, 9))')}) AS segment_ends`,
  `arrayMap(x -> toString(x), ${segments('status')}) AS segment_statuses`,
]

/** One where none stands there: it is as the execution itself. */
function segments(column: string, own: string = column): string {
  return `if(empty(segments.trace_id), [${own}], segments.${column})`
}

/** Newest start first: an id that several instances gave has several rows. */
export function readExecutions(scope: Scope, executionId: string, silence: Silence): Question<ReadExecution> {
  return ofOneId('read-executions', scope, executionId, (parameters) => [
    ...executionColumns(shownStatus(parameters, silence)),
    ...COLUMNS,
  ])
}

/** What an execution is looked up for on the way to its spans and log records: each column more costs time to plan. */
export interface OutlinedExecution {
  execution_id: string
  instance: string
  kind: string
  workflow_id: string
  shown_status: string
  started_ns: string
  last_seen_ns: string
  trace: string
  /** None where it is the one above. */
  segment_traces: string[]
  located_traces: string[]
  /** Of the steps that were settled. */
  step_names: string[]
}

/** The same rows in outline. */
export function outlineExecutions(scope: Scope, executionId: string, silence: Silence): Question<OutlinedExecution> {
  return ofOneId('outline-executions', scope, executionId, (parameters) => [
    'execution_id',
    'instance',
    'kind',
    'workflow_id',
    `${shownStatus(parameters, silence)} AS shown_status`,
    `${nanoseconds('started_at')} AS started_ns`,
    `${nanoseconds('last_seen_at')} AS last_seen_ns`,
    'lower(hex(trace_id)) AS trace',
    'arrayMap(x -> lower(hex(x)), segments.trace_id) AS segment_traces',
    LOCATED_TRACES,
    'arrayDistinct(steps.name) AS step_names',
  ])
}

function ofOneId<Row>(
  name: string,
  scope: Scope,
  executionId: string,
  columns: (parameters: Parameters) => readonly string[],
): Question<Row> {
  const parameters = new Parameters()
  const located = withLocated(scope, executionId, parameters)
  const rows = rowsOf('executions', scope, parameters, atLocated(executionId, parameters))
  const sql = `${located}
SELECT
  ${columns(parameters).join(',\n  ')}
${rows}
ORDER BY started_at DESC, instance`
  return { name, sql, params: parameters.values }
}
