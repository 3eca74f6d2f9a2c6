import { SPANS } from '@runlens/clickhouse'
import { ROLES, STATUSES } from '@runlens/conventions'
import { type MappedSpans, NO_TEXT, TEXT_FIELDS, type TextField } from '@runlens/mapping'
import { DEFAULT_LIMITS, indexTraces, TRACES, TraceTape } from '@runlens/otlp'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BlockTable, createBlockTable } from '../../test/kit/block-table.ts'
import { startClickHouse, type TestClickHouse } from '../../test/kit/clickhouse.ts'
import { effort } from '../../test/kit/effort.ts'
import { attributes, codes, hex, id, map, text, time, uint32 } from '../../test/kit/stored-values.ts'
import { insertBlocks } from '../writer/insert.ts'
import { AttributeValues } from './attribute-values.ts'
import { DayReader, dayName } from './days.ts'
import { RowNumbers } from './sources.ts'
import { createSpanBlockBuilder } from './span-blocks.ts'

const NOW = Date.UTC(2026, 10, 23, 12)
const builder = createSpanBlockBuilder()
const values = new AttributeValues()
const tape = new TraceTape()

let clickhouse: TestClickHouse
let table: BlockTable
beforeAll(async () => {
  clickhouse = await startClickHouse()
  table = await createBlockTable(clickhouse)
})
afterAll(() => clickhouse.stop())

const event = fc.record({ timeUnixNano: time, name: text, attributes, droppedAttributesCount: uint32 })
const link = fc.record({
  traceId: id(16),
  spanId: id(8),
  traceState: text,
  flags: uint32,
  attributes,
  droppedAttributesCount: uint32,
})
const span = fc.record({
  traceId: id(16),
  spanId: id(8),
  parentSpanId: fc.option(id(8), { nil: undefined }),
  traceState: text,
  flags: uint32,
  name: text,
  kind: fc.nat(5),
  startTimeUnixNano: time,
  endTimeUnixNano: fc.option(time, { nil: undefined }),
  attributes,
  droppedAttributesCount: uint32,
  events: fc.array(event, { maxLength: 3 }),
  droppedEventsCount: uint32,
  links: fc.array(link, { maxLength: 2 }),
  droppedLinksCount: uint32,
  status: fc.record({ code: fc.nat(2), message: text }),
})
const scope = fc.record({
  scope: fc.record({ name: text, version: text, attributes, droppedAttributesCount: uint32 }),
  spans: fc.array(span, { minLength: 1, maxLength: 8 }),
  schemaUrl: text,
})
const request = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource: fc.record({ attributes, droppedAttributesCount: uint32 }),
      scopeSpans: fc.array(scope, { minLength: 1, maxLength: 3 }),
      schemaUrl: text,
    }),
    { minLength: 1, maxLength: 3 },
  ),
})

type Given<T> = T extends fc.Arbitrary<infer V> ? V : never

