/** A settled execution as a row of `executions`: its content with a hash to compare by, then what only this version of it says. */
import { createHash } from 'node:crypto'
import { type BinaryRow, columnNames, EXECUTIONS, encodeRow } from '@runlens/clickhouse'
import type { SettledExecution } from '@runlens/mapping'

/** Columns that settling decides, from the first up to and with `spans_truncated`; the rest tell of this version of the row. */
const NAMES = columnNames(EXECUTIONS) as (keyof typeof EXECUTIONS.columns)[]
const CONTENT = NAMES.slice(0, NAMES.indexOf('spans_truncated') + 1)
const VERSION = NAMES.slice(CONTENT.length)

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

/** @param anchor microseconds since the epoch */
export function contentOf(tenant: string, anchor: bigint, execution: SettledExecution, truncated: boolean): Content {
  const { segments, steps, queries, ...columns } = execution
  const row: BinaryRow = {
    ...columns,
    tenant,
    anchor_at: anchor,
    'segments.trace_id': segments.map((segment) => segment.trace_id),
    'segments.span_id': segments.map((segment) => segment.span_id),
    'segments.started_at': segments.map((segment) => segment.started_at),
    'segments.ended_at': segments.map((segment) => segment.ended_at),
    'segments.status': segments.map((segment) => segment.status),
    'steps.name': steps.map((step) => step.name),
    'steps.type': steps.map((step) => step.type),
    'steps.status': steps.map((step) => step.status),
    'steps.duration_ms': steps.map((step) => step.duration_ms),
    queries: queries as unknown as BinaryRow[],
    spans_truncated: truncated,
  }
  const bytes = encodeRow(EXECUTIONS, row, CONTENT)
  return { bytes, hash: createHash('sha1').update(bytes).digest().readBigUInt64LE() }
}

export function rowOf(content: Buffer, version: RowVersion): Buffer {
  return Buffer.concat([content, encodeRow(EXECUTIONS, { ...version }, VERSION)])
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
