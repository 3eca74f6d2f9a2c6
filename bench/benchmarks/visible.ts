/** How soon an execution is seen: running after its start, and, when it has ended, told in the stream of events and visible in the API, in an idle stack and under load. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createClickHouse } from '@runlens/clickhouse'
import { Generator } from '../generate/generator.ts'
import { benchmark, type Measurement } from '../harness/benchmark.ts'
import { inTemporaryDirectory, type RunningStack, startStack } from '../harness/processes.ts'
import { milliseconds, quantile } from '../harness/quantiles.ts'
import { whenStored } from '../harness/stored.ts'
import type { Usage } from '../harness/usage.ts'
import { watchCompletions } from '../load/completions.ts'
import { targetAt } from '../load/post.ts'
import { PROBE_WORKFLOW, probe, type Seen } from '../load/probe.ts'
import { timeStarts } from '../load/starts.ts'
import { type Ledger, sendSteadily } from '../load/steady.ts'

/** Probes on their way at once. */
const PROBERS = 3
const PAUSE_MS = 200
/** As often as a telling sender sends, whatever its rate. */
const REQUESTS_PER_SECOND = 20
const SETTLE_TIMEOUT_MS = 120_000

export const visible = benchmark({
  name: 'visible',
  about: 'from the start or end of an execution in its program until the API shows it, at several loads',
  flags: {
    rates: { about: 'spans per second beside the probes, with commas', default: '0,1000,10000' },
    starts: { about: 'executions of @runlens/instrumentation of which the start is waited for', default: 20 },
    'probe-seconds': { about: 'how long is probed at each rate', default: 15 },
    'warm-up-seconds': {
      about: 'how long each rate lasts before it is probed: programs are interpreted first',
      default: 10,
    },
  },
  byDefault: true,
  async run(flags, progress) {
    const measurements: Measurement[] = []
    const faults: string[] = []
    const times = { warmUpSeconds: flags['warm-up-seconds'], seconds: flags['probe-seconds'] }
    progress(`${flags.starts} starts, one after another`)
    measurements.push(await inTemporaryDirectory((dataDir) => measureStarts(dataDir, flags.starts)))
    for (const rate of flags.rates.split(',').map(Number)) {
      progress(`${rate} spans per second for ${times.warmUpSeconds + times.seconds} s`)
      const measured = await inTemporaryDirectory((dataDir) => measure(dataDir, rate, times))
      measurements.push(measured.measurement)
      faults.push(...measured.faults)
    }
    return {
      data: `starts seen by asking every 40 ms; probes of 3 spans beside the generator's mix; a stack of its own for each, ${times.warmUpSeconds} s under its load before`,
      measurements,
      faults,
    }
  },
})

async function measureStarts(dataDir: string, starts: number): Promise<Measurement> {
  const stack = await startStack(dataDir)
  try {
    return {
      what: 'a start, idle',
      figure: `running ${spread(await timeStarts(stack.urls, starts))}; ${starts} starts`,
    }
  } finally {
    await stack.stop()
  }
}

interface Times {
  warmUpSeconds: number
  seconds: number
}

async function measure(dataDir: string, rate: number, { warmUpSeconds, seconds }: Times) {
  const stack = await startStack(dataDir)
  const client = createClickHouse({ url: stack.urls.clickhouse, application: 'runlens-bench' })
  try {
    const before = stack.usage()
    const [ledger, seen] = await Promise.all([
      load(stack, rate, warmUpSeconds + seconds),
      sleep(rate === 0 ? 0 : warmUpSeconds * 1000).then(() => sendProbes(stack, seconds)),
    ])
    const sent = {
      spans: ledger.spans + seen.length * 3,
      executions: ledger.executions + seen.length,
      endedAt: performance.now(),
    }
    const { faults } = await whenStored(client, sent, SETTLE_TIMEOUT_MS)
    const lost = seen.filter(({ toldMs, answeredMs }) => !Number.isFinite(toldMs + answeredMs)).length
    if (lost > 0) faults.push(`${lost} of ${seen.length} probes were never told or never visible`)
    const measurement: Measurement = {
      what: rate === 0 ? 'idle' : `${rate} spans/s (${Math.round(ledger.spans / ledger.seconds)} achieved)`,
      figure: `told ${spread(seen.map(({ toldMs }) => toldMs))}; visible ${spread(seen.map(({ answeredMs }) => answeredMs))}; ${seen.length} probes`,
      cpuSeconds: cpuOf(stack.usage()) - cpuOf(before),
      wallSeconds: rate === 0 ? seconds : warmUpSeconds + seconds,
    }
    return { measurement, faults }
  } finally {
    await client.close()
    await stack.stop()
  }
}

async function load(stack: RunningStack, spansPerSecond: number, seconds: number): Promise<Ledger> {
  if (spansPerSecond === 0) return { requests: 0, spans: 0, executions: 0, turnedAway: 0, seconds, endedAt: 0 }
  const spansPerRequest = Math.max(20, Math.round(spansPerSecond / REQUESTS_PER_SECOND))
  const generator = new Generator({ seed: 3, spansPerRequest })
  return sendSteadily({ target: targetAt(stack.urls.otlpHttp), generator, spansPerRequest, spansPerSecond, seconds })
}

async function sendProbes({ urls }: RunningStack, seconds: number): Promise<Seen[]> {
  const target = targetAt(urls.otlpHttp)
  const completions = await watchCompletions(urls.api, PROBE_WORKFLOW)
  const seen: Seen[] = []
  const until = performance.now() + seconds * 1000
  const prober = async () => {
    while (performance.now() < until) {
      seen.push(await probe(target, urls.api, completions))
      await sleep(Math.random() * PAUSE_MS)
    }
  }
  await Promise.all(Array.from({ length: PROBERS }, prober))
  completions.close()
  return seen
}

function spread(times: readonly number[]): string {
  return [0.5, 0.9, 0.99].map((q) => `p${q * 100} ${milliseconds(quantile(times, q))}`).join(', ')
}

function cpuOf(usage: ReadonlyMap<string, Usage>): number {
  return [...usage.values()].reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)
}
