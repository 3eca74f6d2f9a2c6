/** A row of the log as a change. */
import type { Status } from '@runlens/conventions'
import type { ChangeRow } from '../questions/live/changes-after.ts'
import type { PlaceRow } from '../questions/live/log-places.ts'
import type { Change } from './change.ts'
import type { Position } from './position.ts'

export function readChange({ block, block_offset, at, ...row }: ChangeRow): Change {
  return {
    ...row,
    position: readPlace({ block, block_offset, at }),
    status: row.status as Status,
    previous_status: row.previous_status as Status | '',
  }
}

export function readPlace({ block, block_offset, at }: PlaceRow): Position {
  return { block: BigInt(block), offset: BigInt(block_offset), at: BigInt(at) }
}
