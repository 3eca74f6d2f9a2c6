/** Makes the spans of traces ready for `settle`. */
import type { ArrivalTable } from '@runlens/clickhouse'
import type { Settled, SettleSpan } from '@runlens/mapping'
import { ARRIVED_SPANS_MAX } from '../settle/follow-executions.ts'
import type { Arrival } from './dirty-traces.ts'
import type { Group } from './trace-groups.ts'

/** Spans of which objects are made in one look; of more, traces are read again when it is their turn. */
const READ_SPANS_MAX = 30_000

export interface PrepareOptions {
  payloadBytesMax: number
  /** What follows from the spans of one trace; undefined where that fails. */
  settle: (spans: SettleSpan[]) => Settled | undefined
}

/** Gives spans and what follows from them, as long as there is room. */
export function preparing(
  table: ArrivalTable,
  { payloadBytesMax, settle }: PrepareOptions,
): (group: Pick<Group, 'rows' | 'hasRoot'>) => Arrival['read'] {
  let room = READ_SPANS_MAX
  return ({ rows, hasRoot }) => {
    if (!hasRoot || rows.length > Math.min(room, ARRIVED_SPANS_MAX)) return undefined
    room -= rows.length
    const spans = Array.from(rows, (row) => table.spanOf(row, payloadBytesMax))
    return { spans, settled: settle(spans) }
  }
}
