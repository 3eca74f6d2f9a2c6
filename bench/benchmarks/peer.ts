/** The same spans into the same ClickHouse, by our collector and by an OpenTelemetry Collector: CPU of each, of the engine, and disk. */
import { type ClickHouseClient, createClickHouse, migrate } from '@runlens/clickhouse'
import { Generator } from '../generate/generator.ts'
import { benchmark, type Measurement } from '../harness/benchmark.ts'
import { readNumber, whenAtLeast, whenMerged } from '../harness/database.ts'
import { PEER_TABLE, startPeer } from '../harness/peer.ts'
import { clickhouseUrl, inTemporaryDirectory, type Running, startProcess } from '../harness/processes.ts'
import { sendAll } from '../load/closed-loop.ts'
import { targetAt } from '../load/post.ts'

const SPANS_PER_REQUEST = 1000
const WARM_UP_REQUESTS = 60
const STORE_TIMEOUT_MS = 300_000
const MERGE_TIMEOUT_MS = 60_000
const TEMPLATES_MAX = 256

interface Contender {
  what: string
  table: string
  start(directory: string, url: string): Promise<Running>
}

interface Outcome {
  collector: { cpuSeconds: number; peakRssMiB: number }
  engineSeconds: number
  wallSeconds: number
  bytesPerSpan: number
  missing: number
}

export const peer = benchmark({
  name: 'peer',
  about: 'our collector beside an OpenTelemetry Collector with clickhouseexporter, into the same embedded ClickHouse',
  flags: {
    peer: { about: 'path of such a collector', default: '' },
    'peer-requests': { about: 'requests of 1000 spans for each', default: 300 },
  },
  byDefault: false,
  async run(flags, progress) {
    if (flags.peer === '')
      throw new Error('--peer takes the path of a collector: bench/README.md tells how to build one')
    const requests = flags['peer-requests']
    const contenders: Contender[] = [
      {
        what: 'peer',
        table: PEER_TABLE,
        start: (directory, url) => startPeer({ binary: flags.peer, directory, clickhouseUrl: url }),
      },
      {
        what: 'ours',
        table: 'spans',
        start: (dataDir, url) => startProcess('collector', { dataDir, clickhouseUrl: url }),
      },
    ]
    const outcomes: Outcome[] = []
    for (const contender of contenders) {
      progress(`${contender.what}: ${requests} requests`)
      outcomes.push(await inTemporaryDirectory((directory) => measure(directory, contender, requests)))
    }
    const spans = requests * SPANS_PER_REQUEST
    return {
      data: `${spans} spans by each after a warm-up, in requests of ${SPANS_PER_REQUEST}; the peer acknowledges from memory, ours from disk`,
      measurements: contenders.flatMap(({ what }, n) => measurementsOf(what, outcomes[n]!, outcomes[0]!, spans)),
      faults: outcomes.flatMap(({ missing }, n) =>
        missing > 0 ? [`${contenders[n]!.what}: ${missing} spans are missing`] : [],
      ),
    }
  },
})

async function measure(directory: string, contender: Contender, requests: number): Promise<Outcome> {
  const clickhouse = await startProcess('clickhouse', { dataDir: directory })
  const url = clickhouseUrl(directory, clickhouse.listen.http!)
  const client = createClickHouse({ url, application: 'runlens-bench' })
  try {
    await migrate(client)
    const running = await contender.start(directory, url)
    try {
      return await send({ running, clickhouse, client, table: contender.table }, requests)
    } finally {
      await running.stop()
    }
  } finally {
    await client.close()
    await clickhouse.stop()
  }
}

interface Measured {
  running: Running
  clickhouse: Running
  client: ClickHouseClient
  table: string
}

async function send({ running, clickhouse, client, table }: Measured, requests: number): Promise<Outcome> {
  const templates = Math.min(requests, TEMPLATES_MAX)
  const generator = new Generator({ seed: 5, spansPerRequest: SPANS_PER_REQUEST, templates })
  const target = targetAt(`http://${running.listen.http}`)
  const bodies = (count: number) => Array.from({ length: count }, () => generator.next(Date.now()).body)
  const count = () => readNumber(client, `SELECT count() FROM ${table}`)
  await sendAll(target, bodies(WARM_UP_REQUESTS))
  await whenAtLeast(count, WARM_UP_REQUESTS * SPANS_PER_REQUEST, STORE_TIMEOUT_MS)
  await whenMerged(client, MERGE_TIMEOUT_MS)
  const measured = bodies(requests)
  const before = { collector: running.usage().cpuSeconds, engine: clickhouse.usage().cpuSeconds }
  const begin = performance.now()
  await sendAll(target, measured)
  const all = (WARM_UP_REQUESTS + requests) * SPANS_PER_REQUEST
  const stored = await whenAtLeast(count, all, STORE_TIMEOUT_MS)
  const wallSeconds = (performance.now() - begin) / 1000
  await whenMerged(client, MERGE_TIMEOUT_MS)
  const usage = running.usage()
  const engineSeconds = clickhouse.usage().cpuSeconds - before.engine
  await client.command({ query: `OPTIMIZE TABLE ${table} FINAL` })
  const bytes = await readNumber(
    client,
    `SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = currentDatabase() AND table = '${table}'`,
  )
  return {
    collector: { cpuSeconds: usage.cpuSeconds - before.collector, peakRssMiB: usage.peakRssMiB },
    engineSeconds,
    wallSeconds,
    bytesPerSpan: bytes / stored,
    missing: all - stored,
  }
}

function measurementsOf(what: string, own: Outcome, other: Outcome, spans: number): Measurement[] {
  const micros = (seconds: number) => `${((seconds / spans) * 1e6).toFixed(2)} µs CPU per span`
  const against = (of: (outcome: Outcome) => number) => `${(of(own) / of(other)).toFixed(2)} × peer`
  const both = ({ collector, engineSeconds }: Outcome) => collector.cpuSeconds + engineSeconds
  return [
    {
      what: `${what}: collector`,
      figure: micros(own.collector.cpuSeconds),
      ...own.collector,
      beside: against(({ collector }) => collector.cpuSeconds),
    },
    {
      what: `${what}: collector, engine and merges`,
      figure: micros(both(own)),
      cpuSeconds: both(own),
      wallSeconds: own.wallSeconds,
      beside: against(both),
    },
    {
      what: `${what}: disk, merged`,
      figure: `${own.bytesPerSpan.toFixed(1)} bytes per span`,
      beside: against(({ bytesPerSpan }) => bytesPerSpan),
    },
  ]
}
