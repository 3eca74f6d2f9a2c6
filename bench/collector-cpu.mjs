/**
 * CPU of the collector per span, from protobuf bytes to durable in the spool, against protobufjs objects and JSONEachRow
 * bytes in the same run. Prints spans per CPU-second (user + system, whole process). No ClickHouse takes part.
 *
 *   npm run build && node bench/collector-cpu.mjs [requests]
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClickHouse } from '@runlens/clickhouse'
import { createSpanMapper } from '@runlens/mapping'
import { DEFAULT_LIMITS, indexTraces, TRACES, TraceTape } from '@runlens/otlp'
import { createLogger } from '@runlens/runtime'
import { AttributeValues } from '../collector/dist/blocks/attribute-values.js'
import { ByteBuffer } from '../collector/dist/blocks/byte-buffer.js'
import { RowNumbers } from '../collector/dist/blocks/sources.js'
import { createSpanBlockBuilder } from '../collector/dist/blocks/span-blocks.js'
import { createPipeline } from '../collector/dist/pipeline.js'
import { ResendFilter } from '../collector/dist/resend-filter.js'

const REQUESTS = Number(process.argv[2] ?? 200)
const SPANS = 1000
const WARM_UP = 40

const text = (key, stringValue) => ({ key, value: { stringValue } })
const int = (key, intValue) => ({ key, value: { intValue } })

/** A service with HTTP and database spans: ten attributes a span, six on the resource. */
function body(n) {
  const start = BigInt(Date.now() - 60_000) * 1_000_000n
  const spans = Array.from({ length: SPANS }, (_, i) => {
    const traceId = Buffer.alloc(16)
    traceId.writeUInt32BE(n + 1)
    traceId.writeUInt32BE(1 + (i >> 4), 12)
    const id = (k) => {
      const spanId = Buffer.alloc(8)
      spanId.writeUInt32BE(n + 1)
      spanId.writeUInt32BE(k + 1, 4)
      return spanId
    }
    const isDatabase = i % 4 === 3
    return {
      traceId,
      spanId: id(i),
      ...(i % 16 === 0 ? {} : { parentSpanId: id(i - (i % 16)) }),
      name: isDatabase ? `SELECT orders_${i % 20}` : `GET /api/v1/orders/{id}/${i % 30}`,
      kind: isDatabase ? 3 : 2,
      startTimeUnixNano: String(start + BigInt(i * 1000)),
      endTimeUnixNano: String(start + BigInt(i * 1000 + 731_000)),
      attributes: isDatabase
        ? [
            text('db.system.name', 'postgresql'),
            text('db.namespace', 'shop'),
            text(
              'db.query.text',
              `SELECT id, total, state FROM orders WHERE customer = $1 AND state = 'open' LIMIT ${i}`,
            ),
            text('db.operation.name', 'SELECT'),
            int('db.response.returned_rows', i % 50),
            text('server.address', 'db-1.internal'),
            int('server.port', 5432),
            text('thread.name', `worker-${i % 8}`),
            int('thread.id', i % 8),
            text('code.function.name', 'OrderRepository.findOpen'),
          ]
        : [
            text('http.request.method', 'GET'),
            int('http.response.status_code', 200),
            text('http.route', '/api/v1/orders/{id}'),
            text('url.path', `/api/v1/orders/${n * SPANS + i}`),
            text('url.scheme', 'https'),
            text('server.address', 'shop.example.com'),
            int('server.port', 443),
            text('user.id', `user-${(n * 7 + i) % 5000}`),
            text('user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36'),
            { key: 'http.request.resend', value: { boolValue: false } },
          ],
      status: {},
    }
  })
  const attributes = [
    text('service.name', 'orders'),
    text('service.version', '2.14.1'),
    text('service.instance.id', 'a8c1d1fe-53c4-4a4c-9a6e-3a3f26e0b7f4'),
    text('deployment.environment.name', 'production'),
    text('host.name', 'node-17'),
    text('telemetry.sdk.language', 'java'),
  ]
  const scope = { name: 'io.opentelemetry.http', version: '2.1.0' }
  const request = { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope, spans }] }] }
  return Buffer.from(TRACES.request.encode(TRACES.request.fromObject(request)).finish())
}

async function measure(name, run, bodies) {
  globalThis.gc?.()
  const before = process.cpuUsage()
  await run(bodies)
  const { user, system } = process.cpuUsage(before)
  const rate = (bodies.length * SPANS) / ((user + system) / 1e6)
  console.log(`${name.padEnd(44)} ${Math.round(rate / 1000)} k spans per CPU-second`)
  return rate
}

