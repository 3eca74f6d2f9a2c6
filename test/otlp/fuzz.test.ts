/** Recorded payloads broken at random, and random bytes, against the built collector: always an answer that fits, never an end. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Collector, startCollector } from '../kit/collector.ts'
import { effort } from '../kit/effort.ts'
import { directLoad } from './fuzz/direct-load.ts'
import { wireFuzz } from './fuzz/wire-fuzz.ts'
import { GrpcSender, http, splitAddress } from './senders.ts'

/** Each is a run of its own; more of them in the soak. */
const SEEDS = [20_261_127, 1].slice(0, effort(1, 2))
const RSS_BYTES_MAX = 512 * 1024 * 1024

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

describe.each(SEEDS)('hostile requests of the seed %i', (seed) => {
  it('are answered over both doors, and what was acknowledged is stored', async () => {
    await wireFuzz({ seed, overHttp: 1_000, overGrpc: 500 }, RSS_BYTES_MAX)
  })

  it('become rows or refusals', () => {
    const tally = directLoad({ seed, first: 0, count: 2_000 })
    expect(tally.taken).toBeGreaterThan(200)
    expect(tally.refused).toBeGreaterThan(200)
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
      { numRuns: effort(80, 400) },
    )
    expect((await http(address, { headers: { 'content-type': 'application/json' }, body: '{}' })).status).toBe(200)
    const sender = new GrpcSender(collector.urls.otlpGrpc)
    expect((await sender.call(Buffer.alloc(0))).code).toBe(0)
    sender.close()
  })
})
