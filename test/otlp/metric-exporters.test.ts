/** The metric exporters of the OpenTelemetry JS SDK, unmodified, against the built collector and a ClickHouse: what they send is what lies there. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OTLPMetricExporter as GrpcExporter } from '@opentelemetry/exporter-metrics-otlp-grpc'
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestClickHouse } from '../kit/clickhouse.ts'
import { type Collector, startCollector } from '../kit/collector.ts'
import { expectBalance, spansInSpool } from '../kit/invariant.ts'
import { postJson } from '../kit/logs.ts'
import { everyKind, metricsExport } from '../kit/metrics.ts'
import { rowsOf, startDatabase } from '../kit/stack-db.ts'
import { eventually } from '../kit/traces.ts'

let clickhouse: TestClickHouse
let collector: Collector
let stored = 0
beforeAll(async () => {
  clickhouse = await startDatabase()
  collector = await startCollector({ clickhouseUrl: clickhouse.url })
})
afterAll(async () => {
  await collector?.stop()
  await clickhouse?.stop()
})

const balance = async (fault: string, accepted = stored) => {
  const { dataDir } = collector
  await expectBalance({ fault, dataDir, client: clickhouse.client, accepted, stored, spool: 0, deadLetter: 0 })
}

interface Target {
  grpc: string
  http: string
}

const exporters: [name: string, create: (target: Target) => PushMetricExporter][] = (['none', 'gzip'] as const).flatMap(
  (name) => {
    const compression = name as never
    return [
      [`http/protobuf, ${name}`, ({ http }) => new ProtobufExporter({ url: `http://${http}/v1/metrics`, compression })],
      [`http/json, ${name}`, ({ http }) => new JsonExporter({ url: `http://${http}/v1/metrics`, compression })],
      [`grpc, ${name}`, ({ grpc }) => new GrpcExporter({ url: `http://${grpc}`, compression })],
    ] as [string, (target: Target) => PushMetricExporter][]
  },
)

/** Measures as an application does, with an instrument of each kind, and sends all of it once. */
async function measure(exporter: PushMetricExporter, service: string): Promise<void> {
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
    views: [
      { instrumentName: 'took.exponential', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } },
      {
        instrumentName: 'took',
        aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [0.5, 10] } },
      },
    ],
  })
  const meter = provider.getMeter('metric-exporter-test', '1.2.3')
  const requests = meter.createCounter('requests', { unit: '{request}', description: 'All of them' })
  requests.add(2, { route: '/a', cached: true })
  requests.add(3, { route: '/b' })
  meter.createUpDownCounter('queued').add(-4)
  meter.createObservableGauge('load').addCallback((result) => result.observe(0.75, { cpu: 1 }))
  const took = meter.createHistogram('took', { unit: 's' })
  for (const seconds of [0.25, 0.5, 7, 100]) took.record(seconds)
  const exponential = meter.createHistogram('took.exponential', { unit: 's' })
  for (const seconds of [1, 2, 2]) exponential.record(seconds)
  await provider.forceFlush()
  await provider.shutdown()
}

const POINTS = 6

it.each(exporters)('what the exporter for %s sends is stored as it is', async (name, create) => {
  await measure(create({ grpc: collector.urls.otlpGrpc, http: new URL(collector.urls.otlpHttp).host }), name)
  // The provider sends once more as it shuts down.
  stored += 2 * POINTS
  const rows = await eventually(async () => {
    const found = await rowsOf<Record<string, unknown>>(
      clickhouse.client,
      `SELECT metric, kind, unit, description, temporality, monotonic, attributes, attribute_types, value, count, sum, min, max,
  explicit_bounds, bucket_counts, length(positive_counts) > 0 AS has_positive, arraySum(positive_counts) AS positive, scope_name, scope_version,
  start_time < time AS has_start
FROM v_metric_points WHERE service = '${name}' ORDER BY metric, mapValues(attributes), time`,
    )
    expect(found).toHaveLength(2 * POINTS)
    return found.filter((_, i) => i % 2 === 1)
  })
  const common = {
    unit: '',
    description: '',
    attributes: {},
    attribute_types: '',
    explicit_bounds: [],
    bucket_counts: [],
    has_positive: 0,
    positive: '0',
    scope_name: 'metric-exporter-test',
    scope_version: '1.2.3',
    has_start: 1,
    count: '0',
    sum: null,
    min: null,
    max: null,
    value: null,
    temporality: 2,
    monotonic: 0,
  }
  const counter = {
    ...common,
    metric: 'requests',
    kind: 'sum',
    unit: '{request}',
    description: 'All of them',
    monotonic: 1,
  }
  const histogram = { ...common, unit: 's' }
  expect(rows).toEqual([
    {
      ...common,
      metric: 'load',
      kind: 'gauge',
      temporality: 0,
      value: 0.75,
      attributes: { cpu: '1' },
      attribute_types: 'i',
    },
    { ...common, metric: 'queued', kind: 'sum', value: -4 },
    { ...counter, value: 2, attributes: { route: '/a', cached: 'true' }, attribute_types: 'sb' },
    { ...counter, value: 3, attributes: { route: '/b' }, attribute_types: 's' },
    {
      ...histogram,
      metric: 'took',
      kind: 'histogram',
      count: '4',
      sum: 107.75,
      min: 0.25,
      max: 100,
      explicit_bounds: [0.5, 10],
      bucket_counts: ['2', '1', '1'],
    },
    {
      ...histogram,
      metric: 'took.exponential',
      kind: 'exponential_histogram',
      count: '3',
      sum: 5,
      min: 1,
      max: 2,
      has_positive: 1,
      positive: '3',
    },
  ])
  await balance(name)
})

