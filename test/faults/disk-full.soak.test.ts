/** A real disk that runs full while ClickHouse is away: requests are refused, and all goes on when ClickHouse is back. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../kit/clickhouse.ts'
import { type Collector, startCollector } from '../kit/collector.ts'
import { expectBalance } from '../kit/invariant.ts'
import { rowsOf, startDatabase } from '../kit/stack-db.ts'
import { eventually } from '../kit/traces.ts'
import { someSpans, traceRequest } from '../otlp/payload.ts'

/** A tmpfs can only be mounted by root. */
const canMount = process.platform === 'linux' && process.getuid?.() === 0

let clickhouse: TestClickHouse
let collector: Collector
let dataDir: string
beforeAll(async () => {
  if (!canMount) return
  dataDir = mkdtempSync(join(tmpdir(), 'runlens-full-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m,mode=0700', 'none', dataDir])
  clickhouse = await startDatabase()
  collector = await startCollector({
    clickhouseUrl: clickhouse.url,
    dataDir,
    settings: { writer: { retryMaxMs: 300 }, spool: { segmentBytes: 1_048_576 } },
  })
}, 60_000)
afterAll(async () => {
  if (!canMount) return
  await collector?.stop()
  await clickhouse?.stop()
  execFileSync('umount', [dataDir])
  rmdirSync(dataDir)
})

async function send(request: number, count: number): Promise<number> {
  const spans = someSpans(count).map((span, i) => ({
    ...span,
    spanId: (request * 1_000 + i + 1).toString(16).padStart(16, '0'),
  }))
  const answer = await fetch(`${collector.urls.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: new Uint8Array(traceRequest('protobuf', spans)),
  })
  await answer.arrayBuffer()
  if (answer.status === 503) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  return answer.status
}

it.runIf(canMount)(
  'refuses while the disk is full to the last block, loses nothing and takes requests again',
  async () => {
    await clickhouse.kill()
    let acknowledged = 0
    let request = 0
    // Smaller and smaller requests, until the last block is taken.
    for (const count of [500, 50, 5, 1]) {
      for (let refused = 0; refused < 20; request++) {
        const status = await send(request, count)
        if (status === 200) acknowledged += count
        else refused++
        expect([200, 503]).toContain(status)
      }
    }
    expect(acknowledged).toBeGreaterThan(5_000)
    const { bfree, bsize } = statfsSync(dataDir)
    process.stdout.write(`acknowledged ${acknowledged} spans, ${bfree * bsize} bytes of disk left\n`)
    await clickhouse.restart()
    await eventually(async () => {
      const [row] = await rowsOf(
        clickhouse.client,
        'SELECT toUInt32(count()) AS spans, (SELECT toUInt32(count()) FROM arrivals) AS arrived FROM spans',
      )
      expect(row).toEqual({ spans: acknowledged, arrived: acknowledged })
    }, 30_000)
    const { client } = clickhouse
    const counts = { accepted: acknowledged, stored: acknowledged, spool: 0, deadLetter: 0 }
    await expectBalance({ fault: 'a disk that was full', dataDir, client, ...counts })
    await eventually(async () => expect(await send(request++, 50)).toBe(200), 30_000)
  },
  120_000,
)
