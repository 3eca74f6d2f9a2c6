/** From the markers of a request to Native blocks of `markers`: like those of spans, of which they tell. */
import { MARKERS } from '@runlens/clickhouse'
import type { MarkerSpans } from '@runlens/mapping'
import { AttributeValues } from './attribute-values.ts'
import { type Block, BlockBuilder, blockRoom } from './block-builder.ts'
import { dataView, plain } from './byte-buffer.ts'
import { RowNumbers, type Source } from './sources.ts'
import type { SpanCells } from './span-cells.ts'
import { SPAN_SOURCES } from './span-columns.ts'
import { SpanDocuments } from './span-documents.ts'
import { blockColumn } from './write-column.ts'

type MarkerColumn = keyof (typeof MARKERS)['columns']

const OWN: Readonly<Record<Exclude<MarkerColumn, keyof typeof SPAN_SOURCES>, Source<SpanCells>>> = {
  marker: { level: 'item', kind: 'number', numbers: ({ markers }) => markers!.kinds },
  recorded_at: { level: 'item', kind: 'int64', numbers: ({ markers }) => markers!.recordedAt },
}
const SOURCES: Readonly<Record<string, Source<SpanCells>>> = { ...SPAN_SOURCES, ...OWN }
const COLUMNS = Object.entries(MARKERS.columns).map(([name, type]) => blockColumn(name, type, SOURCES[name]!))

export class MarkerBlockBuilder {
  private readonly blocks = new BlockBuilder<SpanCells>(MARKERS.name, COLUMNS, blockRoom(16 * 1024))
  private readonly documents = new SpanDocuments()
  private readonly values = new AttributeValues()
  private readonly all = new RowNumbers()

  /** Blocks of all of them, as `BlockBuilder.build`, but with bytes of their own: the next portion of a request follows. */
  build({ tape, mapped, ...markers }: MarkerSpans, tenant: Uint8Array, receivedAtMs: number): Block[] {
    const { buffer, spans } = tape
    const { values, documents } = this
    values.prepare(tape)
    this.all.clear()
    for (let row = 0; row < spans.length; row++) this.all.push(row)
    const cells: SpanCells = {
      tape,
      mapped,
      values,
      tenant,
      receivedAtMs,
      bytes: plain(buffer),
      data: dataView(buffer),
      made: mapped.texts,
      documents,
      markers,
    }
    documents.prepare(cells)
    const blocks = this.blocks.build(cells, { scope: spans.at.scope, time: spans.at.startTime }, this.all)
    return blocks.map((block) => ({ ...block, bytes: block.bytes.slice() }))
  }
}
