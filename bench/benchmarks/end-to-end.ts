/** The whole stack with its embedded ClickHouse under a steady load: what rate it takes, what that costs, and that nothing is lost. */
import { createClickHouse } from '@runlens/clickhouse'
import { Generator } from '../generate/generator.ts'
import { benchmark, type Measurement } from '../harness/benchmark.ts'
import { readNumber } from '../harness/database.ts'
import { inTemporaryDirectory, type RunningStack, startStack } from '../harness/processes.ts'
import { whenStored } from '../harness/stored.ts'
import { ownCpuSeconds, type Usage } from '../harness/usage.ts'
import { targetAt } from '../load/post.ts'
import { type Ledger, sendSteadily } from '../load/steady.ts'

const SETTLE_TIMEOUT_MS = 300_000

export const endToEnd = benchmark({
  name: 'end-to-end',
  about: 'the whole stack under a steady load, until everything is stored and settled',
  flags: {
    rate: { about: 'spans per second', default: 100_000 },
    seconds: { about: 'how long it lasts', default: 20 },
    spans: { about: 'spans per request', default: 1000 },
  },
  byDefault: true,
  run: ({ rate, seconds, spans }, progress) =>
    inTemporaryDirectory(async (dataDir) => {
      const stack = await startStack(dataDir)
      const client = createClickHouse({ url: stack.urls.clickhouse, application: 'runlens-bench' })
      try {
        progress(`sending ${rate} spans per second for ${seconds} s`)
        const before = { stack: stack.usage(), own: ownCpuSeconds() }
        const generator = new Generator({ seed: 1, spansPerRequest: spans })
        const target = targetAt(stack.urls.otlpHttp)
        const load = { target, generator, spansPerRequest: spans, spansPerSecond: rate, seconds }
        const ledger = await sendSteadily(load)
        const own = ownCpuSeconds() - before.own
        progress(`${ledger.spans} spans acknowledged in ${ledger.seconds.toFixed(1)} s; waiting until they are settled`)
        const stored = await whenStored(client, ledger, SETTLE_TIMEOUT_MS)
        const lagMs = await readNumber(client, 'SELECT max(lag_ms) FROM worker_status')
        const summary = summaryOf(ledger, stored.settledAfterSeconds, lagMs)
        return {
          data: `${ledger.requests} requests of ${spans} spans, ${ledger.executions} executions, asked for ${rate} spans/s`,
          measurements: [summary, ...costs(before.stack, stack, ledger.spans), generatorRow(own, ledger)],
          faults: stored.faults,
        }
      } finally {
        await client.close()
        await stack.stop()
      }
    }),
})

function summaryOf(ledger: Ledger, settledAfterSeconds: number, lagMs: number): Measurement {
  const rate = `${Math.round(ledger.spans / ledger.seconds)} spans/s acknowledged`
  const settled = `settled ${settledAfterSeconds.toFixed(1)} s after the last`
  const figure = `${rate}, ${settled}, worst lag told ${Math.round(lagMs)} ms, ${ledger.turnedAway} turned away`
  return { what: 'everything', figure, wallSeconds: ledger.seconds }
}

function costs(before: ReadonlyMap<string, Usage>, stack: RunningStack, spans: number): Measurement[] {
  const used = [...stack.usage()].map(([what, usage]) => ({
    what,
    cpuSeconds: usage.cpuSeconds - (before.get(what)?.cpuSeconds ?? 0),
    peakRssMiB: usage.peakRssMiB,
  }))
  const all = used.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)
  return used.map((one) => ({
    ...one,
    figure: `${((one.cpuSeconds / spans) * 1e6).toFixed(2)} µs CPU per span`,
    beside: `${((one.cpuSeconds / all) * 100).toFixed(0)} % of the stack`,
  }))
}

function generatorRow(cpuSeconds: number, { spans }: Ledger): Measurement {
  const figure = `${((cpuSeconds / spans) * 1e6).toFixed(2)} µs CPU per span`
  return { what: 'load generator (not part of it)', figure, cpuSeconds }
}
