/** Answers get lost on the way to the client, which sends again, cut in other places: every span counts once. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../kit/clickhouse.ts'
import { type Collector, startCollector } from '../kit/collector.ts'
import { expectBalance, spansStored } from '../kit/invariant.ts'
import { SpanSender } from '../kit/span-sender.ts'
import { startDatabase } from '../kit/stack-db.ts'
import type { PlainSpan } from '../otlp/payload.ts'

let clickhouse: TestClickHouse
let collector: Collector
let line: Server
let dataDir: string
/** Whether the line to the collector swallows answers. */
let swallows = false

beforeAll(async () => {
  clickhouse = await startDatabase()
  dataDir = mkdtempSync(join(tmpdir(), 'runlens-answers-'))
  await startAgain()
  line = createServer((client) => {
    const server = connect(Number(new URL(collector.urls.otlpHttp).port), '127.0.0.1')
    client.pipe(server)
    server.on('data', (answer) => (swallows ? client.destroy() : client.write(answer)))
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(line, 'listening')
})
afterAll(async () => {
  line?.close()
  await collector?.stop()
  await clickhouse?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

async function startAgain(): Promise<void> {
  collector = await startCollector({
    clickhouseUrl: clickhouse.url,
    dataDir,
    settings: { writer: { batchAgeMs: 10 } },
  })
}

it('counts every span once, whether the collector remembers it, was killed meanwhile or has forgotten it', async () => {
  const sender = new SpanSender(() => `http://127.0.0.1:${(line.address() as { port: number }).port}`)
  /** Sends and hears no answer. */
  const lose = async (spans: readonly PlainSpan[]) => {
    swallows = true
    await expect(sender.post(spans)).rejects.toThrow()
    swallows = false
  }
  /** Sends again in two requests that are cut elsewhere. */
  const sendCut = async (spans: readonly PlainSpan[], at: number) => {
    for (const part of [spans.slice(0, at), spans.slice(at)]) expect((await sender.post(part)).status).toBe(200)
    sender.accepted += spans.length
  }
  const balance = async (fault: string) => {
    const { accepted } = sender
    await expectBalance({
      fault,
      dataDir,
      client: clickhouse.client,
      accepted,
      stored: accepted,
      spool: 0,
      deadLetter: 0,
    })
  }

  const remembered = sender.fresh(40)
  await lose(remembered.slice(0, 25))
  await lose(remembered.slice(10))
  await sendCut(remembered, 7)
  await balance('lost answers')

  const killed = sender.fresh(40)
  await lose(killed.slice(5, 30))
  await collector.kill()
  await startAgain()
  await sendCut(killed, 21)
  await balance('lost answers and a kill')
  const once = await spansStored(clickhouse.client)
  expect(once.rows).toBe(once.spans)

  const forgotten = sender.fresh(40)
  await lose(forgotten)
  await collector.stop()
  rmSync(join(dataDir, 'spool'), { recursive: true })
  await startAgain()
  await sendCut(forgotten, 33)
  await balance('lost answers and a spool that is gone')
})
