import { SPANS } from '@runlens/clickhouse'
import { type MappedSpans, NO_TEXT, TEXT_FIELDS } from '@runlens/mapping'
import { DEFAULT_LIMITS, indexTraces, TRACES, TraceTape } from '@runlens/otlp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BlockTable, createBlockTable } from '../../test/kit/block-table.ts'
import { startClickHouse, type TestClickHouse } from '../../test/kit/clickhouse.ts'
import { AttributeValues } from './attribute-values.ts'
import { RowNumbers } from './sources.ts'
import { createSpanBlockBuilder } from './span-blocks.ts'

const NOW = Date.UTC(2026, 10, 23, 12)
const START = String(BigInt(NOW) * 1_000_000n)

let clickhouse: TestClickHouse
let table: BlockTable
beforeAll(async () => {
  clickhouse = await startClickHouse()
  table = await createBlockTable(clickhouse)
})
afterAll(() => clickhouse.stop())

test('blocks leave out columns in which nothing stands, also among blocks that have them', async () => {
  const bare = { ...span('bare'), kind: 2 }
  const full = {
    ...span('full'),
    parentSpanId: Buffer.alloc(8, 3),
    attributes: [{ key: 'a', value: { stringValue: 'b' } }],
    events: [{ timeUnixNano: START, name: '' }],
    links: [{ traceState: 'l' }],
  }
  const blocks = [[bare], [bare, full], [bare]].map((spans) => blockOf(spans))
  const names = Object.keys(SPANS.columns)
  const left = (block: Buffer) => names.filter((name) => !block.includes(`${String.fromCharCode(name.length)}${name}`))
  expect(left(blocks[0]!)).toEqual(
    expect.arrayContaining(['events_json', 'links_json', 'attribute_values', 'fields_json']),
  )
  expect(blocks[0]!.length).toBeLessThan(blocks[1]!.length / 2)
  await table.insert(blocks)
  const rows = await table.rows()
  expect(rows.map((r) => r.name)).toEqual(['bare', 'bare', 'full', 'bare'])
  expect(rows[0]).toEqual(rows[1])
  expect(rows[3]).toEqual(rows[1])
  expect(rows[2]).toMatchObject({
    parent_span_id: '03'.repeat(8),
    attributes: { keys: ['a'], values: ['b'] },
    'events.time': [START],
    'events.name': [''],
    'links.trace_state': ['l'],
    'links.flags': [0],
    role: 'other',
    status: '',
    rows_total: null,
    queued_at: null,
  })
})

/** What a mapper says that found nothing. */
function nothingMapped(length: number): MappedSpans {
  const none = () => new Float64Array(length).fill(Number.NaN)
  const text = () => ({ starts: new Int32Array(length).fill(NO_TEXT), ends: new Int32Array(length) })
  return {
    length,
    texts: [],
    text: Object.fromEntries(TEXT_FIELDS.map((field) => [field, text()])) as MappedSpans['text'],
    role: new Uint8Array(length),
    rule: new Uint8Array(length),
    status: new Uint8Array(length),
    statusExplicit: new Uint8Array(length),
    attempt: new Uint16Array(length),
    rowsTotal: none(),
    rowsReturned: none(),
    progress: none(),
    queuedAt: new BigInt64Array(length),
    expectedEndAt: new BigInt64Array(length),
  }
}

function blockOf(spans: object[]): Buffer {
  const tape = new TraceTape()
  const request = TRACES.request.fromObject({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
  indexTraces(tape, Buffer.from(TRACES.request.encode(request).finish()), DEFAULT_LIMITS, NOW)
  const values = new AttributeValues()
  values.prepare(tape)
  const kept = new RowNumbers()
  for (let row = 0; row < spans.length; row++) kept.push(row)
  const input = { tape, mapped: nothingMapped(spans.length), values, tenant: Buffer.from('acme'), receivedAtMs: NOW }
  const [block] = createSpanBlockBuilder().build(input, kept)
  return Buffer.from(block!.bytes)
}

function span(name: string) {
  return { traceId: Buffer.alloc(16, 7), spanId: Buffer.alloc(8, 1), name, startTimeUnixNano: START }
}
