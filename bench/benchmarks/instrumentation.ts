/** What `@runlens/instrumentation` costs a program: CPU per step and how long the event loop stands still, beside OpenTelemetry's SDK. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { benchmark, type Measurement } from '../harness/benchmark.ts'
import { ROOT } from '../harness/root.ts'
import { startStandIn } from '../harness/stand-in.ts'
import type { Measured } from '../instrumentation/main.ts'
import { VARIANTS } from '../instrumentation/variants.ts'

const PROGRAM = join(ROOT, 'bench/dist/instrumentation/main.js')

export const instrumentation = benchmark({
  name: 'instrumentation',
  about: 'CPU per step and longest block of the event loop, beside bare spans and the stock batch processor',
  flags: {
    steps: { about: 'steps of one program', default: 100_000 },
    'per-turn': { about: 'steps in one turn of the event loop', default: 10 },
    rounds: { about: 'programs of each kind, in turn; the least of each figure counts', default: 20 },
  },
  byDefault: true,
  async run(flags, progress) {
    const names = Object.keys(VARIANTS)
    const all = new Map<string, Measured[]>(names.map((name) => [name, []]))
    const collector = await startStandIn()
    try {
      for (let round = 1; round <= flags.rounds; round++) {
        progress(`round ${round} of ${flags.rounds}`)
        for (const name of names) all.get(name)!.push(await runProgram(name, flags, new URL(collector.url).origin))
      }
    } finally {
      collector.stop()
    }
    const bare = least(all.get('bare span')!, 'cpuMicrosPerStep')
    return {
      data: `${flags.rounds} programs of each kind with ${flags.steps} steps of one attribute, all sent before they end; the least of each`,
      measurements: names.map((name) => toMeasurement(name, all.get(name)!, bare)),
      faults: [],
    }
  },
})

async function runProgram(name: string, flags: { steps: number; 'per-turn': number }, endpoint: string) {
  const args = [PROGRAM, name, String(flags.steps), String(flags['per-turn'])]
  const env = { PATH: process.env.PATH, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }
  const { stdout } = await promisify(execFile)(process.execPath, args, { env })
  return JSON.parse(stdout) as Measured
}

function toMeasurement(name: string, measured: readonly Measured[], bare: number): Measurement {
  const cpu = least(measured, 'cpuMicrosPerStep')
  const [usual, longest, gc] = (['usualBlockMs', 'longestBlockMs', 'longestGcMs'] as const).map((figure) =>
    least(measured, figure).toFixed(2),
  )
  return {
    what: name,
    figure: `${cpu.toFixed(1)} µs CPU per step; longest block ${usual} ms usually, ${longest} ms ever; garbage collection ${gc} ms`,
    ...(name === 'bare span' ? {} : { beside: `${(cpu / bare).toFixed(2)} × a bare span` }),
  }
}

/** Other programs on the machine only ever add to a cost: the least of all rounds is nearest to it. */
function least(measured: readonly Measured[], figure: keyof Measured): number {
  return Math.min(...measured.map((one) => one[figure]))
}
