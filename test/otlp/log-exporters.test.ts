/** The log exporters of the OpenTelemetry JS SDK, unmodified, against the built collector and a ClickHouse: what they send is what lies there. */
import { context, TraceFlags, trace } from '@opentelemetry/api'
import { OTLPLogExporter as GrpcExporter } from '@opentelemetry/exporter-logs-otlp-grpc'
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider, type LogRecordExporter } from '@opentelemetry/sdk-logs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../kit/clickhouse.ts'
import { type Collector, startCollector } from '../kit/collector.ts'
import { expectBalance } from '../kit/invariant.ts'
import { rowsOf, startDatabase } from '../kit/stack-db.ts'
import { eventually } from '../kit/traces.ts'

const RECORDS = 700
let clickhouse: TestClickHouse
let collector: Collector
let accepted = 0
beforeAll(async () => {
  clickhouse = await startDatabase()
  collector = await startCollector({ clickhouseUrl: clickhouse.url })
})
afterAll(async () => {
  await collector?.stop()
  await clickhouse?.stop()
})

interface Target {
  grpc: string
  http: string
}

const exporters: [name: string, create: (target: Target) => LogRecordExporter][] = (['none', 'gzip'] as const).flatMap(
  (name) => {
    const compression = name as never
    return [
      [`http/protobuf, ${name}`, ({ http }) => new ProtobufExporter({ url: `http://${http}/v1/logs`, compression })],
      [`http/json, ${name}`, ({ http }) => new JsonExporter({ url: `http://${http}/v1/logs`, compression })],
      [`grpc, ${name}`, ({ grpc }) => new GrpcExporter({ url: `http://${grpc}`, compression })],
    ] as [string, (target: Target) => LogRecordExporter][]
  },
)

/** Writes `count` records as an application does, in the context of a span, and waits until the SDK has sent them. */
async function emit(exporter: LogRecordExporter, service: string, count: number): Promise<void> {
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    processors: [new BatchLogRecordProcessor({ exporter, maxQueueSize: count + 1, maxExportBatchSize: 256 })],
  })
  const logger = provider.getLogger('log-exporter-test', '1.2.3')
  const spanContext = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: TraceFlags.SAMPLED }
  for (let i = 0; i < count; i++) {
    logger.emit({
      timestamp: new Date(1_795_391_600_000 + i),
      severityNumber: 13,
      severityText: 'WARN',
      eventName: 'cart.changed',
      body: i % 2 === 0 ? `line ${i}` : { number: i, list: ['a'] },
      attributes: { 'some.text': 'täxt', 'some.number': i },
      context: trace.setSpanContext(context.active(), spanContext),
    })
  }
  await provider.forceFlush()
  await provider.shutdown()
}

it.each(exporters)('what the exporter for %s sends is stored as it is', async (name, create) => {
  await emit(create({ grpc: collector.urls.otlpGrpc, http: new URL(collector.urls.otlpHttp).host }), name, RECORDS)
  accepted += RECORDS
  const rows = await eventually(async () => {
    const found = await rowsOf<Record<string, unknown>>(
      clickhouse.client,
      `SELECT toString(toUnixTimestamp64Milli(time)) AS at, lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, severity_number,
  severity_text, event_name, body, body_type, attributes, attribute_types, scope_name, scope_version, flags
FROM logs WHERE service = '${name}' ORDER BY time`,
    )
    expect(found).toHaveLength(RECORDS)
    return found
  })
  const common = {
    trace: 'ab'.repeat(16),
    span: 'cd'.repeat(8),
    severity_number: 13,
    severity_text: 'WARN',
    event_name: 'cart.changed',
    attribute_types: 'si',
    scope_name: 'log-exporter-test',
    scope_version: '1.2.3',
    flags: 1,
  }
  expect(rows.slice(0, 2)).toEqual([
    {
      ...common,
      at: '1795391600000',
      body: 'line 0',
      body_type: 's',
      attributes: { 'some.text': 'täxt', 'some.number': '0' },
    },
    {
      ...common,
      at: '1795391600001',
      body: '{"number":1,"list":["a"]}',
      body_type: 'k',
      attributes: { 'some.text': 'täxt', 'some.number': '1' },
    },
  ])
  const { dataDir } = collector
  const { client } = clickhouse
  await expectBalance({ fault: name, dataDir, client, accepted, stored: accepted, spool: 0, deadLetter: 0 })
})
