/** The doctor on processes that are not well: each fault is made in a real one. Needs `npm run build`. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { fileURLToPath } from 'node:url'
import { loadSettings, type ReadyMessage } from '@runlens/runtime'
import { afterEach, describe, expect, it } from 'vitest'
import { checkClickHouseServer } from '../../cli/doctor/check-clickhouse.ts'
import { checkCollector } from '../../cli/doctor/check-collector.ts'
import { checkWorker } from '../../cli/doctor/check-worker.ts'
import type { Finding } from '../../cli/doctor/finding.ts'
import { Figures } from '../../cli/doctor/prometheus.ts'
import { REFUSAL_REMEDIES } from '../../cli/doctor/refusals.ts'
import { STATUS } from '../../collector/receivers/status.ts'
import { createMetrics } from '../../worker/metrics.ts'
import { startClickHouseOf } from '../kit/clickhouse-of-version.ts'
import { type Collector, startCollector } from '../kit/collector.ts'
import { eventually, exportRequest, nativeRun } from '../kit/traces.ts'

const MIB = 1024 * 1024
const WORKER = fileURLToPath(new URL('../../worker/dist/main.js', import.meta.url))
const settings = loadSettings({})
let collector: Collector | undefined
let clickhouse: Server | undefined
afterEach(async () => {
  await collector?.stop()
  clickhouse?.closeAllConnections()
  clickhouse?.close()
  collector = undefined
  clickhouse = undefined
})

async function send(name: string): Promise<number> {
  const answer = await fetch(`${collector!.urls.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(exportRequest(nativeRun(name, Date.now() - 2_000, 200).spans)),
  })
  await answer.text()
  return answer.status
}

async function examine(): Promise<Record<string, Finding>> {
  const page = await fetch(`${collector!.urls.otlpHttp}/metrics`)
  const findings = checkCollector(new Figures(await page.text()), Date.now())
  return Object.fromEntries(findings.map((finding) => [finding.check, finding]))
}

/** Says no as ClickHouse does; the real one can't be brought to each of these codes. */
async function refusingClickHouse(code: string): Promise<string> {
  clickhouse = createServer((request, response) => {
    request.resume()
    response.writeHead(500, { 'x-clickhouse-exception-code': code })
    response.end(`Code: ${code}. DB::Exception: No. (SOMETHING) (version 26.7.2.1)\n`)
  }).listen(0, '127.0.0.1')
  await once(clickhouse, 'listening')
  return `http://runlens:none@127.0.0.1:${(clickhouse.address() as { port: number }).port}/runlens`
}

describe('a collector whose ClickHouse is stopped', () => {
  it('is told with the reason, and that nothing is lost', async () => {
    collector = await startCollector()
    expect(await send('stopped')).toBe(200)
    await eventually(async () => {
      const { writing, spool, refused } = await examine()
      expect(writing).toMatchObject({ severity: 'fault', text: expect.stringContaining('nothing listens there') })
      expect(writing?.text).toContain('ECONNREFUSED')
      expect(writing?.remedy).toMatch(/Start ClickHouse.*\nNothing is lost/s)
      expect(spool).toMatchObject({ severity: 'ok', text: expect.stringContaining('1 records wait') })
      expect(refused).toMatchObject({ severity: 'ok' })
    })
  })

  it('is told as nearly full, then as full with the requests it refused', async () => {
    collector = await startCollector({ settings: { spool: { bytesMax: MIB, segmentBytes: 64 * 1024 } } })
    let sent = 0
    const seen: Finding[] = []
    while ((await send(`run ${sent++}`)) === 200) seen.push((await examine()).spool!)
    seen.push((await examine()).spool!)
    const severities = seen.map(({ severity }) => severity)
    expect([...new Set(severities)]).toEqual(['ok', 'warning', 'fault'])
    expect(seen.find(({ severity }) => severity === 'warning')?.remedy).toContain('spool.bytesMax')
    expect((await examine()).refused).toMatchObject({
      severity: 'warning',
      text: expect.stringMatching(/^spool_full 1, since the process began/),
      remedy: expect.stringContaining('senders come back'),
    })
  })
})

