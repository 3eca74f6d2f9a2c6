/**
 * Executions as settled. Written by the worker only, when something about one changed.
 *
 * Engine: ReplacingMergeTree(version, is_deleted), PARTITION BY toDate(anchor_at),
 * ORDER BY (tenant, anchor_at, execution_id, instance). Read with FINAL and
 * `do_not_merge_across_partitions_select_final = 1`. Unknown text is '', unknown figures and times are NULL.
 */
import { RUNLENS_VISUAL } from '@runlens/conventions'
import { SEALED_MARK } from '@runlens/runtime'
import { type Row, table } from './column.ts'
import type { SpanField } from './span-fields.ts'
import { STATUS_ENUM } from './spans.ts'

export const REMOVED_ENUM = "Enum8('' = 0, 'payload' = 1, 'execution' = 2)"

export const EXECUTIONS = table('executions', {
  tenant: 'LowCardinality(String)',
  /** Start as first seen; part of the key, so it never changes even when `started_at` does. */
  anchor_at: 'DateTime64(6)',
  execution_id: 'String',
  instance: 'LowCardinality(String)',
  kind: 'LowCardinality(String)',
  provider: 'LowCardinality(String)',
  workflow_id: 'LowCardinality(String)',
  workflow_name: 'LowCardinality(String)',
  workflow_version: 'LowCardinality(String)',
  status: STATUS_ENUM,
  status_explicit: 'UInt8',
  mode: 'LowCardinality(String)',
  environment: 'LowCardinality(String)',
  service: 'LowCardinality(String)',
  user_id: 'String',
  conversation_id: 'String',
  database_type: 'LowCardinality(String)',
  query: 'String',
  queued_at: 'Nullable(DateTime64(9))',
  started_at: 'DateTime64(9)',
  ended_at: 'Nullable(DateTime64(9))',
  /** Latest time that any span of it names, or that a marker tells of. */
  last_seen_at: 'DateTime64(9)',
  /** When the last heartbeat was accepted; NULL without any. */
  heartbeat_at: 'Nullable(DateTime64(3))',
  duration_ms: 'Nullable(Float64)',
  queue_ms: 'Nullable(Float64)',
  progress: 'Nullable(Float32)',
  expected_end_at: 'Nullable(DateTime64(9))',
  error_type: 'LowCardinality(String)',
  error_class: 'LowCardinality(String)',
  error_message: 'String',
  error_stack: 'String',
  error_fingerprint: 'String',
  response_status_code: 'LowCardinality(String)',
  /** Name of the first step whose last attempt failed. */
  failed_step: 'LowCardinality(String)',
  /** Names of all steps whose last attempt failed, each once, in order of start, at most `FAILED_NAMES_MAX` of `mapping`. */
  failed_step_names: 'Array(LowCardinality(String))',
  step_count: 'UInt32',
  failed_steps: 'UInt32',
  rows_total: 'Nullable(UInt64)',
  rows_returned: 'Nullable(UInt64)',
  /** Trace and span of the (last) entry. */
  trace_id: 'FixedString(16)',
  span_id: 'FixedString(8)',
  /**
   * One element per entry span of the execution, in order of start; resumed runs have several. None where there is one of which `trace_id`,
   * `span_id`, `started_at`, `ended_at` and `status` say the same, as of most: it would be an eighth of the row (docs/adr/0025).
   */
  'segments.trace_id': 'Array(FixedString(16))',
  'segments.span_id': 'Array(FixedString(8))',
  'segments.started_at': 'Array(DateTime64(9))',
  'segments.ended_at': 'Array(DateTime64(9))',
  'segments.status': `Array(${STATUS_ENUM})`,
  /** What its steps were once it was over, in order of start, at most `STEPS_MAX` of `mapping`; none before: feeds `step_hours`. */
  'steps.name': 'Array(LowCardinality(String))',
  'steps.type': 'Array(LowCardinality(String))',
  'steps.status': `Array(${STATUS_ENUM})`,
  /** NULL for a step that never ended. */
  'steps.duration_ms': 'Array(Nullable(Float32))',
  /**
   * Its database steps as queries of its user, in order of start, at most `QUERIES_MAX` of `mapping`; none of an execution that is a query
   * itself. `key` is trace id and span id, `ended_at` the epoch of one that has not ended, `text` its beginning. `details` holds complexity,
   * page, size of a page, error type and error message with tabs between; '' where none is told.
   */
  queries: `Array(Tuple(key FixedString(24), started_at DateTime64(9), ended_at DateTime64(9), database_type LowCardinality(String), status ${STATUS_ENUM}, text String, rows_total Nullable(UInt64), rows_returned Nullable(UInt64), details String))`,
  query_count: 'UInt32',
  parent_execution_id: 'String',
  retry_of: 'String',
  replay_of: 'String',
  attempt: 'UInt16',
  /** Capped at `mapping.payloadBytesMax`; the whole stays on the span. */
  input: 'String',
  input_truncated: 'UInt8',
  output: 'String',
  output_truncated: 'UInt8',
  /** The entry's attributes without input and output, values cut at 1 KiB. */
  attributes: 'Map(LowCardinality(String), String)',
  /** Spans of its traces were left out of settling because there are more than `worker.spansPerTraceMax`. */
  spans_truncated: 'UInt8',
  /** Start that the replaced row had, if another: its hour is dirty too. */
  previous_started_at: 'Nullable(DateTime64(9))',
  /** Status that the replaced row had; '' in the first row of an execution. */
  previous_status: STATUS_ENUM,
  /** Hash of everything above that settling computed: an equal one is not written again. */
  content_hash: 'UInt64',
  settled_at: 'DateTime64(6)',
  version: 'UInt64',
  is_deleted: 'UInt8',
  /** What retention took of it: with its payload settling leaves it alone for good, as its spans are gone; '' in every row that settling writes. */
  removed: REMOVED_ENUM,
})
export type ExecutionRow = Row<typeof EXECUTIONS>

