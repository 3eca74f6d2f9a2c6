/** Recorded payloads broken at random, and random bytes, against the built collector: always an answer that fits, never an end. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Collector, startCollector } from '../kit/collector.ts'
import { readResponse, readStatus } from './payload.ts'
import { GrpcSender, http, splitAddress } from './senders.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 90_000 })

const FIXTURES = new URL('../fixtures/otlp/', import.meta.url)
const PAYLOADS = [
  ['protobuf', 'application/x-protobuf', 'n8n-2.40.7-webhook-error-and-wait.otlp.pb'],
  ['json', 'application/json', 'langgraph-1.7.3-openinference-4.1.1-1.otlp.json'],
] as const

/** Bytes overwritten, cut out, doubled. */
const mutations = fc.array(
  fc.record({
    what: fc.constantFrom('set', 'cut', 'double'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    byte: fc.nat(255),
    length: fc.nat(40),
  }),
  { minLength: 1, maxLength: 6 },
)

type Mutation = typeof mutations extends fc.Arbitrary<(infer M)[]> ? M : never

function mutate(payload: Buffer, steps: readonly Mutation[]): Buffer {
  let bytes: Buffer = Buffer.from(payload)
  for (const { what, at, byte, length } of steps) {
    const from = Math.floor(at * bytes.length)
    const part = bytes.subarray(from, from + length)
    if (what === 'set' && from < bytes.length) bytes[from] = byte
    if (what === 'cut') bytes = Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)])
    if (what === 'double') bytes = Buffer.concat([bytes.subarray(0, from), part, bytes.subarray(from)])
  }
  return bytes
}

let collector: Collector
let address: string
beforeAll(async () => {
  collector = await startCollector()
  address = new URL(collector.urls.otlpHttp).host
})
afterAll(async () => {
  expect(await collector.stop()).toBe(0)
  expect(collector.output()).not.toContain('a reason of our own')
})

describe('broken payloads', () => {
  it.each(PAYLOADS)('in %s are taken or refused for good', async (encoding, type, file) => {
    const payload = readFileSync(new URL(file, FIXTURES))
    const agent = new Agent({ keepAlive: true })
    await fc.assert(
      fc.asyncProperty(mutations, async (steps) => {
        const answer = await http(address, { headers: { 'content-type': type }, body: mutate(payload, steps), agent })
        expect([200, 400, 413]).toContain(answer.status)
        if (answer.status === 200) readResponse(encoding, answer.body)
        else expect(readStatus(encoding, answer.body).message).not.toBe('')
      }),
      { numRuns: 300 },
    )
    agent.destroy()
  })

  it('over gRPC are taken or refused for good', async () => {
    const payload = readFileSync(new URL(PAYLOADS[0][2], FIXTURES))
    const sender = new GrpcSender(collector.urls.otlpGrpc)
    await fc.assert(
      fc.asyncProperty(mutations, async (steps) => {
        expect([0, 3, 8]).toContain((await sender.call(mutate(payload, steps))).code)
      }),
      { numRuns: 300 },
    )
    sender.close()
  })
})

describe('random bytes', () => {
  /** A connection's first bytes as they should be, so that the random ones get further. */
  const openings = {
    otlpGrpc: Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1'),
    otlpHttp: Buffer.from('POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'),
  }

  it.each(['otlpGrpc', 'otlpHttp'] as const)('on %s end at most their own connection', async (port) => {
    const [host, number] = splitAddress(port === 'otlpHttp' ? address : collector.urls.otlpGrpc)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 400 }), fc.boolean(), async (bytes, opened) => {
        const socket = connect({ host, port: number })
        socket.on('error', () => {})
        socket.on('data', () => {})
        socket.end(opened ? Buffer.concat([openings[port], bytes]) : bytes)
        // nghttp2 leaves some broken connections open until they have been idle for long.
        await Promise.race([once(socket, 'close'), sleep(50)])
        socket.destroy()
      }),
      { numRuns: 150 },
    )
    expect((await http(address, { headers: { 'content-type': 'application/json' }, body: '{}' })).status).toBe(200)
    const sender = new GrpcSender(collector.urls.otlpGrpc)
    expect((await sender.call(Buffer.alloc(0))).code).toBe(0)
    sender.close()
  })
})
