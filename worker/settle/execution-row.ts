/** A settled execution as a row of `executions`: its content with a hash to compare by, then what only this version of it says. */
import { type BinaryCell, type BinaryRow, columnNames, EXECUTIONS, encodeRow, rowEncoder } from '@runlens/clickhouse'
import type { Segment, SettledExecution } from '@runlens/mapping'
import { contentHash, toBigInt } from './content-hash.ts'

/** Columns that settling decides, from the first up to and with `spans_truncated`; the rest tell of this version of the row. */
const NAMES = columnNames(EXECUTIONS) as (keyof typeof EXECUTIONS.columns)[]
const CONTENT = NAMES.slice(0, NAMES.indexOf('spans_truncated') + 1)

/** What retention took of an execution. */
export type Removed = '' | 'payload' | 'execution'

export interface Content {
  bytes: Buffer
  hash: bigint
}

/** What makes a row a version: everything after its content. Times in microseconds, starts in nanoseconds. */
export interface RowVersion {
  previous_started_at: bigint | null
  /** '' in the first version. */
  previous_status: string
  content_hash: bigint
  settled_at: bigint
  version: bigint
  is_deleted: boolean
  removed: Removed
}

interface Told {
  tenant: string
  anchor: bigint
  execution: SettledExecution
  truncated: boolean
}

type ContentColumn = Exclude<keyof typeof EXECUTIONS.columns, keyof RowVersion>

/** In the order of the columns. Named one by one: to look up each by its name was most of the cost of a row. */
const CELLS: Readonly<Record<ContentColumn, (told: Told) => BinaryCell>> = {
  tenant: (told) => told.tenant,
  anchor_at: (told) => told.anchor,
  execution_id: ({ execution }) => execution.execution_id,
  instance: ({ execution }) => execution.instance,
  kind: ({ execution }) => execution.kind,
  provider: ({ execution }) => execution.provider,
  workflow_id: ({ execution }) => execution.workflow_id,
  workflow_name: ({ execution }) => execution.workflow_name,
  workflow_version: ({ execution }) => execution.workflow_version,
  status: ({ execution }) => execution.status,
  status_explicit: ({ execution }) => execution.status_explicit,
  mode: ({ execution }) => execution.mode,
  environment: ({ execution }) => execution.environment,
  service: ({ execution }) => execution.service,
  user_id: ({ execution }) => execution.user_id,
  conversation_id: ({ execution }) => execution.conversation_id,
  database_type: ({ execution }) => execution.database_type,
  query: ({ execution }) => execution.query,
  queued_at: ({ execution }) => execution.queued_at,
  started_at: ({ execution }) => execution.started_at,
  ended_at: ({ execution }) => execution.ended_at,
  last_seen_at: ({ execution }) => execution.last_seen_at,
  heartbeat_at: ({ execution }) => execution.heartbeat_at,
  duration_ms: ({ execution }) => execution.duration_ms,
  queue_ms: ({ execution }) => execution.queue_ms,
  progress: ({ execution }) => execution.progress,
  expected_end_at: ({ execution }) => execution.expected_end_at,
  error_type: ({ execution }) => execution.error_type,
  error_class: ({ execution }) => execution.error_class,
  error_message: ({ execution }) => execution.error_message,
  error_stack: ({ execution }) => execution.error_stack,
  error_fingerprint: ({ execution }) => execution.error_fingerprint,
  response_status_code: ({ execution }) => execution.response_status_code,
  failed_step: ({ execution }) => execution.failed_step,
  failed_step_names: ({ execution }) => execution.failed_step_names,
  step_count: ({ execution }) => execution.step_count,
  failed_steps: ({ execution }) => execution.failed_steps,
  rows_total: ({ execution }) => execution.rows_total,
  rows_returned: ({ execution }) => execution.rows_returned,
  trace_id: ({ execution }) => execution.trace_id,
  span_id: ({ execution }) => execution.span_id,
  'segments.trace_id': ({ execution }) => segmentsOf(execution).map((segment) => segment.trace_id),
  'segments.span_id': ({ execution }) => segmentsOf(execution).map((segment) => segment.span_id),
  'segments.started_at': ({ execution }) => segmentsOf(execution).map((segment) => segment.started_at),
  'segments.ended_at': ({ execution }) => segmentsOf(execution).map((segment) => segment.ended_at),
  'segments.status': ({ execution }) => segmentsOf(execution).map((segment) => segment.status),
  'steps.name': ({ execution }) => execution.steps.map((step) => step.name),
  'steps.type': ({ execution }) => execution.steps.map((step) => step.type),
  'steps.status': ({ execution }) => execution.steps.map((step) => step.status),
  'steps.duration_ms': ({ execution }) => execution.steps.map((step) => step.duration_ms),
  queries: ({ execution }) => execution.queries as unknown as BinaryCell,
  query_count: ({ execution }) => execution.query_count,
  parent_execution_id: ({ execution }) => execution.parent_execution_id,
  retry_of: ({ execution }) => execution.retry_of,
  replay_of: ({ execution }) => execution.replay_of,
  attempt: ({ execution }) => execution.attempt,
  input: ({ execution }) => execution.input,
  input_truncated: ({ execution }) => execution.input_truncated,
  output: ({ execution }) => execution.output,
  output_truncated: ({ execution }) => execution.output_truncated,
  attributes: ({ execution }) => execution.attributes,
  spans_truncated: (told) => told.truncated,
}

