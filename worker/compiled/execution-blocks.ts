/** Native blocks of `executions`, and of the locator, out of the streams that the compiled stages have written. */
import { EXECUTION_LOCATOR, EXECUTIONS, nativeBlock } from '@runlens/clickhouse'
import { textCell } from '../simple/label-cells.ts'
import type { SettleStages } from './settle-stages.ts'
import { BLOCK_ROWS_MAX, STREAMS, type Stream } from './streams.ts'

/** Rows of one tenant and one day, to be written as they are. */
export interface ExecutionBlock {
  rows: number
  /** Days since the epoch. */
  day: bigint
  /** Where they lie. */
  places: Buffer
  executions: Buffer
}

/** What columns are made of. */
interface Parts {
  of: (stream: Stream) => Buffer
  /** Elements in a stream of `size` bytes each. */
  count: (stream: Stream, size: number) => number
  rows: number
  tenant: string
  nowMicros: bigint
}
type Write = (parts: Parts) => readonly Buffer[]

const from =
  (...streams: Stream[]): Write =>
  ({ of }) =>
    streams.map(of)
/** The same bytes in every row. */
const constant =
  (bytes: (parts: Parts) => Buffer): Write =>
  (parts) => [repeated(bytes(parts), parts.rows)]
/** Zeros: empty texts, too. */
const zeros = (size: number): Write => constant(() => Buffer.alloc(size))
/** NULL in every row. */
const nulls =
  (size: number): Write =>
  ({ rows }) => [Buffer.alloc(rows, 1), Buffer.alloc(rows * size)]
/** Arrays of one element each, which stand in a stream. */
const one =
  (stream: Stream): Write =>
  ({ of, rows }) => [countingUp(rows), of(stream)]
/** Of the one segment of each, elements of `size` bytes; none where the columns of the execution say the same: its status may differ. */
const segment =
  (stream: Stream, size: number): Write =>
  ({ of, rows }) => {
    const [own, segments] = [of('status'), of('segmentStatus')]
    if (own.equals(segments)) return [Buffer.alloc(8 * rows)]
    const elements = of(stream)
    const ends = Buffer.alloc(8 * rows)
    const kept: Buffer[] = []
    for (let row = 0; row < rows; row++) {
      if (own[row] !== segments[row]) kept.push(elements.subarray(row * size, (row + 1) * size))
      ends.writeUInt32LE(kept.length, 8 * row)
    }
    return [ends, ...kept]
  }
const now = constant(({ nowMicros }) => unsigned64(nowMicros))
const tenantName = constant(({ tenant }) => textCell(tenant))

