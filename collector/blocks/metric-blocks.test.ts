import { METRIC_POINTS } from '@runlens/clickhouse'
import { DEFAULT_LIMITS, doubleText, indexMetrics, METRIC_KINDS, MetricTape, METRICS as SIGNAL } from '@runlens/otlp'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BlockTable, createBlockTable } from '../../test/kit/block-table.ts'
import { startClickHouse, type TestClickHouse } from '../../test/kit/clickhouse.ts'
import { effort } from '../../test/kit/effort.ts'
import { attributes, codes, hex, id, map, text, time, uint32 } from '../../test/kit/stored-values.ts'
import { AttributeValues } from './attribute-values.ts'
import { createMetricBlockBuilder } from './metric-blocks.ts'
import { RowNumbers } from './sources.ts'

const NOW = Date.UTC(2026, 10, 23, 12)
const RECEIVED = NOW - 456
const builder = createMetricBlockBuilder()
const values = new AttributeValues()
const tape = new MetricTape()

let clickhouse: TestClickHouse
let table: BlockTable
beforeAll(async () => {
  clickhouse = await startClickHouse()
  table = await createBlockTable(clickhouse, METRIC_POINTS)
})
afterAll(() => clickhouse.stop())

/** Whole, and of more bits than an integer has in ClickHouse. */
const vast = fc.constantFrom(2 ** 63, -(2 ** 63), 2 ** 64, -(2 ** 64), 1e20)
const double = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 5, 0.1, Infinity, -Infinity), vast)
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String)
const int64 = fc
  .oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -9n, max: 99n }))
  .map(String)
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const sint32 = fc.constantFrom(0, 1, -1, 20, -(2 ** 31), 2 ** 31 - 1)
const number = fc.oneof(
  double.map((asDouble) => ({ asDouble })),
  int64.map((asInt) => ({ asInt })),
  fc.constant({}),
)

const exemplars = fc.array(
  fc.record({
    filteredAttributes: attributes,
    timeUnixNano: time,
    number,
    spanId: optional(id(8)),
    traceId: optional(id(16)),
  }),
  { maxLength: 2 },
)
const common = {
  attributes,
  timeUnixNano: time,
  startTimeUnixNano: optional(time),
  flags: fc.oneof(fc.constant(0), uint32),
}
const totals = { count: optional(uint64), sum: optional(double) }
const range = { min: optional(double), max: optional(double) }
const buckets = fc.record({ offset: sint32, bucketCounts: fc.array(uint64, { maxLength: 4 }) })

/** Points of each kind, as the encoder takes them; `number` becomes one of its members. */
const POINTS = {
  gauge: fc.record({ ...common, number, exemplars }),
  sum: fc.record({ ...common, number, exemplars }),
  histogram: fc
    .record({ ...common, ...totals, ...range, exemplars, explicitBounds: fc.array(double, { maxLength: 4 }) })
    .chain((one) =>
      fc
        .array(uint64, { minLength: one.explicitBounds.length + 1, maxLength: one.explicitBounds.length + 1 })
        .map((bucketCounts) => ({ ...one, bucketCounts })),
    ),
  exponentialHistogram: fc.record({
    ...common,
    ...totals,
    ...range,
    exemplars,
    scale: sint32,
    zeroCount: uint64,
    zeroThreshold: double,
    positive: optional(buckets),
    negative: optional(buckets),
  }),
  summary: fc.record({
    ...common,
    ...totals,
    quantileValues: fc.array(fc.record({ quantile: double, value: double }), { maxLength: 3 }),
  }),
} as const

// biome-ignore lint/suspicious/noExplicitAny: a point of any kind, of which most fields are absent
type Point = any

const metric = fc.constantFrom(...(Object.keys(POINTS) as (keyof typeof POINTS)[])).chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    name: text.filter((name) => name !== ''),
    description: text,
    unit: text,
    metadata: attributes,
    temporality: fc.nat(2),
    isMonotonic: fc.boolean(),
    points: fc.array(POINTS[kind] as fc.Arbitrary<Point>, { minLength: 1, maxLength: 3 }),
  }),
)
const request = fc.array(
  fc.record({
    resource: fc.record({ attributes, droppedAttributesCount: uint32 }),
    scope: fc.record({ name: text, version: text, attributes, droppedAttributesCount: uint32 }),
    metrics: fc.array(metric, { minLength: 1, maxLength: 3 }),
    schemaUrl: text,
  }),
  { minLength: 1, maxLength: 2 },
)
type Given = typeof request extends fc.Arbitrary<infer V> ? V : never