/** Characters of a payload in a list. */
export const PREVIEW_CHARACTERS = 200
/** The first chunk of an encrypted one, 512 bytes of text. */
const SEALED_PREVIEW_CHARACTERS = 800

/** From start to end, nanoseconds. */
const TOOK = 'toUnixTimestamp64Nano(ended_at) - toUnixTimestamp64Nano(started_at)'

/**
 * What the MATERIALIZED column `listed` holds, a JSON array in this order, and where from: values that a list shows and that cost as much as a column
 * each, were they read one by one. 64-bit figures and times (nanoseconds) are text, what is unknown is as in its column. A preview is the beginning
 * of a payload, or so much of an encrypted one as its beginning can be read from. Whatever is added goes to the end.
 */
const LISTED = {
  kind: 'kind',
  provider: 'provider',
  workflow_id: 'workflow_id',
  workflow_name: 'workflow_name',
  workflow_version: 'workflow_version',
  mode: 'mode',
  environment: 'environment',
  service: 'service',
  conversation_id: 'conversation_id',
  database_type: 'database_type',
  query: 'query',
  queue_ms: 'queue_ms',
  progress: 'progress',
  expected_end_ns: 'toString(toUnixTimestamp64Nano(expected_end_at))',
  /** Null where that is its end, as it mostly is. */
  last_seen_ns: 'toString(toUnixTimestamp64Nano(nullIf(last_seen_at, ended_at)))',
  heartbeat_ms: 'toString(toUnixTimestamp64Milli(heartbeat_at))',
  error_type: 'error_type',
  error_class: 'error_class',
  error_message: 'error_message',
  error_fingerprint: 'error_fingerprint',
  response_status_code: 'response_status_code',
  failed_step: 'failed_step',
  step_count: 'step_count',
  failed_steps: 'failed_steps',
  rows_total: 'toString(rows_total)',
  rows_returned: 'toString(rows_returned)',
  parent_execution_id: 'parent_execution_id',
  retry_of: 'retry_of',
  attempt: 'attempt',
  input_preview: preview('input'),
  output_preview: preview('output'),
  status: 'status',
  user_id: 'user_id',
  took_ns: `toString(${TOOK})`,
  /** Null where it is what it took from start to end, as it mostly is, or where neither is known; '' where only the end is. */
  duration_told: `if(isNull(duration_ms) AND isNotNull(ended_at), '', toString(nullIf(duration_ms, (${TOOK}) / 1000000.)))`,
} as const

/** The names of these, in order. */
export const LISTED_VALUES = Object.keys(LISTED) as (keyof typeof LISTED)[]

/** MATERIALIZED columns, which ClickHouse fills by itself out of the others; of attributes `''` and NULL where nothing is told. */
export const EXECUTION_MATERIALIZED = {
  visual_enabled: textOf(RUNLENS_VISUAL.enabled),
  visual_streaming: textOf(RUNLENS_VISUAL.streaming),
  visual_events_captured: numberOf(RUNLENS_VISUAL.eventsCaptured),
  visual_stream_duration_s: numberOf(RUNLENS_VISUAL.streamDurationSeconds),
  listed: { type: 'String', sql: `toJSONString((${Object.values(LISTED).join(', ')}))` },
} as const satisfies Record<string, SpanField>

/** Attributes that a column holds as they are. */
export const ATTRIBUTE_COLUMNS: Readonly<Record<string, keyof typeof EXECUTION_MATERIALIZED>> = {
  [RUNLENS_VISUAL.enabled]: 'visual_enabled',
  [RUNLENS_VISUAL.streaming]: 'visual_streaming',
}

function textOf(key: string): SpanField {
  return { type: 'LowCardinality(String)', sql: `attributes['${key}']` }
}

function numberOf(key: string): SpanField {
  return { type: 'Nullable(Float64)', sql: `toFloat64OrNull(attributes['${key}'])` }
}

function preview(column: 'input' | 'output'): string {
  const length = `if(startsWith(${column}, '${SEALED_MARK}'), ${SEALED_PREVIEW_CHARACTERS}, ${PREVIEW_CHARACTERS})`
  return `substringUTF8(${column}, 1, ${length})`
}