/** Mapping results that have nothing to do with the spans: any value a mapper may give, from its seed. */
function anyMapping(count: number, seed: number) {
  const made = [Buffer.from('constant'), Buffer.from('x'.repeat(200)), Buffer.from('größer')]
  const cell = (field: number, row: number, choices: number) =>
    (seed + field * 7 + row * 13 + ((seed * row) % 5)) % choices
  const word = (field: number, row: number) => ['', 'constant', 'x'.repeat(200), 'größer'][cell(field, row, 4)]!
  const mapped: MappedSpans = {
    length: count,
    texts: made,
    text: {} as MappedSpans['text'],
    role: Uint8Array.from({ length: count }, (_, i) => cell(1, i, ROLES.length)),
    rule: Uint8Array.from({ length: count }, (_, i) => cell(2, i, 6)),
    status: Uint8Array.from({ length: count }, (_, i) => cell(3, i, 11)),
    statusExplicit: Uint8Array.from({ length: count }, (_, i) => cell(4, i, 2)),
    attempt: Uint16Array.from({ length: count }, (_, i) => cell(5, i, 3) * 30_000),
    rowsTotal: Float64Array.from({ length: count }, (_, i) => [Number.NaN, 0, 2 ** 52 + 1, -1][cell(6, i, 4)]!),
    rowsReturned: Float64Array.from({ length: count }, (_, i) => [Number.NaN, 12, Infinity][cell(7, i, 3)]!),
    progress: Float64Array.from({ length: count }, (_, i) => [Number.NaN, 0, 0.25][cell(8, i, 3)]!),
    queuedAt: BigInt64Array.from({ length: count }, (_, i) => [0n, 1_700_000_000_123_456_789n][cell(9, i, 2)]!),
    expectedEndAt: BigInt64Array.from({ length: count }, (_, i) => [1n, 0n][cell(10, i, 2)]!),
  }
  TEXT_FIELDS.forEach((field, f) => {
    const starts = Int32Array.from({ length: count }, (_, i) => [NO_TEXT, -2, -3, -4][cell(20 + f, i, 4)]!)
    mapped.text[field] = { starts, ends: starts }
  })
  const row = (i: number) => ({
    ...(Object.fromEntries(TEXT_FIELDS.map((field, f) => [field, word(20 + f, i)])) as Record<TextField, string>),
    role: ROLES[cell(1, i, ROLES.length)],
    rule: cell(2, i, 6),
    status: ['', ...STATUSES][cell(3, i, 11)],
    status_explicit: cell(4, i, 2),
    attempt: cell(5, i, 3) * 30_000,
    rows_total: [null, '0', '4503599627370497', null][cell(6, i, 4)],
    rows_returned: [null, '12', null][cell(7, i, 3)],
    progress: [null, 0, 0.25][cell(8, i, 3)],
    queued_at: [null, '1700000000123456789'][cell(9, i, 2)],
    expected_end_at: ['1', null][cell(10, i, 2)],
  })
  return { mapped, row }
}

/** What must be read back, from the request as it was given to the encoder. */
function expectedRows(given: Given<typeof request>, mappedRow: (i: number) => object) {
  const rows: Record<string, unknown>[] = []
  for (const { resource, scopeSpans, schemaUrl } of given.resourceSpans) {
    for (const { scope, spans, schemaUrl: scopeSchemaUrl } of scopeSpans) {
      for (const s of spans) {
        rows.push({
          tenant: 'acme',
          received_at: '1700000000456',
          trace_id: hex(s.traceId, 16),
          span_id: hex(s.spanId, 8),
          parent_span_id: hex(s.parentSpanId, 8),
          trace_state: s.traceState,
          flags: s.flags,
          name: s.name,
          kind: s.kind,
          started_at: s.startTimeUnixNano,
          ended_at: s.endTimeUnixNano ?? '0',
          status_code: s.status.code,
          status_message: s.status.message,
          attributes: map(s.attributes),
          attribute_types: codes(s.attributes),
          dropped_attributes_count: s.droppedAttributesCount,
          'events.time': s.events.map((e) => e.timeUnixNano),
          'events.name': s.events.map((e) => e.name),
          'events.attributes': s.events.map((e) => map(e.attributes)),
          'events.attribute_types': s.events.map((e) => codes(e.attributes)),
          'events.dropped_attributes_count': s.events.map((e) => e.droppedAttributesCount),
          dropped_events_count: s.droppedEventsCount,
          'links.trace_id': s.links.map((l) => hex(l.traceId, 16)),
          'links.span_id': s.links.map((l) => hex(l.spanId, 8)),
          'links.trace_state': s.links.map((l) => l.traceState),
          'links.flags': s.links.map((l) => l.flags),
          'links.attributes': s.links.map((l) => map(l.attributes)),
          'links.attribute_types': s.links.map((l) => codes(l.attributes)),
          'links.dropped_attributes_count': s.links.map((l) => l.droppedAttributesCount),
          dropped_links_count: s.droppedLinksCount,
          scope_name: scope.name,
          scope_version: scope.version,
          scope_schema_url: scopeSchemaUrl,
          scope_attributes: map(scope.attributes),
          scope_attribute_types: codes(scope.attributes),
          scope_dropped_attributes_count: scope.droppedAttributesCount,
          resource_schema_url: schemaUrl,
          resource_attributes: map(resource.attributes),
          resource_attribute_types: codes(resource.attributes),
          resource_dropped_attributes_count: resource.droppedAttributesCount,
          ...mappedRow(rows.length),
        })
      }
    }
  }
  return rows
}

