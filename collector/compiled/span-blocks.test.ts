import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createSpanMapper } from '@runlens/mapping'
import { DEFAULT_LIMITS, jsonToTraces, TRACES } from '@runlens/otlp'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { effort } from '../../test/kit/effort.ts'
import { NOW_MS, START } from '../../test/kit/requests.ts'
import { AttributeValues } from '../blocks/attribute-values.ts'
import { RowNumbers } from '../blocks/sources.ts'
import { createSpanBlockBuilder } from '../blocks/span-blocks.ts'
import { CompiledColumns, compiledRoom } from './compiled-columns.ts'
import { CompiledMapping } from './compiled-mapping.ts'
import { CompiledValues } from './compiled-values.ts'
import { Stages } from './stages.ts'
import { TraceIndexer } from './trace-indexer.ts'

const stages = new Stages()
const indexer = new TraceIndexer(stages)
const mapper = createSpanMapper({ roots: 'on' })
mapper.useStage(new CompiledMapping(indexer))
/** Whose columns do not lie in the memory of the stages. */
const otherMapper = createSpanMapper({ roots: 'on' })
const ways = {
  plain: { values: new AttributeValues(), builder: createSpanBlockBuilder() },
  compiled: {
    values: new CompiledValues(stages),
    builder: createSpanBlockBuilder({ columns: new CompiledColumns(stages), room: compiledRoom(stages) }),
  },
}

/** Blocks of every `step`th span as both ways make them; undefined for a request that the compiled indexer leaves. */
function blocksOf(body: Buffer, step = 1, by = mapper) {
  if (indexer.index(body, DEFAULT_LIMITS, NOW_MS) === undefined) return undefined
  const { tape } = indexer
  const kept = new RowNumbers()
  for (let row = step - 1; row < tape.spans.length; row += step) kept.push(row)
  const mapped = by.map(tape)
  const build = ({ values, builder }: (typeof ways)['plain']) => {
    values.prepare(tape)
    const input = { tape, mapped, values, tenant: Buffer.from('acme'), receivedAtMs: NOW_MS }
    return builder
      .build(input, kept)
      .map(({ day, rows, bytes }) => ({ day, rows, bytes: Buffer.from(bytes).toString('latin1') }))
  }
  return { plain: build(ways.plain), compiled: build(ways.compiled), isInMemory: isInMemory(), rows: kept.length }
}

/** Whether the compiled way's block lies where compiled stages write. */
function isInMemory(): boolean {
  const { tape } = indexer
  const kept = new RowNumbers()
  if (tape.spans.length > 0) kept.push(0)
  const input = {
    tape,
    mapped: mapper.map(tape),
    values: ways.compiled.values,
    tenant: Buffer.from('a'),
    receivedAtMs: 0,
  }
  return ways.compiled.builder.build(input, kept).every(({ bytes }) => stages.hold(bytes))
}

function encoded(request: object): Buffer {
  return Buffer.from(TRACES.request.encode(TRACES.request.fromObject(request)).finish())
}

function spansWith(attributes: (i: number) => object[], count = 1) {
  const spans = Array.from({ length: count }, (_, i) => ({
    traceId: Buffer.alloc(16, 7),
    spanId: Buffer.alloc(8, 1 + (i % 200)),
    name: `span ${i % 5}`,
    startTimeUnixNano: String(START),
    attributes: attributes(i),
  }))
  return encoded({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
}

const value = fc.oneof(
  fc
    .string({ unit: fc.constantFrom('"', '\\', '\n', '\u0000', '\u001f', ' ', 'ü', '😀', 'a'), maxLength: 40 })
    .map((text) => ({
      stringValue: text,
    })),
  fc.string({ minLength: 100, maxLength: 300 }).map((text) => ({ stringValue: text })),
  fc.boolean().map((boolValue) => ({ boolValue })),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((int) => ({ intValue: String(int) })),
  fc.nat({ max: 300 }).map((intValue) => ({ intValue })),
  fc
    .constantFrom(...[7, 14, 20, 27, 28, 31, 35, 62].flatMap((bits) => [2n ** BigInt(bits), 2n ** BigInt(bits) - 1n]))
    .map((int) => ({ intValue: String(int) })),
  fc.double().map((doubleValue) => ({ doubleValue })),
  fc.uint8Array({ maxLength: 5 }).map((bytes) => ({ bytesValue: Buffer.from(bytes) })),
  fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }).map((texts) => ({
    arrayValue: { values: texts.map((stringValue) => ({ stringValue })) },
  })),
  fc.constant({}),
)
const attributes = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'gen_ai.system', 'ü"'), value }), {
  maxLength: 12,
})

