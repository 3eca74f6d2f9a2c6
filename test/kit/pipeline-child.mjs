/**
 * A process that pushes requests through the built pipeline as fast as they are acknowledged, and says which ones were: one
 * line with the last span number of each acknowledged request. It is there to be killed.
 *
 * argv: JSON of { directory, url, first, requests, spansPerRequest }; with a request count it drains and ends by itself.
 */
import { writeSync } from 'node:fs'
import { createClickHouse } from '@runlens/clickhouse'
import { createSpanMapper } from '@runlens/mapping'
import { DEFAULT_LIMITS, TRACES } from '@runlens/otlp'
import { createLogger } from '@runlens/runtime'
import { createPipeline } from '../../collector/dist/pipeline.js'

const { directory, url, first, requests, spansPerRequest } = JSON.parse(process.argv[2])
const MIB = 1024 * 1024

const pipeline = await createPipeline({
  directory,
  client: createClickHouse({ url, application: 'pipeline-child', queryTimeoutMs: 20_000 }),
  mapper: createSpanMapper({ roots: 'on' }),
  limits: DEFAULT_LIMITS,
  spool: { bytesMax: 256 * MIB, segmentBytes: MIB, commitIntervalMs: 2, graceSeconds: 0 },
  writer: { batchRowsMax: 2000, batchBytesMax: MIB, batchAgeMs: 10, retryMaxMs: 200, resendFilterSpans: 100_000 },
  log: createLogger('collector', 'silent'),
})

/** Spans `[from, from + spansPerRequest)`: the number is the span id, spread over two days. */
function body(from) {
  const spans = Array.from({ length: spansPerRequest }, (_, i) => {
    const number = from + i
    const spanId = Buffer.alloc(8)
    spanId.writeBigUInt64BE(BigInt(number))
    const start = BigInt(Date.UTC(2026, 10, 20 + (number % 2))) * 1_000_000n + BigInt(number)
    return {
      traceId: Buffer.alloc(16, 1 + (number % 7)),
      spanId,
      name: `span ${number % 10}`,
      startTimeUnixNano: String(start),
      endTimeUnixNano: String(start + 1000n),
      attributes: [{ key: 'number', value: { intValue: number } }],
    }
  })
  const request = { resourceSpans: [{ scopeSpans: [{ spans }] }] }
  return Buffer.from(TRACES.request.encode(TRACES.request.fromObject(request)).finish())
}

let next = first
async function sender() {
  while (next < first + requests * spansPerRequest) {
    const from = next
    next += spansPerRequest
    const outcome = await pipeline.accept(body(from), 'default')
    if (outcome.kind === 'accepted') writeSync(1, `${from}\n`)
  }
}
await Promise.all(Array.from({ length: 8 }, sender))
await pipeline.stop(60_000)
process.exit(0)