function baseline(directory) {
  const file = openSync(join(directory, 'rows.jsonl'), 'w')
  const value = ({ stringValue, intValue, doubleValue, boolValue }) =>
    String(stringValue ?? intValue ?? doubleValue ?? boolValue ?? '')
  const map = (attributes) => Object.fromEntries(attributes.map((a) => [a.key, value(a.value)]))
  const hex = (bytes) => Buffer.from(bytes).toString('hex')
  const run = async (bodies) => {
    for (const bytes of bodies) {
      const lines = []
      for (const { resource, scopeSpans } of TRACES.request.decode(bytes).resourceSpans) {
        const resource_attributes = map(resource.attributes)
        for (const { scope, spans } of scopeSpans) {
          for (const s of spans) {
            lines.push(
              JSON.stringify({
                tenant: 'default',
                trace_id: hex(s.traceId),
                span_id: hex(s.spanId),
                parent_span_id: hex(s.parentSpanId),
                name: s.name,
                kind: s.kind,
                started_at: String(s.startTimeUnixNano),
                ended_at: String(s.endTimeUnixNano),
                status_code: s.status.code,
                attributes: map(s.attributes),
                events: [],
                links: [],
                scope_name: scope.name,
                scope_version: scope.version,
                service: resource_attributes['service.name'],
                resource_attributes,
              }),
            )
          }
        }
      }
      writeSync(file, Buffer.from(`${lines.join('\n')}\n`))
      fdatasyncSync(file)
    }
  }
  return { run, close: () => closeSync(file) }
}

function stages() {
  const tape = new TraceTape()
  const mapper = createSpanMapper({ roots: 'on' })
  const values = new AttributeValues()
  const builder = createSpanBlockBuilder()
  const filter = new ResendFilter(2_000_000)
  filter.seedWith(Buffer.alloc(8, 7))
  const fresh = new RowNumbers()
  const keys = new ByteBuffer()
  const seconds = { index: 0, filter: 0, map: 0, values: 0, blocks: 0 }
  let bytes = 0
  const timed = (name, work) => {
    const start = process.cpuUsage()
    const result = work()
    const { user, system } = process.cpuUsage(start)
    seconds[name] += (user + system) / 1e6
    return result
  }
  const run = (bodies) => {
    for (const name in seconds) seconds[name] = 0
    bytes = 0
    for (const body of bodies) {
      timed('index', () => indexTraces(tape, body, DEFAULT_LIMITS, Date.now()))
      fresh.clear()
      keys.clear()
      timed('filter', () => filter.admit(tape, Buffer.from('default'), fresh, keys))
      const mapped = timed('map', () => mapper.map(tape))
      timed('values', () => values.prepare(tape))
      const input = { tape, mapped, values, tenant: Buffer.from('default'), receivedAtMs: Date.now() }
      for (const block of timed('blocks', () => builder.build(input, fresh))) bytes += block.bytes.length
    }
    const spans = bodies.length * SPANS
    for (const name in seconds)
      console.log(`  ${name.padEnd(10)} ${((seconds[name] / spans) * 1e6).toFixed(2)} µs per span`)
    console.log(`  ${(bytes / spans).toFixed(0)} bytes per span in the block`)
  }
  return run
}

const directory = mkdtempSync(join(tmpdir(), 'runlens-bench-'))
const bodies = Array.from({ length: REQUESTS + WARM_UP }, (_, n) => body(n))
console.log(
  `${REQUESTS} requests of ${SPANS} spans, ${(bodies[0].length / SPANS).toFixed(0)} bytes per span on the wire`,
)

const json = baseline(directory)
await json.run(bodies.slice(0, WARM_UP))
const slow = await measure('protobufjs objects → JSONEachRow → fdatasync', json.run, bodies.slice(WARM_UP))
json.close()

const run = stages()
console.log('stages, warm-up:')
run(bodies.slice(0, WARM_UP))
console.log('stages:')
run(bodies.slice(WARM_UP))

const pipeline = await createPipeline({
  directory: join(directory, 'spool'),
  // Nobody listens there: the spool alone is measured.
  client: createClickHouse({ url: 'http://nobody@127.0.0.1:9/none', application: 'bench' }),
  mapper: createSpanMapper({ roots: 'on' }),
  limits: DEFAULT_LIMITS,
  spool: { bytesMax: 2 ** 33, segmentBytes: 64 * 2 ** 20, commitIntervalMs: 2, graceSeconds: 0 },
  writer: {
    batchRowsMax: 200_000,
    batchBytesMax: 2 ** 20,
    batchAgeMs: 60_000,
    retryMaxMs: 60_000,
    resendFilterSpans: 2_000_000,
  },
  log: createLogger('collector', 'silent'),
})
const accept = async (list) => {
  const iterator = list[Symbol.iterator]()
  const sender = async () => {
    for (const bytes of iterator) {
      const outcome = await pipeline.accept(bytes, 'default')
      if (outcome.kind !== 'accepted' || outcome.rejected > 0) throw new Error(JSON.stringify(outcome))
    }
  }
  await Promise.all([sender(), sender(), sender(), sender()])
}
await accept(bodies.slice(0, WARM_UP))
const fast = await measure('pipeline: index, filter, map, blocks, spool', accept, bodies.slice(WARM_UP))
console.log(
  `${(fast / slow).toFixed(1)} ×, ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB RSS with all bodies in memory`,
)
await pipeline.stop(0)
rmSync(directory, { recursive: true, force: true })
process.exit(0)
