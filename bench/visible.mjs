/**
 * How soon an execution is visible in the API, on a stack of its own under load: probes are sent beside the load and asked
 * for until they answer. Prints percentiles from just before the probe is sent to its first answer, what was stored of what was
 * acknowledged, and CPU time and memory of each process.
 *
 *   npm run build && node bench/visible.mjs [spans per second = 10000] [seconds = 30]
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DEFAULT_LIMITS, jsonToTraces } from '@runlens/otlp'

const RATE = Number(process.argv[2] ?? 10_000)
const SECONDS = Number(process.argv[3] ?? 30)
const SPANS_PER_TRACE = 10
const REQUESTS_PER_SECOND = 20
/** One probe at a time: asking is load as well. */
const PROBE_PAUSE_MS = 300
const ASK_EVERY_MS = 20

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const hex = (bytes) => randomBytes(bytes).toString('hex')
const text = (key, stringValue) => ({ key, value: { stringValue } })

/** One workflow run: an entry and its steps, ended just now. */
function run(steps) {
  const now = Date.now()
  const traceId = hex(16)
  const entry = hex(8)
  const span = (spanId, parent, name, attributes) => ({
    traceId,
    spanId,
    ...(parent ? { parentSpanId: parent } : {}),
    name,
    kind: 1,
    startTimeUnixNano: `${now - 100}000000`,
    endTimeUnixNano: `${now}000000`,
    attributes: [text('http.request.method', 'GET'), text('url.path', `/items/${name}`), ...attributes],
  })
  const flow = [text('runlens.execution.kind', 'workflow'), text('runlens.workflow.id', `flow ${now % 7}`)]
  const spans = [span(entry, '', 'flow', flow)]
  for (let i = 1; i <= steps; i++)
    spans.push(span(hex(8), entry, `step ${i}`, [text('runlens.step.name', `step ${i}`)]))
  return { traceId, spans }
}

function encode(spans) {
  const resource = { attributes: [text('service.name', 'bench')] }
  const request = { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'bench' }, spans }] }] }
  return jsonToTraces(Buffer.from(JSON.stringify(request)), DEFAULT_LIMITS).bytes
}

async function startStack(dataDir) {
  const main = fileURLToPath(new URL('../cli/dist/main.js', import.meta.url))
  const free = ['--otlp-grpc', '--otlp-http', '--api', '--clickhouse'].flatMap((flag) => [flag, '127.0.0.1:0'])
  const child = spawn(process.execPath, [main, 'up', '--json-logs', '--data-dir', dataDir, ...free], { stdio: 'pipe' })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.pipe(process.stderr)
  for (let waited = 0; waited < 60_000; waited += 50) {
    const ready = output.split('\n').find((line) => line.includes('"Runlens is ready"'))
    if (ready) return { child, urls: JSON.parse(ready).urls }
    if (child.exitCode !== null) throw new Error(`the stack ended: ${output}`)
    await sleep(50)
  }
  throw new Error(`the stack is not ready: ${output}`)
}

async function post(urls, body) {
  const headers = { 'content-type': 'application/x-protobuf' }
  const answer = await fetch(`${urls.otlpHttp}/v1/traces`, { method: 'POST', headers, body })
  await answer.arrayBuffer()
  return answer.status === 200
}

/** Milliseconds until the API shows it. */
async function probe(urls) {
  const { traceId, spans } = run(2)
  const body = encode(spans)
  const begin = performance.now()
  await post(urls, body)
  while (performance.now() - begin < 30_000) {
    const answer = await fetch(`${urls.api}/api/v1/executions/id/${traceId}`)
    await answer.arrayBuffer()
    if (answer.status === 200) return performance.now() - begin
    await sleep(ASK_EVERY_MS)
  }
  return Number.POSITIVE_INFINITY
}

async function load(urls, until, ledger) {
  const begin = performance.now()
  for (let request = 1; performance.now() < until; request++) {
    const runs = Math.round(RATE / REQUESTS_PER_SECOND / SPANS_PER_TRACE)
    const body = encode(Array.from({ length: runs }, () => run(SPANS_PER_TRACE - 1).spans).flat())
    ledger.pending.push(
      post(urls, body).then((ok) => {
        if (ok) ledger.executions += runs
        else ledger.refused += runs
      }),
    )
    await sleep(Math.max(0, begin + (request * 1000) / REQUESTS_PER_SECOND - performance.now()))
  }
}

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]

function usage(dataDir) {
  const { processes } = JSON.parse(readFileSync(join(dataDir, 'runlens.json'), 'utf8'))
  return processes.map(({ component, pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1).split(' ')
    const rss = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]
    return `${component} ${((Number(fields[11]) + Number(fields[12])) / 100).toFixed(1)} CPU-s, ${Math.round(rss / 1024)} MiB`
  })
}

const dataDir = mkdtempSync(join(tmpdir(), 'runlens-bench-'))
const { child, urls } = await startStack(dataDir)
try {
  const until = performance.now() + SECONDS * 1000
  const ledger = { executions: 0, refused: 0, pending: [] }
  const loading = load(urls, until, ledger)
  const probes = []
  while (performance.now() < until) {
    probes.push(await probe(urls))
    await sleep(Math.random() * PROBE_PAUSE_MS)
  }
  await loading
  await Promise.all(ledger.pending)
  const seen = probes.sort((a, b) => a - b)
  const sent = ledger.executions + probes.length
  let stored = 0
  for (let waited = 0; stored < sent && waited < 60_000; waited += 250) {
    const answer = await fetch(`${urls.api}/api/v1/executions?limit=1`)
    stored = (await answer.json()).total
    await sleep(250)
  }
  const ms = (q) => `${Math.round(quantile(seen, q))} ms`
  console.log(
    `${RATE} spans/s for ${SECONDS} s: ${sent} executions acknowledged, ${ledger.refused} refused, ${stored} stored`,
  )
  console.log(`visible after: p50 ${ms(0.5)}, p90 ${ms(0.9)}, p99 ${ms(0.99)} (${seen.length} probes)`)
  for (const line of usage(dataDir)) console.log(`  ${line}`)
} finally {
  child.kill('SIGTERM')
  await new Promise((resolve) => child.once('exit', resolve))
  rmSync(dataDir, { recursive: true, force: true })
}