describe('a request with every kind of metric', () => {
  const AT = 1_795_391_600_000

  it('is stored with all that its points say', async () => {
    expect(await postJson(collector.urls.otlpHttp, '/v1/metrics', metricsExport(everyKind(AT), 'every'))).toBe(200)
    stored += 6
    await balance('every kind')
    const rows = await rowsOf(
      clickhouse.client,
      `SELECT kind, value, value_int, count, sum, min, max, bucket_counts, explicit_bounds, scale, zero_count, zero_threshold,
  positive_offset, positive_counts, negative_offset, negative_counts, quantiles, arrayMap(x -> toString(x), quantile_values) AS values,
  exemplars.value AS e_value, arrayMap(x -> lower(hex(x)), exemplars.trace_id) AS e_trace, arrayMap(x -> lower(hex(x)), exemplars.span_id) AS e_span,
  exemplars.attributes AS e_attributes, arrayMap(x -> toUnixTimestamp64Milli(x), exemplars.time) AS e_time, flags, metadata
FROM v_metric_points WHERE service = 'every' ORDER BY metric, length(attributes) DESC`,
    )
    const none = {
      value: null,
      value_int: '',
      count: '0',
      sum: null,
      min: null,
      max: null,
      bucket_counts: [],
      explicit_bounds: [],
      scale: 0,
      zero_count: '0',
      zero_threshold: 0,
      positive_offset: 0,
      positive_counts: [],
      negative_offset: 0,
      negative_counts: [],
      quantiles: [],
      values: [],
      e_value: [],
      e_trace: [],
      e_span: [],
      e_attributes: [],
      e_time: [],
      flags: 0,
      metadata: {},
    }
    const exemplar = {
      e_value: ['12.5'],
      e_trace: ['ab'.repeat(16)],
      e_span: ['cd'.repeat(8)],
      e_attributes: [{ 'user.id': 'u-1' }],
      e_time: [`${AT - 1}`],
    }
    const distribution = { ...none, ...exemplar, count: '7', sum: 30.5, min: 0.5, max: 12.5 }
    expect(rows).toEqual([
      {
        ...distribution,
        kind: 'exponential_histogram',
        scale: -1,
        zero_count: '2',
        zero_threshold: 0.001,
        positive_offset: -3,
        positive_counts: ['1', '0', '3'],
        negative_offset: 2,
        negative_counts: ['1'],
      },
      { ...none, kind: 'gauge', value: 0.75 },
      // Nothing was recorded.
      { ...none, kind: 'gauge', flags: 1 },
      { ...distribution, kind: 'histogram', bucket_counts: ['4', '2', '1'], explicit_bounds: [1, 10] },
      {
        ...none,
        ...exemplar,
        kind: 'sum',
        value: 9007199254740992,
        value_int: '9007199254740993',
        metadata: { 'prometheus.type': 'counter' },
      },
      { ...none, kind: 'summary', count: '7', sum: 30.5, quantiles: [0.5, 0.99], values: ['2.5', 'nan'] },
    ])
  })

  it('counts once, however often it is sent, and what differs in anything stays beside it', async () => {
    for (let i = 0; i < 3; i++)
      await postJson(collector.urls.otlpHttp, '/v1/metrics', metricsExport(everyKind(AT), 'every'))
    const [gauge] = everyKind(AT)
    const other = { ...gauge!, gauge: { dataPoints: [{ ...gauge!.gauge!.dataPoints[0], asDouble: 0.5 }] } }
    await postJson(collector.urls.otlpHttp, '/v1/metrics', metricsExport([other], 'every'))
    const accepted = stored + 3 * 6 + 1
    stored += 1
    const metrics = await (await fetch(`${collector.urls.otlpHttp}/metrics`)).text()
    expect(Number(/^runlens_data_points_accepted_total (\d+)$/m.exec(metrics)?.[1])).toBe(accepted)
    await balance('resent')
    await clickhouse.client.command({ query: 'OPTIMIZE TABLE metric_points FINAL' })
    const counted = await rowsOf(
      clickhouse.client,
      `SELECT toUInt32(count()) AS points, toUInt32(uniqExact(series)) AS series FROM metric_points WHERE service = 'every'`,
    )
    expect(counted).toEqual([{ points: 7, series: 6 }])
  })

  it('outlives the collector, and a ClickHouse that is away', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'runlens-metrics-'))
    const alone = await startCollector({ dataDir })
    expect(await postJson(alone.urls.otlpHttp, '/v1/metrics', metricsExport(everyKind(AT), 'outlived'))).toBe(200)
    await alone.kill()
    expect(await spansInSpool(dataDir)).toBe(6)
    const again = await startCollector({ dataDir, clickhouseUrl: clickhouse.url })
    stored += 6
    await expectBalance({
      fault: 'killed',
      dataDir,
      client: clickhouse.client,
      accepted: stored,
      stored,
      spool: 0,
      deadLetter: 0,
    })
    await again.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('of which a part can not be stored is told so', async () => {
    const [gauge] = everyKind(AT)
    const points = [...gauge!.gauge!.dataPoints, { asDouble: 1 }]
    const answer = await fetch(`${collector.urls.otlpHttp}/v1/metrics`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(metricsExport([{ name: 'part', gauge: { dataPoints: points } }])),
    })
    expect(await answer.json()).toEqual({
      partialSuccess: {
        rejectedDataPoints: '1',
        errorMessage:
          '1 of 2 data points rejected: 1 with a time that is absent, before the year 2000 or more than a day ahead (first: data point 1, counted from 0)',
      },
    })
    stored += 1
    await balance('partial')
  })
})
