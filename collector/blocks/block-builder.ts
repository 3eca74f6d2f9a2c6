/** From an indexed request to Native blocks of a table, one per day or per range of days; everything it uses is reused. */
import type { Tape } from '@runlens/otlp'
import { ByteBuffer } from './byte-buffer.ts'
import { DayReader } from './days.ts'
import { type Cells, RowNumbers } from './sources.ts'
import type { BlockColumn, BlockRows } from './write-column.ts'

/** One Native block: rows of one table and one day, or one range of days. */
export interface Block {
  table: string
  /** UTC days since the epoch; the first of the range for a block of several. */
  day: number
  rows: number
  /** Valid until the next request is built. */
  bytes: Uint8Array
}

/** The items of a tape: spans, log records. */
export interface BlockItems {
  /** Scope of each. */
  scope: Int32Array
  /** Start of each one's fixed64 time, by which it belongs to a day; -1: that of its arrival. */
  time: Int32Array
}

/** A request on more days than this gets blocks of {@link DAYS_PER_RANGE} days: an insert for each of its days would hold up all others. */
const DAYS_MAX = 32

/** Days that then share a block, counted from the epoch: as many partitions as ClickHouse takes in one insert by default. */
const DAYS_PER_RANGE = 100

const DAY_MS = 86_400_000

/** What blocks are made in. */
export interface BlockRoom {
  out: ByteBuffer
  rows: BlockRows
}

/** @param bytes to have room for from the start */
export function blockRoom(bytes: number): BlockRoom {
  const rows = { item: new RowNumbers(), scope: new RowNumbers(), resource: new RowNumbers() }
  return { out: new ByteBuffer(bytes), rows }
}

export class BlockBuilder<C extends Cells> {
  private readonly out: ByteBuffer
  private readonly rows: BlockRows

  constructor(
    private readonly table: string,
    private readonly columns: readonly BlockColumn<C>[],
    { out, rows }: BlockRoom,
  ) {
    this.out = out
    this.rows = rows
  }

  /**
   * Blocks of the items `kept`, oldest day first. An insert of blocks with equal `day` never has more than 100 days, whichever
   * requests they come from.
   * @param kept item numbers of the tape, ascending
   */
  build(cells: C, items: BlockItems, kept: RowNumbers): Block[] {
    this.out.clear()
    const ends: number[] = []
    const days = byDay(cells, items, kept, 1)
    const parts = days.length > DAYS_MAX ? byDay(cells, items, kept, DAYS_PER_RANGE) : days
    for (const { rows } of parts) {
      this.gather(cells.tape, items, rows)
      this.writeBlock(cells)
      ends.push(this.out.length)
    }
    // Views only now: the buffer may have moved while it grew.
    return parts.map(({ day, rows }, i) => ({
      table: this.table,
      day,
      rows: rows.length,
      bytes: this.out.bytes.subarray(ends[i - 1] ?? 0, ends[i]),
    }))
  }

  private gather(tape: Tape, items: BlockItems, kept: RowNumbers): void {
    for (const rows of Object.values(this.rows) as RowNumbers[]) rows.clear()
    const item = this.rows.item.resize(kept.length)
    const scope = this.rows.scope.resize(kept.length)
    const resource = this.rows.resource.resize(kept.length)
    const resourceOf = tape.scopes.at.resource
    for (let i = 0; i < kept.length; i++) {
      const row = kept.at[i]!
      item[i] = row
      scope[i] = items.scope[row]!
      resource[i] = resourceOf[items.scope[row]!]!
    }
  }

  private writeBlock(cells: C): void {
    const columns = this.columns.filter((column) => !column.isEmpty(this.rows, cells))
    this.out.varint(columns.length)
    this.out.varint(this.rows.item.length)
    for (const column of columns) column.write(this.out, this.rows, cells)
  }
}

/** Rows by their day, or by the first day of their range. */
function byDay(
  { data, receivedAtMs }: Cells,
  { time }: BlockItems,
  kept: RowNumbers,
  range: number,
): { day: number; rows: RowNumbers }[] {
  if (kept.length === 0) return []
  const reader = new DayReader()
  const today = Math.floor(receivedAtMs / DAY_MS)
  // Mostly all are of one day.
  const first = dayAt(time[kept.at[0]!]!, reader, data, today, range)
  let same = 1
  while (same < kept.length && dayAt(time[kept.at[same]!]!, reader, data, today, range) === first) same++
  if (same === kept.length) return [{ day: first, rows: kept }]
  const days = new Map<number, RowNumbers>()
  let lastDay = -1
  let rows: RowNumbers | undefined
  for (let i = 0; i < kept.length; i++) {
    const row = kept.at[i]!
    const day = dayAt(time[row]!, reader, data, today, range)
    if (day !== lastDay || !rows) {
      lastDay = day
      rows = days.get(day) ?? new RowNumbers()
      days.set(day, rows)
    }
    rows.push(row)
  }
  return [...days].sort(([a], [b]) => a - b).map(([day, rows]) => ({ day, rows }))
}

/** The day of a time that starts there, today without one, or the first of its range. */
function dayAt(start: number, reader: DayReader, data: DataView, today: number, range: number): number {
  const own = start < 0 ? today : reader.of(data, start)
  return own - (own % range)
}