describe('a ClickHouse that answers with an error', () => {
  it.each([
    ['252', 'too many parts', 'writer.batchAgeMs'],
    ['243', 'disk is full', 'Free some space'],
    ['516', 'user or password', 'RUNLENS_CLICKHOUSE_URL'],
    ['60', 'tables are missing', 'runlens migrate'],
    ['999', '999', 'The log of the collector'],
  ])('is told by what its code %s means', async (code, why, remedy) => {
    collector = await startCollector({ clickhouseUrl: await refusingClickHouse(code) })
    expect(await send(`code ${code}`)).toBe(200)
    await eventually(async () => {
      const { writing } = await examine()
      expect(writing).toMatchObject({ severity: 'fault', text: expect.stringContaining(why) })
      expect(writing?.remedy).toContain(remedy)
    })
  })

  it('leaves a dead letter of what it never takes, which is told', async () => {
    collector = await startCollector({ clickhouseUrl: await refusingClickHouse('117') })
    expect(await send('never')).toBe(200)
    await eventually(async () => {
      const found = await examine()
      expect(found['dead letters']).toMatchObject({ severity: 'fault', text: expect.stringMatching(/^1 blocks with/) })
      expect(found['dead letters']?.remedy).toContain('spool/dead-letter/')
    })
  })
})

describe('a worker', () => {
  let now = 1_000_000
  const examineWorker = async (metrics: ReturnType<typeof createMetrics>) =>
    checkWorker(settings, new Figures(await metrics.registry.metrics()))
  const working = () => {
    const metrics = createMetrics(() => now)
    for (const job of ['settle', 'rollup']) metrics.held(job, true)
    return metrics
  }

  it('is told as stuck when a job that it holds ends no step for a minute', async () => {
    const metrics = working()
    expect((await examineWorker(metrics)).map(({ severity }) => severity)).toEqual(['ok', 'ok'])
    now += 61_000
    metrics.stepped('settle')
    metrics.failed('rollup')
    expect(await examineWorker(metrics)).toMatchObject([
      { check: 'job settle', severity: 'ok' },
      { check: 'job rollup', severity: 'fault', text: expect.stringContaining('for 61 s, 1 tries failed') },
    ])
    metrics.held('rollup', false)
    expect(await examineWorker(metrics)).toMatchObject([{}, { check: 'job rollup', severity: 'info' }])
  })

  it('is told as late by its oldest span, and by changed hours that it does not get to', async () => {
    const metrics = working()
    metrics.watchWaiting(() => ({ traces: 7, oldestArrivalMs: now - 9_000 }))
    metrics.dirtyHours(100)
    expect(await examineWorker(metrics)).toMatchObject([
      { check: 'job settle', severity: 'warning', text: 'lag 9 s, 7 traces wait' },
      { check: 'job rollup', severity: 'warning', text: expect.stringContaining('100 or more changed hours') },
    ])
  })

  it('is told when it has not begun, because ClickHouse is not there', async () => {
    const env = { PATH: process.env.PATH, RUNLENS_CLICKHOUSE_URL: 'http://runlens:none@127.0.0.1:9/runlens' }
    const worker = fork(WORKER, [], { env, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    try {
      const [{ listen }] = (await once(worker, 'message')) as [ReadyMessage]
      expect((await fetch(`http://${listen.http}/healthz`)).status).toBe(200)
      expect((await fetch(`http://${listen.http}/readyz`)).status).toBe(503)
      const page = await fetch(`http://${listen.http}/metrics`)
      expect(checkWorker(settings, new Figures(await page.text()))).toMatchObject([
        { check: 'worker jobs', severity: 'warning', remedy: expect.stringContaining('waits for ClickHouse') },
      ])
    } finally {
      worker.kill('SIGTERM')
      await once(worker, 'exit')
    }
    expect(worker.exitCode).toBe(0)
  })
})

it('a ClickHouse server that is too old is told before anything else', async () => {
  const { url, stop } = await startClickHouseOf('25.8.3.66')
  try {
    expect(await checkClickHouseServer(url)).toMatchObject([
      {
        check: 'clickhouse',
        severity: 'fault',
        text: expect.stringMatching(/^25\.8\.3\.66 at .* needs 26\.7 or newer$/),
      },
    ])
  } finally {
    stop()
  }
})

it('knows what to do about every reason for which a request may be refused', () => {
  expect(Object.keys(REFUSAL_REMEDIES).sort()).toEqual(Object.keys(STATUS).sort())
})
