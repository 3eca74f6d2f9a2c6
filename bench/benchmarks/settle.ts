/** The worker alone: spans lie in ClickHouse, and it turns them into executions as fast as it can. */
import { createClickHouse, migrate } from '@runlens/clickhouse'
import { Generator } from '../generate/generator.ts'
import { benchmark } from '../harness/benchmark.ts'
import { readNumber, whenMerged } from '../harness/database.ts'
import { whenSpoolIsEmpty } from '../harness/metrics.ts'
import { clickhouseUrl, inTemporaryDirectory, type Running, startProcess } from '../harness/processes.ts'
import { whenStored } from '../harness/stored.ts'
import { sendAll } from '../load/closed-loop.ts'
import { targetAt } from '../load/post.ts'

const SPANS_PER_REQUEST = 1000
const MERGE_TIMEOUT_MS = 60_000
const SETTLE_TIMEOUT_MS = 600_000

export const settle = benchmark({
  name: 'settle',
  about: 'the worker alone over spans that lie in ClickHouse: traces per second, CPU of worker and engine',
  flags: { 'settle-spans': { about: 'spans that lie there', default: 300_000 } },
  byDefault: true,
  run: (flags, progress) =>
    inTemporaryDirectory(async (dataDir) => {
      const clickhouse = await startProcess('clickhouse', { dataDir })
      const url = clickhouseUrl(dataDir, clickhouse.listen.http!)
      const client = createClickHouse({ url, application: 'runlens-bench' })
      try {
        await migrate(client)
        const requests = Math.ceil(flags['settle-spans'] / SPANS_PER_REQUEST)
        progress(`storing ${requests * SPANS_PER_REQUEST} spans`)
        const sent = await store(dataDir, url, requests)
        await whenMerged(client, MERGE_TIMEOUT_MS)
        // As after a short stop of the worker: it goes on from where it was instead of looking for what it missed in days.
        await client.command({ query: `INSERT INTO worker_status (job, position) VALUES ('settle', now64(6) - 600)` })
        progress(`settling ${sent.traces} traces`)
        const before = clickhouse.usage().cpuSeconds
        const endedAt = performance.now()
        const worker = await startProcess('worker', { dataDir, clickhouseUrl: url })
        const stored = await whenStored(client, { ...sent, endedAt }, SETTLE_TIMEOUT_MS)
        const figures = { ...sent, seconds: stored.settledAfterSeconds, before, clickhouse, worker }
        const measurements = measurementsOf(figures)
        await worker.stop()
        return {
          data: `${sent.spans} spans in ${sent.traces} traces, ${sent.executions} executions, ${await partsOf(client)} parts`,
          measurements,
          faults: stored.faults,
        }
      } finally {
        await client.close()
        await clickhouse.stop()
      }
    }),
})

interface Sent {
  spans: number
  traces: number
  executions: number
}

/** Through a real collector, so that the rows lie as they would. */
async function store(dataDir: string, url: string, requests: number): Promise<Sent> {
  const collector = await startProcess('collector', { dataDir, clickhouseUrl: url })
  const origin = `http://${collector.listen.http}`
  const generator = new Generator({ seed: 2, spansPerRequest: SPANS_PER_REQUEST })
  const sent: Sent = { spans: 0, traces: 0, executions: 0 }
  const bodies = function* () {
    for (let n = 0; n < requests; n++) {
      const { body, spans, traces, executions } = generator.next(Date.now())
      sent.spans += spans
      sent.traces += traces
      sent.executions += executions
      yield body
    }
  }
  const target = targetAt(origin)
  await sendAll(target, bodies())
  await whenSpoolIsEmpty(origin)
  target.close()
  await collector.stop()
  return sent
}

interface Figures extends Sent {
  seconds: number
  before: number
  clickhouse: Running
  worker: Running
}

function measurementsOf({ spans, traces, seconds, before, clickhouse, worker }: Figures) {
  const workerUsage = worker.usage()
  const engineUsage = clickhouse.usage()
  const engine = engineUsage.cpuSeconds - before
  const both = workerUsage.cpuSeconds + engine
  const perSecond = (cpuSeconds: number) => `${Math.round(spans / cpuSeconds / 1000)} k spans per CPU-second`
  const share = (cpuSeconds: number) => `${((cpuSeconds / both) * 100).toFixed(0)} % of both`
  return [
    {
      what: 'worker and engine',
      figure: `${Math.round(traces / seconds)} traces/s, ${perSecond(both)}`,
      cpuSeconds: both,
      wallSeconds: seconds,
    },
    {
      what: 'worker (with its start)',
      figure: perSecond(workerUsage.cpuSeconds),
      ...workerUsage,
      beside: share(workerUsage.cpuSeconds),
    },
    {
      what: 'engine',
      figure: perSecond(engine),
      cpuSeconds: engine,
      peakRssMiB: engineUsage.peakRssMiB,
      beside: share(engine),
    },
  ]
}

function partsOf(client: ReturnType<typeof createClickHouse>): Promise<number> {
  return readNumber(
    client,
    `SELECT count() FROM system.parts WHERE active AND database = currentDatabase() AND table = 'spans'`,
  )
}
