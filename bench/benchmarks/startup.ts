/** How soon `npm start` of an installed checkout is ready and answers its first list: on a new directory, and again on the same. */
import { spawn } from 'node:child_process'
import { benchmark, type Measurement } from '../harness/benchmark.ts'
import { end, follow, inTemporaryDirectory, readyUrls, stackUsage } from '../harness/processes.ts'
import { ROOT } from '../harness/root.ts'

const FREE = '127.0.0.1:0'

export const startup = benchmark({
  name: 'startup',
  about: 'npm start until ready, and until the first list is answered',
  flags: { starts: { about: 'starts on the same directory, the first on a new one', default: 3 } },
  byDefault: true,
  run: ({ starts }, progress) =>
    inTemporaryDirectory(async (dataDir) => {
      const measurements: Measurement[] = []
      for (let n = 1; n <= starts; n++) {
        progress(`start ${n} of ${starts}`)
        measurements.push(await measure(dataDir, n === 1 ? 'on a new directory' : 'on the same directory'))
      }
      return { data: 'an installed and built checkout, no spans', measurements, faults: [] }
    }),
})

async function measure(dataDir: string, what: string): Promise<Measurement> {
  const addresses = ['--otlp-grpc', '--otlp-http', '--api', '--clickhouse'].flatMap((flag) => [flag, FREE])
  const begin = performance.now()
  const child = spawn('npm', ['start', '--', '--json-logs', '--data-dir', dataDir, ...addresses], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = follow(child)
  try {
    const urls = await readyUrls(child, output)
    const readySeconds = (performance.now() - begin) / 1000
    const used = [...stackUsage(dataDir).values()]
    const answer = await fetch(`${urls.api}/api/v1/executions`)
    await answer.arrayBuffer()
    if (answer.status !== 200) throw new Error(`the first list was answered with ${answer.status}`)
    const listMs = performance.now() - begin - readySeconds * 1000
    const figure = `ready after ${readySeconds.toFixed(2)} s, first list ${listMs.toFixed(0)} ms later`
    const cpuSeconds = used.reduce((sum, one) => sum + one.cpuSeconds, 0)
    return { what, figure, cpuSeconds, wallSeconds: readySeconds }
  } finally {
    await end(child)
  }
}