function all(count: number): RowNumbers {
  const rows = new RowNumbers()
  for (let i = 0; i < count; i++) rows.push(i)
  return rows
}

function blocksFor(given: object, mapping: (count: number) => MappedSpans, kept = (count: number) => all(count)) {
  const body = Buffer.from(TRACES.request.encode(TRACES.request.fromObject(given)).finish())
  expect(indexTraces(tape, body, DEFAULT_LIMITS, NOW)).toMatchObject({ kind: 'indexed', rejected: { total: 0 } })
  values.prepare(tape)
  const count = tape.spans.length
  const input = { tape, mapped: mapping(count), values, tenant: Buffer.from('acme'), receivedAtMs: 1_700_000_000_456 }
  return builder.build(input, kept(count))
}

describe('blocks of spans', () => {
  it('are read by ClickHouse as exactly what the request said, for any request', async () => {
    await fc.assert(
      fc.asyncProperty(request, fc.nat(1000), async (given, seed) => {
        let row!: ReturnType<typeof anyMapping>['row']
        const blocks = blocksFor(given, (count) => {
          const any = anyMapping(count, seed)
          row = any.row
          return any.mapped
        })
        await table.insert(blocks.map(({ bytes }) => bytes))
        const expected = expectedRows(given, row)
        // One block per day, oldest first; within a day in the order of the request.
        const day = (r: Record<string, unknown>) => BigInt(r.started_at as string) / 86_400_000_000_000n
        expected.sort((a, b) => Number(day(a) - day(b)))
        expect(await table.rows()).toEqual(expected)
        expect(blocks.map((b) => b.day)).toEqual([...new Set(expected.map((r) => Number(day(r))))])
      }),
      { numRuns: effort(15, 300) },
    )
  })

  it('belong to the UTC day of the start, to the nanosecond', () => {
    const days = new DayReader()
    const at = new DataView(new ArrayBuffer(9))
    const dayOf = (time: bigint) => {
      at.setBigUint64(1, time, true)
      return days.of(at, 1)
    }
    const midnight = BigInt(Date.UTC(2026, 10, 23)) * 1_000_000n
    expect(dayName(dayOf(midnight - 1n))).toBe('2026-11-22')
    expect(dayName(dayOf(midnight))).toBe('2026-11-23')
    // One after another, around many midnights and far from them.
    const near = fc.tuple(fc.nat(213_503), fc.bigInt(-(2n ** 33n), 2n ** 33n)).map(([day, off]) => {
      const time = BigInt(day) * 86_400_000_000_000n + off
      return time < 0n ? 0n : time
    })
    const times = fc.array(fc.oneof(near, fc.bigInt(0n, 2n ** 64n - 1n)), { maxLength: 30 })
    fc.assert(
      fc.property(times, (given) => {
        for (const time of given.flatMap((time) => [time, time + 1n]))
          if (time < 2n ** 64n) expect(dayOf(time)).toBe(Number(time / 86_400_000_000_000n))
      }),
    )
  })

  it('hold the kept spans only, with their own events, links, scope and resource', async () => {
    const scopeSpans = (name: string, count: number) => ({
      scope: { name },
      spans: Array.from({ length: count }, (_, i) => ({
        ...plainSpan(`${name} ${i}`),
        events: [{ timeUnixNano: START, name: `event ${name} ${i}` }],
      })),
    })
    const given = {
      resourceSpans: ['x', 'y'].map((r) => ({
        resource: { attributes: [{ key: 'host', value: { stringValue: r } }] },
        scopeSpans: [scopeSpans(`${r}1`, 2), scopeSpans(`${r}2`, 2)],
      })),
    }
    const kept = new RowNumbers()
    for (const row of [1, 4, 7]) kept.push(row)
    const blocks = blocksFor(
      given,
      (count) => anyMapping(count, 1).mapped,
      () => kept,
    )
    await table.insert(blocks.map((block) => block.bytes))
    const rows = await table.rows()
    expect(rows.map((r) => [r.name, r.scope_name, r['events.name'], r.resource_attributes])).toEqual([
      ['x1 1', 'x1', ['event x1 1'], { keys: ['host'], values: ['x'] }],
      ['y1 0', 'y1', ['event y1 0'], { keys: ['host'], values: ['y'] }],
      ['y2 1', 'y2', ['event y2 1'], { keys: ['host'], values: ['y'] }],
    ])
  })

  it('widen their indexes with the number of different names: one, two and four bytes', async () => {
    for (const count of [255, 256, 65_536]) {
      const spans = Array.from({ length: count }, (_, i) => plainSpan(`name ${i}`))
      const given = { resourceSpans: [{ scopeSpans: [{ spans }] }] }
      const blocks = blocksFor(given, (n) => anyMapping(n, 2).mapped)
      await table.insert(blocks.map((block) => block.bytes))
      const query = `SELECT toUInt32(count()) AS rows, toUInt32(uniqExact(name)) AS names FROM copy`
      const [row] = await (await clickhouse.client.query({ query, format: 'JSONEachRow' })).json<{
        rows: number
        names: number
      }>()
      expect(row).toMatchObject({ rows: count, names: count })
    }
  })

  it('stay correct for names made to collide in the dictionary', async () => {
    // Same length, same first and last bytes: one hash for all of them.
    const middle = (i: number) => String(i).padStart(6, '0')
    const spans = Array.from({ length: 3000 }, (_, i) => plainSpan(`AAAAAAAAAA${middle(i % 1500)}ZZZZZZZZZZ`))
    const blocks = blocksFor({ resourceSpans: [{ scopeSpans: [{ spans }] }] }, (n) => anyMapping(n, 3).mapped)
    await table.insert(blocks.map((block) => block.bytes))
    const rows = await table.rows()
    expect(rows.map((r) => r.name)).toEqual(spans.map(({ name }) => name))
  })

  it('make one part in ClickHouse when many of them go in one insert', async () => {
    const columns = Object.entries(SPANS.columns).map(([name, type]) => `\`${name}\` ${type}`)
    const query = `CREATE TABLE merged (${columns.join(', ')}) ENGINE = MergeTree ORDER BY trace_id SETTINGS non_replicated_deduplication_window = 100`
    await clickhouse.client.command({ query })
    const blocks = Array.from({ length: 60 }, (_, i) => {
      const spans = Array.from({ length: 1 + (i % 3) * 100 }, (_, k) => plainSpan(`span ${i} ${k}`))
      const [block] = blocksFor({ resourceSpans: [{ scopeSpans: [{ spans }] }] }, (n) => anyMapping(n, i).mapped)
      return Buffer.from(block!.bytes)
    })
    const { signal } = new AbortController()
    const parts = async () => {
      const query = `SELECT name, toUInt32(rows) AS rows, level FROM system.parts WHERE table = 'merged' AND active`
      return (await clickhouse.client.query({ query, format: 'JSONEachRow' })).json()
    }
    await insertBlocks(clickhouse.client, { table: 'merged', token: 'one', blocks }, signal)
    expect(await parts()).toEqual([{ name: 'all_1_1_0', rows: 20 * 1 + 20 * 101 + 20 * 201, level: 0 }])
    // The same token again is the same block again.
    await insertBlocks(clickhouse.client, { table: 'merged', token: 'one', blocks }, signal)
    expect((await parts()).length).toBe(1)
  })
})

const START = String(BigInt(NOW) * 1_000_000n)
let spanIds = 0
function plainSpan(name: string) {
  const spanId = Buffer.alloc(8, 1)
  spanId.writeUInt32BE(++spanIds)
  return { traceId: Buffer.alloc(16, 7), spanId, name, startTimeUnixNano: START }
}