const VALUES: Readonly<Record<keyof typeof EXECUTIONS.columns, Write>> = {
  tenant: tenantName,
  anchor_at: from('anchor'),
  execution_id: from('executionId'),
  instance: from('instance'),
  kind: from('kind'),
  provider: from('provider'),
  workflow_id: from('workflowId'),
  workflow_name: from('workflowName'),
  workflow_version: from('workflowVersion'),
  status: from('status'),
  status_explicit: from('statusExplicit'),
  mode: from('mode'),
  environment: from('environment'),
  service: from('service'),
  user_id: from('userId'),
  conversation_id: from('conversationId'),
  database_type: from('databaseType'),
  query: from('query'),
  queued_at: nulls(8),
  started_at: from('startedAt'),
  ended_at: ({ of, rows }) => [Buffer.alloc(rows), of('endedAt')],
  last_seen_at: from('lastSeenAt'),
  heartbeat_at: nulls(8),
  duration_ms: from('noDuration', 'duration'),
  queue_ms: nulls(8),
  progress: nulls(4),
  expected_end_at: nulls(8),
  error_type: from('errorType'),
  error_class: from('errorClass'),
  error_message: from('errorMessage'),
  error_stack: from('errorStack'),
  error_fingerprint: from('errorFingerprint'),
  response_status_code: from('responseStatusCode'),
  failed_step: from('failedStep'),
  failed_step_names: from('failedNameEnds', 'failedName'),
  step_count: from('stepCount'),
  failed_steps: from('failedSteps'),
  rows_total: from('noRowsTotal', 'rowsTotal'),
  rows_returned: from('noRowsReturned', 'rowsReturned'),
  trace_id: from('traceId'),
  span_id: from('spanId'),
  'segments.trace_id': segment('traceId', 16),
  'segments.span_id': segment('spanId', 8),
  'segments.started_at': segment('startedAt', 8),
  'segments.ended_at': segment('endedAt', 8),
  'segments.status': segment('segmentStatus', 1),
  'steps.name': from('stepEnds', 'stepName'),
  'steps.type': from('stepEnds', 'stepType'),
  'steps.status': from('stepEnds', 'stepStatus'),
  'steps.duration_ms': ({ of, count }) => [of('stepEnds'), Buffer.alloc(count('stepDuration', 4)), of('stepDuration')],
  queries: ({ of }) => [
    of('queryEnds'),
    of('queryKey'),
    of('queryStartedAt'),
    of('queryEndedAt'),
    of('queryDatabaseType'),
    of('queryStatus'),
    of('queryText'),
    of('queryNoRowsTotal'),
    of('queryRowsTotal'),
    of('queryNoRowsReturned'),
    of('queryRowsReturned'),
    of('queryDetails'),
  ],
  query_count: from('queryCount'),
  parent_execution_id: from('parentExecutionId'),
  retry_of: from('retryOf'),
  replay_of: from('replayOf'),
  attempt: from('attempt'),
  input: from('input'),
  input_truncated: zeros(1),
  output: from('output'),
  output_truncated: zeros(1),
  attributes: from('attributeEnds', 'attributeKey', 'attributeValue'),
  spans_truncated: zeros(1),
  previous_started_at: nulls(8),
  previous_status: zeros(1),
  // Unknown: settling the trace again writes the row once more.
  content_hash: zeros(8),
  settled_at: now,
  version: now,
  is_deleted: zeros(1),
  removed: zeros(1),
}

const PLACES: Readonly<Record<keyof typeof EXECUTION_LOCATOR.columns, Write>> = {
  tenant: tenantName,
  execution_id: from('executionId'),
  instance: from('instance'),
  trace_id: from('traceId'),
  anchor_at: from('anchor'),
  anchors: one('anchor'),
}

/** What the streams hold now. */
export function executionBlock(
  stages: SettleStages,
  told: Pick<Parts, 'rows' | 'tenant' | 'nowMicros'> & { day: bigint },
): ExecutionBlock {
  const starts = stages.numbers(stages.place('STREAM_STARTS'), STREAMS.length)
  const ends = stages.numbers(stages.place('STREAM_ENDS'), STREAMS.length)
  const of = (stream: Stream) => {
    const n = STREAMS.indexOf(stream)
    return stages.buffer(starts[n]!, ends[n]! - starts[n]!)
  }
  const parts: Parts = { ...told, of, count: (stream, size) => of(stream).length / size }
  return {
    rows: told.rows,
    day: told.day,
    places: nativeBlock(EXECUTION_LOCATOR, parts.rows, (name) => PLACES[name](parts)),
    executions: nativeBlock(EXECUTIONS, parts.rows, (name) => VALUES[name](parts)),
  }
}

function repeated(bytes: Buffer, times: number): Buffer {
  return Buffer.alloc(bytes.length * times, bytes)
}

/** The numbers from 1 on: where each of as many elements ends. */
const COUNTED = countedUp()

function countedUp(): Buffer {
  // By lower halves: a bigint for each takes forty times as long.
  const halves = new Uint32Array(2 * BLOCK_ROWS_MAX)
  for (let n = 0; n < BLOCK_ROWS_MAX; n++) halves[2 * n] = n + 1
  return Buffer.from(halves.buffer)
}

function countingUp(to: number): Buffer {
  return COUNTED.subarray(0, 8 * to)
}

function unsigned64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}