const KIND_OF = { exponentialHistogram: 'exponential_histogram' } as Readonly<Record<string, string>>
const hasTemporality = (kind: string) => kind !== 'gauge' && kind !== 'summary'

function blocksFor(given: Given) {
  const resourceMetrics = given.map(({ resource, scope, metrics, schemaUrl }) => ({
    resource,
    schemaUrl,
    scopeMetrics: [
      {
        scope,
        schemaUrl,
        metrics: metrics.map(({ kind, points, temporality, isMonotonic, ...rest }) => ({
          ...rest,
          [kind]: {
            dataPoints: points.map(({ number: value, exemplars: some, ...point }: Point) => ({
              ...point,
              ...value,
              exemplars: some?.map(({ number: v, ...one }: Point) => ({ ...one, ...v })),
            })),
            ...(hasTemporality(kind) ? { aggregationTemporality: temporality } : {}),
            ...(kind === 'sum' ? { isMonotonic } : {}),
          },
        })),
      },
    ],
  }))
  const bytes = Buffer.from(SIGNAL.request.encode(SIGNAL.request.fromObject({ resourceMetrics })).finish())
  expect(indexMetrics(tape, bytes, DEFAULT_LIMITS, NOW)).toMatchObject({ kind: 'indexed', rejected: { total: 0 } })
  values.prepare(tape)
  const kept = new RowNumbers()
  for (let row = 0; row < tape.points.length; row++) kept.push(row)
  return builder.build({ tape, values, tenant: Buffer.from('acme'), receivedAtMs: RECEIVED }, kept)
}

const unlessZero = (value: number | undefined) => (value === undefined ? null : shown(value))
/** As ClickHouse writes a double in JSON: none that is not finite. */
const shown = (value: number) => (Number.isFinite(value) ? value : null)
const doubles = (list: readonly number[] = []) => list.map(shown)
const intOf = ({ asInt }: { asInt?: string }) =>
  asInt === undefined || Number.isSafeInteger(Number(asInt)) ? '' : asInt

/** What must be read back, from the request as it was given to the encoder. */
function expectedRows(given: Given): Record<string, unknown>[] {
  return given.flatMap(({ resource, scope, metrics, schemaUrl }) =>
    metrics.flatMap((of) =>
      of.points.map((point: Point) => {
        const isNothing = (point.flags & 1) === 1
        const figure = (value: number | undefined) => (isNothing ? null : unlessZero(value))
        const value =
          point.number?.asDouble ?? (point.number?.asInt === undefined ? undefined : Number(point.number.asInt))
        const some: Point[] = point.exemplars ?? []
        return {
          tenant: 'acme',
          received_at: `${RECEIVED}`,
          metric: of.name,
          service: '',
          time: point.timeUnixNano,
          start_time: point.startTimeUnixNano ?? '0',
          kind: KIND_OF[of.kind] ?? of.kind,
          value: figure(value),
          count: point.count ?? '0',
          sum: figure(point.sum ?? (of.kind === 'summary' ? 0 : undefined)),
          min: figure(point.min),
          max: figure(point.max),
          unit: of.unit,
          description: of.description,
          temporality: hasTemporality(of.kind) ? of.temporality : 0,
          monotonic: of.kind === 'sum' && of.isMonotonic ? 1 : 0,
          metadata: map(of.metadata),
          metadata_types: codes(of.metadata),
          attributes: map(point.attributes),
          attribute_types: codes(point.attributes),
          flags: point.flags,
          value_int: intOf(point.number ?? {}),
          explicit_bounds: doubles(point.explicitBounds),
          bucket_counts: point.bucketCounts ?? [],
          scale: point.scale ?? 0,
          zero_count: point.zeroCount ?? '0',
          zero_threshold: shown(point.zeroThreshold ?? 0),
          positive_offset: point.positive?.offset ?? 0,
          positive_counts: point.positive?.bucketCounts ?? [],
          negative_offset: point.negative?.offset ?? 0,
          negative_counts: point.negative?.bucketCounts ?? [],
          quantiles: doubles(point.quantileValues?.map(({ quantile }: Point) => quantile)),
          quantile_values: doubles(point.quantileValues?.map((one: Point) => one.value)),
          'exemplars.time': some.map((one) => one.timeUnixNano),
          'exemplars.value': some.map(({ number: { asInt, asDouble } }) =>
            asDouble === undefined ? (asInt ?? '') : doubleText(asDouble),
          ),
          'exemplars.trace_id': some.map(({ traceId }) => hex(traceId, 16)),
          'exemplars.span_id': some.map(({ spanId }) => hex(spanId, 8)),
          'exemplars.attributes': some.map(({ filteredAttributes }) => map(filteredAttributes)),
          'exemplars.attribute_types': some.map(({ filteredAttributes }) => codes(filteredAttributes)),
          scope_name: scope.name,
          scope_version: scope.version,
          ...parent('scope', scope, schemaUrl),
          ...parent('resource', resource, schemaUrl),
        }
      }),
    ),
  )
}

