/** From an indexed and mapped request to Native blocks of `spans`, one per day or per range of days; everything it uses is reused. */
import { SPANS } from '@runlens/clickhouse'
import { ByteBuffer, dataView, plain } from './byte-buffer.ts'
import { dayOf } from './days.ts'
import { type BlockInput, type Cells, RowNumbers } from './sources.ts'
import { SPAN_SOURCES } from './span-columns.ts'
import { SpanDocuments } from './span-documents.ts'
import { type BlockRows, blockColumn } from './write-column.ts'

/** One Native block: rows of one table and one day, or one range of days. */
export interface Block {
  table: string
  /** UTC days since the epoch; the first of the range for a block of several. */
  day: number
  rows: number
  /** Valid until the next request is built. */
  bytes: Uint8Array
}

const NAMES = Object.keys(SPANS.columns) as (keyof typeof SPANS.columns)[]
const COLUMNS = NAMES.map((name) => blockColumn(name, SPANS.columns[name], SPAN_SOURCES[name]))

/** A request on more days than this gets blocks of {@link DAYS_PER_RANGE} days: an insert for each of its days would hold up all others. */
const DAYS_MAX = 32

/** Days that then share a block, counted from the epoch: as many partitions as ClickHouse takes in one insert by default. */
const DAYS_PER_RANGE = 100

export interface SpanBlockBuilder {
  /**
   * Blocks of the spans `kept` of the input's tape, oldest day first. An insert of blocks with equal `day` never has more than
   * 100 days, whichever requests they come from.
   * @param kept span numbers of the tape, ascending
   */
  build(input: BlockInput, kept: RowNumbers): Block[]
}

export function createSpanBlockBuilder(): SpanBlockBuilder {
  return new Builder()
}

class Builder implements SpanBlockBuilder {
  private readonly out = new ByteBuffer(1024 * 1024)
  private readonly documents = new SpanDocuments()
  private readonly rows: BlockRows = {
    span: new RowNumbers(),
    scope: new RowNumbers(),
    resource: new RowNumbers(),
  }

  build(input: BlockInput, kept: RowNumbers): Block[] {
    this.out.clear()
    const ends: number[] = []
    const days = byDay(input, kept, 1)
    const parts = days.length > DAYS_MAX ? byDay(input, kept, DAYS_PER_RANGE) : days
    const { buffer } = input.tape
    const cells = { ...input, bytes: plain(buffer), data: dataView(buffer), documents: this.documents }
    this.documents.prepare(cells)
    for (const { rows } of parts) {
      this.gather(input, rows)
      this.writeBlock(cells)
      ends.push(this.out.length)
    }
    // Views only now: the buffer may have moved while it grew.
    return parts.map(({ day, rows }, i) => ({
      table: SPANS.name,
      day,
      rows: rows.length,
      bytes: this.out.bytes.subarray(ends[i - 1] ?? 0, ends[i]),
    }))
  }

  private gather({ tape }: BlockInput, kept: RowNumbers): void {
    const { span, scope, resource } = this.rows
    for (const rows of Object.values(this.rows) as RowNumbers[]) rows.clear()
    const { at } = tape.spans
    const resourceOf = tape.scopes.at.resource
    for (let i = 0; i < kept.length; i++) {
      const row = kept.at[i]!
      span.push(row)
      scope.push(at.scope[row]!)
      resource.push(resourceOf[at.scope[row]!]!)
    }
  }

  private writeBlock(cells: Cells): void {
    const columns = COLUMNS.filter((column) => !column.isEmpty(this.rows, cells))
    this.out.varint(columns.length)
    this.out.varint(this.rows.span.length)
    for (const column of columns) column.write(this.out, this.rows, cells)
  }
}

/** Rows by their day, or by the first day of their range. */
function byDay({ tape }: BlockInput, kept: RowNumbers, range: number): { day: number; rows: RowNumbers }[] {
  if (kept.length === 0) return []
  const days = new Map<number, RowNumbers>()
  let lastDay = -1
  let rows: RowNumbers | undefined
  for (let i = 0; i < kept.length; i++) {
    const row = kept.at[i]!
    const start = dayOf(tape.buffer, tape.spans.at.startTime[row]!)
    const day = start - (start % range)
    if (day !== lastDay || !rows) {
      lastDay = day
      rows = days.get(day) ?? new RowNumbers()
      days.set(day, rows)
    }
    rows.push(row)
  }
  return [...days].sort(([a], [b]) => a - b).map(([day, rows]) => ({ day, rows }))
}
