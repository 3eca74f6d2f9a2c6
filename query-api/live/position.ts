/**
 * Places in the log of changes. The id of an event is the place of its row; a client that names it gets what came after, from any
 * process, after any restart.
 */

export interface Position {
  /** ClickHouse's number of the row's block: blocks are numbered as they become visible. */
  block: bigint
  /** Of the row in its block. */
  offset: bigint
  /** `changed_at` of the row, microseconds since the epoch. Tells a place from one of the same number after the log began anew. */
  at: bigint
}

/** Before the first row of a log that is empty. */
export const BEGINNING: Position = { block: 0n, offset: 0n, at: 0n }

export function formatPosition({ block, offset, at }: Position): string {
  return `${block}-${offset}-${at}`
}

/** Null for a text that is no position. */
export function parsePosition(text: string): Position | null {
  const parts = /^(\d{1,18})-(\d{1,18})-(\d{1,18})$/.exec(text)
  if (!parts) return null
  const [, block = '', offset = '', at = ''] = parts
  return { block: BigInt(block), offset: BigInt(offset), at: BigInt(at) }
}

export function isAfter(a: Position, b: Position): boolean {
  return a.block > b.block || (a.block === b.block && a.offset > b.offset)
}