function parent(
  name: string,
  { attributes: own, droppedAttributesCount }: Given[number]['resource'],
  schemaUrl: string,
) {
  return {
    [`${name}_schema_url`]: schemaUrl,
    [`${name}_attributes`]: map(own),
    [`${name}_attribute_types`]: codes(own),
    [`${name}_dropped_attributes_count`]: droppedAttributesCount,
  }
}

describe('blocks of metrics', () => {
  it('are read by ClickHouse as exactly what the request said, for any request', async () => {
    const kinds = new Set<string>()
    await fc.assert(
      fc.asyncProperty(request, async (given) => {
        const blocks = blocksFor(given)
        await table.insert(blocks.map(({ bytes }) => bytes))
        const day = (row: Record<string, unknown>) => Number(BigInt(row.time as string) / 86_400_000_000_000n)
        const expected = expectedRows(given).sort((a, b) => day(a) - day(b))
        const found = (await table.rows()).map(({ series: _, ...row }) => row)
        expect(found).toEqual(expected)
        expect(blocks.map((block) => block.day)).toEqual([...new Set(expected.map(day))])
        for (const { kind } of expected) kinds.add(String(kind))
      }),
      // Enough that each kind comes.
      { numRuns: effort(30, 300) },
    )
    expect(kinds.size).toBe(Object.keys(METRIC_KINDS).length)
  })

  it('number the streams of points: the same for attributes in any order, others for anything that tells streams apart', async () => {
    const attribute = (key: string, value: string) => ({ key, value: { stringValue: value }, text: value, code: 's' })
    const ab = [attribute('a', '1'), attribute('b', '2')]
    const plain: Given[number] = {
      resource: { attributes: ab, droppedAttributesCount: 0 },
      scope: { name: 'scope', version: '1', attributes: ab, droppedAttributesCount: 0 },
      schemaUrl: '',
      metrics: [
        {
          kind: 'sum',
          name: 'requests',
          description: 'd',
          unit: '1',
          metadata: [],
          temporality: 2,
          isMonotonic: true,
          points: [{ attributes: ab, timeUnixNano: `${NOW}000000`, flags: 0, number: { asInt: '1' } }],
        },
      ],
    }
    const of = (change: (copy: Point) => void) => {
      const copy = structuredClone(plain)
      change(copy)
      return copy
    }
    const same = [
      of(() => {}),
      of((one) => one.resource.attributes.reverse()),
      of((one) => one.scope.attributes.reverse()),
      of((one) => one.metrics[0].points[0].attributes.reverse()),
      of((one) => (one.metrics[0].description = 'another')),
      of((one) => (one.metrics[0].points[0].timeUnixNano = `${NOW}000001`)),
    ]
    const others = [
      of((one) => one.resource.attributes.pop()),
      of((one) => (one.scope.version = '2')),
      of((one) => (one.metrics[0].name = 'request')),
      of((one) => (one.metrics[0].unit = 's')),
      of((one) => (one.metrics[0].temporality = 1)),
      of((one) => (one.metrics[0].isMonotonic = false)),
      of((one) => (one.metrics[0].kind = 'gauge')),
      of((one) => (one.metrics[0].points[0].attributes = [attribute('a', '2'), attribute('b', '1')])),
      of((one) => (one.metrics[0].points[0].attributes = [attribute('a1', ''), attribute('b', '2')])),
    ]
    await table.insert(blocksFor([...same, ...others]).map(({ bytes }) => bytes))
    const series = (await table.rows()).map((row) => row.series)
    expect(new Set(series.slice(0, same.length)).size).toBe(1)
    expect(new Set(series).size).toBe(1 + others.length)
  })
})
