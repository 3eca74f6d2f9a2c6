/** A settled execution as a row of `executions`: its content with a hash to compare by, then what only this version of it says. */
import { createHash } from 'node:crypto'
import { type BinaryCell, type BinaryRow, columnNames, EXECUTIONS, encodeCells, encodeRow } from '@runlens/clickhouse'
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

type CellOf = (execution: SettledExecution) => BinaryCell

/** Cells that a settled execution does not have under the column's name. */
const CELLS: Readonly<Record<string, CellOf>> = {
  'segments.trace_id': ({ segments }) => segments.map((segment) => segment.trace_id),
  'segments.span_id': ({ segments }) => segments.map((segment) => segment.span_id),
  'segments.started_at': ({ segments }) => segments.map((segment) => segment.started_at),
  'segments.ended_at': ({ segments }) => segments.map((segment) => segment.ended_at),
  'segments.status': ({ segments }) => segments.map((segment) => segment.status),
  'steps.name': ({ steps }) => steps.map((step) => step.name),
  'steps.type': ({ steps }) => steps.map((step) => step.type),
  'steps.status': ({ steps }) => steps.map((step) => step.status),
  'steps.duration_ms': ({ steps }) => steps.map((step) => step.duration_ms),
}

/** @param anchor microseconds since the epoch */
export function contentOf(tenant: string, anchor: bigint, execution: SettledExecution, truncated: boolean): Content {
  const more: BinaryRow = { tenant, anchor_at: anchor, spans_truncated: truncated }
  const fields = execution as unknown as BinaryRow
  // Asked for one by one: to spread an execution into a row cost a third of its encoding.
  const bytes = encodeCells(EXECUTIONS, CONTENT, (name) => more[name] ?? CELLS[name]?.(execution) ?? fields[name])
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