const NONE: readonly Segment[] = []

/** None where it has one, of which its own columns say everything: most are like that. */
function segmentsOf({
  segments,
  trace_id,
  span_id,
  started_at,
  ended_at,
  status,
}: SettledExecution): readonly Segment[] {
  const [only] = segments
  const isSaid =
    segments.length === 1 &&
    only!.span_id === span_id &&
    only!.trace_id === trace_id &&
    only!.started_at === started_at &&
    only!.ended_at === (ended_at ?? 0n) &&
    only!.status === status
  return isSaid ? NONE : segments
}

if (Object.keys(CELLS).join() !== CONTENT.join())
  throw new Error('cells of executions are not in the order of the columns')

const encodeContent = rowEncoder<Told, typeof EXECUTIONS.columns>(EXECUTIONS, CELLS)

const encodeVersion = rowEncoder<RowVersion, typeof EXECUTIONS.columns>(EXECUTIONS, {
  previous_started_at: (version) => version.previous_started_at,
  previous_status: (version) => version.previous_status,
  content_hash: (version) => version.content_hash,
  settled_at: (version) => version.settled_at,
  version: (version) => version.version,
  is_deleted: (version) => version.is_deleted,
  removed: (version) => version.removed,
})

/** @param anchor microseconds since the epoch */
export function contentOf(tenant: string, anchor: bigint, execution: SettledExecution, truncated: boolean): Content {
  const bytes = encodeContent({ tenant, anchor, execution, truncated })
  return { bytes, hash: toBigInt(contentHash(bytes)) }
}

export function rowOf(content: Buffer, version: RowVersion): Buffer {
  return Buffer.concat([content, encodeVersion(version)])
}

/** The content of a tombstone: key and start of the row that goes, nothing else. */
export function emptyContent(
  tenant: string,
  anchor: bigint,
  key: { execution_id: string; instance: string },
  startedAt: bigint,
): Buffer {
  const row: Record<string, BinaryRow[string]> = {}
  for (const name of CONTENT) row[name] = emptyCell(EXECUTIONS.columns[name])
  return encodeRow(EXECUTIONS, { ...row, tenant, anchor_at: anchor, ...key, started_at: startedAt }, CONTENT)
}

function emptyCell(type: string): BinaryRow[string] {
  if (type.startsWith('Nullable')) return null
  if (type.startsWith('Array')) return []
  if (type.startsWith('Map')) return {}
  if (type.startsWith('DateTime64')) return 0n
  return /^(UInt|Float)/.test(type) ? 0 : ''
}