/** Figures, which few spans have: of both kinds that the compiled stage writes, and of one that it leaves. */
const figure = fc.record({
  key: fc.constantFrom(
    'runlens.query.total_rows',
    'db.response.returned_rows',
    'db.response.returned_rows',
    'runlens.execution.progress',
  ),
  value: fc.oneof(
    fc.constantFrom(0, 9, 10, 2 ** 32, 2 ** 53 - 1, 2 ** 53).map((intValue) => ({ intValue: String(intValue) })),
    value,
  ),
})

const text = fc.oneof(fc.constantFrom('', 'GET', 'n8n'), fc.string({ unit: 'binary', maxLength: 40 }))
const id = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((id) => Buffer.from([1, ...id.slice(1)]))
const count = fc.constantFrom(0, 0, 1, 2 ** 32 - 1)
const time = fc.integer({ min: 0, max: 90 }).map((days) => String(START - BigInt(days) * 43_200_000_000_000n))
const known = fc.record({
  key: fc.constantFrom(
    'service.name',
    'error.type',
    'db.system',
    'langgraph.node',
    'n8n.node.name',
    'gen_ai.operation.name',
  ),
  value: fc.record({ stringValue: text }),
})
const span = fc.record({
  traceId: id(16),
  spanId: id(8),
  parentSpanId: fc.option(id(8), { nil: undefined }),
  traceState: text,
  flags: count,
  name: text,
  kind: fc.nat(5),
  startTimeUnixNano: time,
  endTimeUnixNano: fc.option(time, { nil: undefined }),
  attributes: fc
    .tuple(attributes, fc.array(known, { maxLength: 3 }), fc.array(figure, { maxLength: 1 }))
    .map((all) => all.flat()),
  droppedAttributesCount: count,
  events: fc.array(fc.record({ timeUnixNano: time, name: text, attributes }), { maxLength: 2 }),
  droppedEventsCount: count,
  links: fc.array(fc.record({ traceId: id(16), spanId: id(8), traceState: text, attributes }), { maxLength: 2 }),
  droppedLinksCount: count,
  status: fc.record({ code: fc.nat(2), message: text }),
})
/** Some stand there several times: most spans are like others. */
const spans = fc
  .tuple(fc.array(span, { minLength: 1, maxLength: 8 }), fc.array(fc.nat(), { maxLength: 20 }))
  .map(([own, again]) => [...own, ...again.map((i) => own[i % own.length])])
const request = fc.record({
  resourceSpans: fc.array(
    fc.record({
      resource: fc.record({ attributes: fc.array(known, { maxLength: 3 }) }),
      scopeSpans: fc.array(fc.record({ scope: fc.record({ name: text, attributes }), spans }), {
        minLength: 1,
        maxLength: 3,
      }),
    }),
    { minLength: 1, maxLength: 3 },
  ),
})

test('compiled blocks of any request are those that TypeScript makes, whichever spans are kept', () => {
  let compared = 0
  fc.assert(
    fc.property(request, fc.integer({ min: 1, max: 3 }), fc.boolean(), (given, step, other) => {
      const blocks = blocksOf(encoded(given), step, other ? otherMapper : mapper)
      if (!blocks) return
      expect(blocks.compiled).toEqual(blocks.plain)
      expect(blocks.isInMemory).toBe(true)
      compared++
    }),
    { numRuns: effort(200, 4000) },
  )
  expect(compared).toBeGreaterThan(100)
})

test('values of every type and with every byte that needs an escape are written as TypeScript writes them', () => {
  fc.assert(
    fc.property(fc.array(attributes, { minLength: 1, maxLength: 12 }), (spans) => {
      const blocks = blocksOf(spansWith((i) => spans[i]!, spans.length))!
      expect(blocks.isInMemory).toBe(true)
      expect(blocks.compiled).toEqual(blocks.plain)
    }),
    { numRuns: effort(300, 3000) },
  )
})

