/** Every form that a payload may come in. */
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { DEFAULT_LIMITS, indexTraces, TraceTape } from '@runlens/otlp'
import { describe, expect, it } from 'vitest'
import { spansRequest } from '../../test/kit/explain.ts'
import { logsExport } from '../../test/kit/logs.ts'
import { type Payload, readPayload } from './read-payload.ts'

const protobuf = readFileSync(
  new URL('../../test/fixtures/otlp/n8n-2.40.7-webhook-error-and-wait.otlp.pb', import.meta.url),
)
const one = JSON.stringify(spansRequest([{ id: 'a' }]))
const two = JSON.stringify(spansRequest([{ id: 'b' }, { id: 'c' }]))
const logs = JSON.stringify(logsExport([{ timeUnixNano: '1795391508000000000', attributes: [] }]))

function read(bytes: Buffer | string, signal: 'traces' | 'logs' = 'traces', bytesMax = 1_000_000): Payload {
  return readPayload(Buffer.from(bytes), { limits: DEFAULT_LIMITS, bytesMax, signal })
}

function spansIn({ traces }: Payload): number {
  const tape = new TraceTape()
  expect(indexTraces(tape, traces!, DEFAULT_LIMITS, Date.parse('2026-12-31')).kind).toBe('indexed')
  return tape.spans.length
}

describe('a payload', () => {
  it('may be protobuf or OTLP/JSON, gzipped or not', () => {
    expect(spansIn(read(protobuf))).toBe(10)
    expect(spansIn(read(gzipSync(protobuf)))).toBe(10)
    expect(spansIn(read(two))).toBe(2)
    expect(spansIn(read(gzipSync(`\n  ${two}\n`)))).toBe(2)
  })

  it('may be several requests, one a line, of traces and logs', () => {
    const payload = read(`${one}\n${logs}\r\n\n${two}\n`)
    expect(spansIn(payload)).toBe(3)
    expect(payload.logs!.length).toBeGreaterThan(0)
  })

  it('may be of log records, which protobuf does not say by itself', () => {
    expect(Object.keys(read(logs))).toEqual(['logs'])
    expect(Object.keys(read(protobuf, 'logs'))).toEqual(['logs'])
  })

  it.each([
    ['JSON of something else', '{"spans":[]}', /neither resourceSpans nor resourceLogs/],
    ['cut JSON', one.slice(0, -5), /broken or cut/],
    ['an id that is none', one.replace('"traceId":"', '"traceId":7,"x":"'), /not OTLP\/JSON/],
    ['gzip that ends too early', gzipSync(one).subarray(0, 40), /gzipped is broken/],
  ])('is refused: %s', (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(
      expect.objectContaining({ code: 'payload_unreadable', message: expect.stringMatching(message) }),
    )
  })

  it('is refused where it inflates beyond the bound', () => {
    expect(() => read(gzipSync(Buffer.alloc(2_000_000)))).toThrow(/more than 1000000 bytes/)
  })
})
