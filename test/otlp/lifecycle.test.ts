/** The built collector from its start to its end: ports, signals, kills, a full spool. Without ClickHouse. */
import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TRACES } from '@runlens/otlp'
import { afterEach, describe, expect, it } from 'vitest'
import { type Collector, CollectorDidNotStart, type CollectorOptions, startCollector } from '../kit/collector.ts'
import { type PlainSpan, someSpans, traceRequest } from './payload.ts'
import { GrpcSender, http, WAYS } from './senders.ts'
import { soon } from './soon.ts'

const PROTOBUF = { 'content-type': 'application/x-protobuf' }

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function start(options?: CollectorOptions): Promise<Collector> {
  const collector = await startCollector(options)
  cleanups.push(() => collector.stop())
  return collector
}

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'runlens-otlp-'))
  cleanups.push(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const addressesOf = ({ urls }: Collector) => ({ grpc: urls.otlpGrpc, http: new URL(urls.otlpHttp).host })

async function metric(collector: Collector, name: string): Promise<number> {
  const text = await (await fetch(`${collector.urls.otlpHttp}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
}

/** Spans with ids that no other call gave. */
let ids = 0
function freshSpans(count: number): PlainSpan[] {
  return someSpans(count).map((span) => ({ ...span, spanId: (++ids).toString(16).padStart(16, 'f') }))
}

describe('ports', () => {
  it.each(['RUNLENS_OTLP_GRPC', 'RUNLENS_OTLP_HTTP'])(
    'a taken %s is told by its name, and nothing is left',
    async (name) => {
      const other = createServer().listen(0, '127.0.0.1')
      cleanups.push(() => other.close())
      await new Promise((resolve) => other.once('listening', resolve))
      const { port } = other.address() as { port: number }
      const dataDir = directory()
      const error = await startCollector({ dataDir, env: { [name]: `127.0.0.1:${port}` } }).catch(
        (error: unknown) => error,
      )
      expect(error).toBeInstanceOf(CollectorDidNotStart)
      expect(error).toMatchObject({ code: 'port_in_use', exitCode: 78 })
      expect((error as Error).message).toContain(`Port ${port}`)
      expect((error as Error).message).toContain(name)
      // Neither the spool nor the other port is held by anything.
      await start({ dataDir })
    },
  )

  it('a second collector on the same directory refuses to start', async () => {
    const { dataDir } = await start()
    await expect(startCollector({ dataDir })).rejects.toMatchObject({ code: 'spool_in_use', exitCode: 78 })
  })

  it('a wrong address is told by its name', async () => {
    const env = { RUNLENS_OTLP_HTTP: '127.0.0.1:99999' }
    await expect(startCollector({ env })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('RUNLENS_OTLP_HTTP'),
    })
  })
})

describe('without ClickHouse', () => {
  it('is ready, acknowledges, and still has everything after a kill', async () => {
    const dataDir = directory()
    const first = await start({ dataDir })
    expect((await fetch(`${first.urls.otlpHttp}/readyz`)).status).toBe(200)
    const sent = WAYS.map((way) => ({ way, body: traceRequest(way.encoding, freshSpans(100)) }))
    for (const { way, body } of sent) {
      const answer = await way.send(addressesOf(first), body)
      expect(answer.grpc ?? answer.http).toBe(answer.grpc === undefined ? 200 : 0)
    }
    await first.kill()
    const second = await start({ dataDir })
    expect(await metric(second, 'runlens_spool_pending_records')).toBe(sent.length)
    // What is sent again is known.
    for (const { way, body } of sent) await way.send(addressesOf(second), body)
    expect(await metric(second, 'runlens_spans_duplicate_total')).toBe(sent.length * 100)
    expect(await metric(second, 'runlens_spool_pending_records')).toBe(sent.length)
  })

  it('with a full spool it asks senders to come back, over every way', async () => {
    const collector = await start({ settings: { spool: { bytesMax: 300_000, segmentBytes: 100_000 } } })
    const sender = new GrpcSender(collector.urls.otlpGrpc)
    cleanups.push(() => sender.close())
    let answer = await sender.call(traceRequest('protobuf', freshSpans(500)))
    for (let i = 0; i < 100 && answer.code === 0; i++)
      answer = await sender.call(traceRequest('protobuf', freshSpans(500)))
    expect(answer.code).toBe(14)
    for (const way of WAYS) {
      const refused = await way.send(addressesOf(collector), traceRequest(way.encoding, freshSpans(500)))
      expect(refused.grpc ?? refused.http).toBe(refused.grpc === undefined ? 503 : 14)
      expect(refused.retryAfterSeconds).toBe(1)
    }
  })
})

describe('SIGTERM', () => {
  it('under load answers everything that it took, and exits 0', async () => {
    const dataDir = directory()
    const collector = await start({ dataDir })
    const { grpc, http: address } = addressesOf(collector)
    const sender = new GrpcSender(grpc)
    cleanups.push(() => sender.close())
    let acknowledged = 0
    let running = true
    cleanups.push(() => {
      running = false
    })
    const odd: unknown[] = []
    const load = Array.from({ length: 16 }, async (_, i) => {
      while (running) {
        const body = traceRequest('protobuf', freshSpans(20))
        if (i % 2) {
          const { code } = await sender.call(body)
          if (code === 0) acknowledged += 20
          else if (code !== 14) odd.push(code)
        } else {
          const answer = await http(address, { headers: PROTOBUF, body }).catch(() => undefined)
          if (answer?.status === 200) acknowledged += 20
          else if (answer && answer.status !== 503) odd.push(answer.status)
        }
      }
    })
    await soon(() => acknowledged).toBeGreaterThan(1_000)
    const exitCode = await collector.stop()
    running = false
    await Promise.all(load)
    expect(exitCode).toBe(0)
    expect(odd).toEqual([])
    const again = await start({ dataDir })
    const text = await (await fetch(`${again.urls.otlpHttp}/metrics`)).text()
    // Each acknowledged request is one record.
    expect(Number(/^runlens_spool_pending_records (\d+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(acknowledged / 20)
  })

  it('does not wait for connections that only linger', async () => {
    const collector = await start()
    const session = connectHttp2(`http://${collector.urls.otlpGrpc}`)
    session.on('error', () => {})
    await new Promise((resolve) => session.once('remoteSettings', resolve))
    const body = traceRequest('protobuf', freshSpans(1))
    await fetch(collector.urls.otlpHttp + TRACES.path, {
      method: 'POST',
      headers: PROTOBUF,
      body: new Uint8Array(body),
    })
    expect(await collector.stop()).toBe(0)
    expect(collector.output()).not.toContain('did not stop in time')
  })
})
