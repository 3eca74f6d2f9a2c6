/** ClickHouse answers inserts with real errors: those that pass are waited for, rows that it never takes are set aside. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestClickHouse } from '../kit/clickhouse.ts'
import { type Collector, startCollector } from '../kit/collector.ts'
import { expectBalance, printBalance, spansInSpool } from '../kit/invariant.ts'
import { metricOf, SpanSender } from '../kit/span-sender.ts'
import { startDatabase } from '../kit/stack-db.ts'
import { eventually } from '../kit/traces.ts'

let clickhouse: TestClickHouse
let collector: Collector
let sender: SpanSender
beforeAll(async () => {
  clickhouse = await startDatabase()
  collector = await startCollector({
    clickhouseUrl: clickhouse.url,
    settings: { writer: { batchAgeMs: 10, retryMaxMs: 200 } },
  })
  sender = new SpanSender(() => collector.urls.otlpHttp)
})
afterAll(async () => {
  await collector?.stop()
  await clickhouse?.stop()
})

const run = (query: string) => clickhouse.client.command({ query })
const balance = (fault: string, spool: number, deadLetter = 0) =>
  expectBalance({
    fault,
    dataDir: collector.dataDir,
    client: clickhouse.client,
    accepted: sender.accepted,
    stored: sender.accepted - spool - deadLetter,
    spool,
    deadLetter,
  })

/** What the writer says that it waits for, in its log. */
const waitsFor = (code: string) => collector.output().includes(`"code":"${code}"`)

describe('an error that may pass', () => {
  it.each([
    {
      what: 'no room on the disk',
      code: '243',
      begin: ['ALTER TABLE spans MODIFY SETTING min_free_disk_bytes_to_perform_insert = 1000000000000000000'],
      end: ['ALTER TABLE spans RESET SETTING min_free_disk_bytes_to_perform_insert'],
    },
    {
      what: 'too many parts',
      code: '252',
      begin: [
        'ALTER TABLE spans MODIFY SETTING parts_to_delay_insert = 0, parts_to_throw_insert = 1',
        'SYSTEM STOP MERGES spans',
      ],
      end: [
        'ALTER TABLE spans RESET SETTING parts_to_delay_insert, parts_to_throw_insert',
        'SYSTEM START MERGES spans',
      ],
    },
    {
      what: 'a missing table',
      code: '60',
      begin: ['RENAME TABLE spans TO spans_away'],
      end: ['RENAME TABLE spans_away TO spans'],
    },
  ])('$what ($code) is waited for: spans are taken meanwhile and stored once afterwards', async (fault) => {
    await sender.deliver(20)
    await balance('before', 0)
    const stored = sender.accepted
    for (const query of fault.begin) await run(query)
    for (let i = 0; i < 5; i++) await sender.deliver(20)
    await eventually(async () => expect(waitsFor(fault.code)).toBe(true))
    expect(await metricOf(collector.urls.otlpHttp, 'runlens_writer_waiting')).toBe(1)
    await sender.deliver(20)
    const spool = await spansInSpool(collector.dataDir)
    expect(spool).toBe(120)
    printBalance(`${fault.what}, while it lasts`, { accepted: sender.accepted, stored, spool, deadLetter: 0 })
    for (const query of fault.end) await run(query)
    await balance(fault.what, 0)
    expect(await metricOf(collector.urls.otlpHttp, 'runlens_writer_waiting')).toBe(0)
  })
})

describe('a row that ClickHouse never takes', () => {
  it('is set aside with the reason, alone, and blocks nothing', async () => {
    await run("ALTER TABLE spans ADD CONSTRAINT tame CHECK name != 'poison'")
    const poison = sender.fresh(1).map((span) => ({ ...span, name: 'poison' }))
    const around = Array.from({ length: 8 }, () => sender.deliver(10))
    expect((await sender.post(poison)).status).toBe(200)
    sender.accepted += 1
    await Promise.all([...around, sender.deliver(10)])
    await balance('a row that ClickHouse never takes', 0, 1)
    expect(await metricOf(collector.urls.otlpHttp, 'runlens_dead_letters_total')).toBe(1)
    const letters = join(collector.dataDir, 'spool', 'dead-letter')
    const reason = readdirSync(letters).find((name) => name.endsWith('.json'))!
    expect(JSON.parse(readFileSync(join(letters, reason), 'utf8'))).toMatchObject({ code: '469', rows: 1 })
    expect(collector.output()).toContain('set aside as a dead letter')
    await sender.deliver(10)
    await balance('after it', 0, 1)
  })
})
