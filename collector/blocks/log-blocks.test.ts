import { LOGS } from '@runlens/clickhouse'
import { DEFAULT_LIMITS, indexLogs, LogTape, LOGS as SIGNAL } from '@runlens/otlp'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BlockTable, createBlockTable } from '../../test/kit/block-table.ts'
import { startClickHouse, type TestClickHouse } from '../../test/kit/clickhouse.ts'
import { effort } from '../../test/kit/effort.ts'
import { attribute, attributes, codes, hex, id, map, text, time, uint32 } from '../../test/kit/stored-values.ts'
import { AttributeValues } from './attribute-values.ts'
import { createLogBlockBuilder } from './log-blocks.ts'
import { RowNumbers } from './sources.ts'

const NOW = Date.UTC(2026, 10, 23, 12)
const RECEIVED = NOW - 456
const builder = createLogBlockBuilder()
const values = new AttributeValues()
const tape = new LogTape()

let clickhouse: TestClickHouse
let table: BlockTable
beforeAll(async () => {
  clickhouse = await startClickHouse()
  table = await createBlockTable(clickhouse, LOGS)
})
afterAll(() => clickhouse.stop())

const record = fc.record({
  timeUnixNano: fc.option(time, { nil: undefined }),
  observedTimeUnixNano: fc.option(time, { nil: undefined }),
  severityNumber: fc.nat(24),
  severityText: text,
  body: fc.option(attribute, { nil: undefined }),
  attributes,
  droppedAttributesCount: uint32,
  flags: uint32,
  traceId: fc.option(id(16), { nil: undefined }),
  spanId: fc.option(id(8), { nil: undefined }),
  eventName: text,
})
const request = fc.array(
  fc.record({
    resource: fc.record({ attributes, droppedAttributesCount: uint32 }),
    service: fc.option(
      text.filter((name) => name !== ''),
      { nil: undefined },
    ),
    scopeLogs: fc.array(
      fc.record({
        scope: fc.record({ name: text, version: text, attributes, droppedAttributesCount: uint32 }),
        logRecords: fc.array(record, { minLength: 1, maxLength: 6 }),
        schemaUrl: text,
      }),
      { minLength: 1, maxLength: 3 },
    ),
    schemaUrl: text,
  }),
  { minLength: 1, maxLength: 3 },
)
type Given = typeof request extends fc.Arbitrary<infer V> ? V : never

/** The request, each resource with its service's name. */
function withServices(given: Given) {
  return given.map(({ resource, service, ...rest }) => ({
    ...rest,
    service,
    resource: {
      ...resource,
      attributes: [
        ...resource.attributes,
        ...(service === undefined
          ? []
          : [{ key: 'service.name', value: { stringValue: service }, text: service, code: 's' }]),
      ],
    },
  }))
}

function blocksFor(given: ReturnType<typeof withServices>) {
  const resourceLogs = given.map((one) => ({
    ...one,
    scopeLogs: one.scopeLogs.map((scope) => ({
      ...scope,
      logRecords: scope.logRecords.map(({ body, ...rest }) => (body ? { ...rest, body: body.value } : rest)),
    })),
  }))
  const bytes = Buffer.from(SIGNAL.request.encode(SIGNAL.request.fromObject({ resourceLogs })).finish())
  expect(indexLogs(tape, bytes, DEFAULT_LIMITS, NOW)).toMatchObject({ kind: 'indexed', rejected: { total: 0 } })
  values.prepare(tape)
  const kept = new RowNumbers()
  for (let row = 0; row < tape.logs.length; row++) kept.push(row)
  return builder.build({ tape, values, tenant: Buffer.from('acme'), receivedAtMs: RECEIVED }, kept)
}

/** What must be read back, from the request as it was given to the encoder. */
function expectedRows(given: ReturnType<typeof withServices>): Record<string, unknown>[] {
  return given.flatMap(({ resource, scopeLogs, schemaUrl, service }) =>
    scopeLogs.flatMap(({ scope, logRecords, schemaUrl: scopeSchemaUrl }) =>
      logRecords.map((one) => ({
        tenant: 'acme',
        received_at: `${RECEIVED}`,
        time: one.timeUnixNano ?? one.observedTimeUnixNano ?? `${RECEIVED}000000`,
        trace_id: hex(one.traceId, 16),
        span_id: hex(one.spanId, 8),
        severity_number: one.severityNumber,
        severity_text: one.severityText,
        service: service ?? '',
        event_name: one.eventName,
        body: one.body?.text ?? '',
        body_type: one.body?.code ?? '',
        attributes: map(one.attributes),
        attribute_types: codes(one.attributes),
        flags: one.flags,
        dropped_attributes_count: one.droppedAttributesCount,
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
      })),
    ),
  )
}

describe('blocks of logs', () => {
  it('are read by ClickHouse as exactly what the request said, for any request', async () => {
    await fc.assert(
      fc.asyncProperty(request, async (any) => {
        const given = withServices(any)
        const blocks = blocksFor(given)
        await table.insert(blocks.map(({ bytes }) => bytes))
        const day = (row: Record<string, unknown>) => Number(BigInt(row.time as string) / 86_400_000_000_000n)
        // One block per day, oldest first; within a day in the order of the request.
        const expected = expectedRows(given).sort((a, b) => day(a) - day(b))
        expect(await table.rows()).toEqual(expected)
        expect(blocks.map((block) => block.day)).toEqual([...new Set(expected.map(day))])
      }),
      { numRuns: effort(15, 300) },
    )
  })
})
