/** Decides, without asking anybody, which rows follow from settled traces and what `executions` holds: what changed, what goes. */
import type { SettledExecution } from '@runlens/mapping'
import { type CurrentRow, placeText } from './current-rows.ts'
import type { ExecutionKey } from './execution-key.ts'
import { type Content, contentOf, emptyContent, type RowVersion, rowOf } from './execution-row.ts'

/** A row to write. */
export interface PlannedRow {
  /** Microseconds since the epoch. */
  anchor: bigint
  /** About, in bytes. */
  size: number
  /** The whole row once its batch, and so `settled_at`, is known. */
  encode: (settledAt: bigint) => Buffer
}

export interface Wanted {
  execution: SettledExecution
  /** Ascending, at least one. */
  anchors: readonly bigint[]
  truncated: boolean
  /** It never had a row. */
  isNew: boolean
  /** Of its row at the first anchor, where it was encoded already. */
  content?: Content | undefined
}

export interface Unwanted {
  key: ExecutionKey
  anchors: readonly bigint[]
}

/** The version that nothing replaces: of rows at an anchor that lost against a smaller one. */
const LAST_VERSION = 0xffff_ffff_ffff_ffffn

/**
 * @param current the newest rows at every anchor of every execution given
 * @param nowMicros version of new rows, unless the replaced row has a later one
 */
export function planRows(
  tenant: string,
  wanted: readonly Wanted[],
  unwanted: readonly Unwanted[],
  current: ReadonlyMap<string, CurrentRow>,
  nowMicros: bigint,
): PlannedRow[] {
  const rows: PlannedRow[] = []
  for (const one of wanted) {
    const { execution, anchors } = one
    const [anchor, ...lost] = anchors as [bigint, ...bigint[]]
    const row = changedRow(tenant, one, at(current, execution, anchor), nowMicros)
    if (row) rows.push(row)
    for (const other of lost) {
      const there = at(current, execution, other)
      if (there?.version !== LAST_VERSION) rows.push(tombstone(tenant, other, execution, there, LAST_VERSION))
    }
  }
  for (const { key, anchors } of unwanted) {
    for (const anchor of anchors) {
      const there = at(current, key, anchor)
      if (there && !there.is_deleted && !isClosed(there))
        rows.push(tombstone(tenant, anchor, key, there, next(there, nowMicros)))
    }
  }
  return rows
}

/** What the row of an execution says, at the first of its anchors. */
export function encodeContent(tenant: string, { execution, anchors, truncated }: Wanted): Content {
  return contentOf(tenant, anchors[0]!, execution, truncated)
}

function at(current: ReadonlyMap<string, CurrentRow>, key: ExecutionKey, anchor: bigint): CurrentRow | undefined {
  return current.get(placeText({ execution_id: key.execution_id, instance: key.instance, anchor }))
}

/** Its spans are gone: what a late one says alone is less than what is known. */
function isClosed(there: CurrentRow | undefined): boolean {
  return there?.removed === 'payload'
}

function next(there: CurrentRow | undefined, nowMicros: bigint): bigint {
  return there && there.version >= nowMicros ? there.version + 1n : nowMicros
}

function changedRow(
  tenant: string,
  wanted: Wanted,
  there: CurrentRow | undefined,
  nowMicros: bigint,
): PlannedRow | undefined {
  if (isClosed(there)) return undefined
  const { execution, content = encodeContent(tenant, wanted) } = wanted
  const anchor = wanted.anchors[0]!
  if (there && !there.is_deleted && there.content_hash === content.hash) return undefined
  const previous = there?.is_deleted ? undefined : there
  const moved = previous !== undefined && previous.started_at !== execution.started_at
  return planned(anchor, content.bytes, {
    previous_started_at: moved ? previous.started_at : null,
    previous_status: previous?.status ?? '',
    content_hash: content.hash,
    version: next(there, nowMicros),
    is_deleted: false,
    removed: '',
  })
}

function tombstone(
  tenant: string,
  anchor: bigint,
  key: ExecutionKey,
  there: CurrentRow | undefined,
  version: bigint,
): PlannedRow {
  const startedAt = there?.started_at ?? anchor * 1000n
  const { execution_id, instance } = key
  return planned(anchor, emptyContent(tenant, anchor, { execution_id, instance }, startedAt), {
    previous_started_at: null,
    previous_status: '',
    content_hash: 0n,
    version,
    is_deleted: true,
    removed: '',
  })
}

function planned(anchor: bigint, content: Buffer, version: Omit<RowVersion, 'settled_at'>): PlannedRow {
  return {
    anchor,
    size: content.length,
    encode: (settledAt) => rowOf(content, { ...version, settled_at: settledAt }),
  }
}