test('lists around the lengths at which their own length takes another byte, with and without escapes', () => {
  for (const bound of [128, 16_384]) {
    for (let length = bound - 8; length <= bound; length++) {
      for (const last of ['x', '"', '\u0001']) {
        const blocks = blocksOf(
          spansWith(() => [{ key: 'k', value: { stringValue: 'x'.repeat(length - 1) + last } }], 2),
        )!
        expect(blocks.compiled).toEqual(blocks.plain)
      }
    }
  }
})

test('what needs more room than the compiled stages have is made in TypeScript, and what follows it is not', () => {
  const text = '\u0001'.repeat(60_000)
  const large = blocksOf(spansWith(() => [{ key: 'k', value: { stringValue: text } }], 100))!
  expect(large.compiled[0]!.bytes.length).toBeGreaterThan(stages.place('OUT_BYTES_MAX'))
  expect(large.compiled).toEqual(large.plain)
  const small = blocksOf(spansWith((i) => [{ key: 'k', value: { intValue: i } }], 100))!
  expect(small.compiled).toEqual(small.plain)
  expect(small.isInMemory).toBe(true)
})

test('texts and documents beyond the room for them, with and without escapes', () => {
  const resources = (count: number, character: string) =>
    encoded({
      resourceSpans: Array.from({ length: count }, (_, i) => ({
        resource: {
          attributes: [
            { key: 'service.name', value: { stringValue: `service ${i}` } },
            { key: 'service.namespace', value: { stringValue: character.repeat(60_000) } },
          ],
        },
        scopeSpans: [
          {
            spans: [
              {
                traceId: Buffer.alloc(16, 7),
                spanId: Buffer.alloc(8, 1 + i),
                name: 'x',
                startTimeUnixNano: String(START),
              },
            ],
          },
        ],
      })),
    })
  const queries = (count: number) =>
    spansWith((i) => [{ key: 'db.query.text', value: { stringValue: `${'\u0001'.repeat(60_000)} ${i}` } }], count)
  const overMade = Math.ceil(stages.place('MADE_BYTES_MAX') / 60_000)
  const overLabels = Math.ceil(stages.place('LABEL_DOCUMENTS_BYTES_MAX') / 360_000)
  const overFields = Math.ceil(stages.place('FIELD_DOCUMENTS_BYTES_MAX') / 360_000)
  for (const body of [
    resources(overMade + 1, 'n'),
    resources(overLabels + 1, '\u0001'),
    queries(overFields + 1),
    queries(1),
  ]) {
    const blocks = blocksOf(body)!
    expect(blocks.compiled).toEqual(blocks.plain)
    expect(blocks.compiled[0]!.bytes).toMatch(/nnnnn|u0001/)
  }
})

test('spans whose attributes differ in one key or one type only have shapes of their own', () => {
  const places = 20
  const body = spansWith(
    (i) =>
      Array.from({ length: places }, (_, place) => ({
        key: place === i ? 'other' : `key ${place}`,
        value: place === i - places ? { boolValue: true } : { stringValue: 'true' },
      })),
    places * 2 + 1,
  )
  const blocks = blocksOf(body)!
  expect(blocks.compiled).toEqual(blocks.plain)
  expect(blocks.compiled[0]!.bytes.split('"attribute_types":').length - 1).toBe(places * 2 + 1)
})

test('blocks of all recorded payloads of traces', () => {
  const fixtures = fileURLToPath(new URL('../../test/fixtures/otlp/', import.meta.url))
  let compared = 0
  for (const name of readdirSync(fixtures).filter((file) => !file.includes('-logs'))) {
    const file = readFileSync(fixtures + name)
    const outcome = name.endsWith('.pb') ? { kind: 'ok' as const, bytes: file } : jsonToTraces(file, DEFAULT_LIMITS)
    if (outcome.kind !== 'ok') throw new Error(outcome.message)
    const blocks = blocksOf(outcome.bytes)!
    expect(blocks.compiled).toEqual(blocks.plain)
    compared += blocks.rows
  }
  expect(compared).toBeGreaterThan(10)
})
