/** A collector that is away, slow, full, strange or ignorant: the program does not notice, and what was lost is counted. */
import { createServer, type Server } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { lastingPort } from '../kit/ports.ts'
import { createProject, type Project } from './project.ts'
import { type Answer, type Receiver, startReceiver } from './receiver.ts'

const FLUSH_MS = 1_000
const STEPS = 300

/** Much longer than the flush at the end, and shorter than what a collector that is slow or away would make it wait. */
const LATE_MS = 20_000

/** Prints what it did and what became of the spans, and a line more if it is still there long after its work. */
const PROGRAM = `import { tracker, withExecution } from '@runlens/instrumentation'
import { startRunlens } from '@runlens/instrumentation/sdk'
import { setTimeout as sleep } from 'node:timers/promises'
const runlens = startRunlens({ instrumentations: 'none', flushTimeoutMs: Number(process.env.FLUSH_MS ?? ${FLUSH_MS}) })
const sum = await withExecution({ workflow: 'w' }, async (execution) => {
  let sum = 0
  for (let at = 0; at < ${STEPS}; at++) sum += await execution.step('s', async () => at)
  await sleep(Number(process.env.WORK_MS ?? 700))
  return sum
})
const logged = await tracker.logExecution({ query: 'select 1', databaseType: 'kdb' }, { timeoutMs: 500 })
tracker.logExecutionBackground({ query: 'select 2' })
if (process.env.FLUSH) await runlens.flush(Number(process.env.FLUSH))
console.log(JSON.stringify({ sum, logged: logged.kind, stats: runlens.stats() }))
setTimeout(() => console.log('held up'), ${LATE_MS}).unref()
if (process.env.LAST_WORDS) process.on('exit', () => console.error('in the end', JSON.stringify(runlens.stats().spans)))
`

let project: Project
let receiver: Receiver | undefined
let server: Server | undefined
beforeAll(() => {
  project = createProject()
  project.write('program.mjs', PROGRAM)
})
afterAll(() => project?.remove())
afterEach(async () => {
  await receiver?.stop()
  receiver = undefined
  server?.close()
})

async function run(url: string, env: Record<string, string> = {}) {
  const program = project.run('program.mjs', { env: { OTEL_EXPORTER_OTLP_ENDPOINT: url, ...env } })
  const { code } = await program.ended
  const told = JSON.parse(program.output.split('\n').find((line) => line.startsWith('{')) ?? '{}')
  expect({ code, output: program.output, sum: told.sum }).toMatchObject({ code: 0, sum: (STEPS * (STEPS - 1)) / 2 })
  const [, ...more] = program.output.trim().split('\n')
  // Nothing is printed that the program did not print, and it was not held up.
  expect(more.map((line) => line.replace(/ \{.*/, ''))).toEqual(env.LAST_WORDS ? ['in the end'] : [])
  return { ...told, last: env.LAST_WORDS && JSON.parse(more[0]!.slice('in the end '.length)) }
}

async function answering(answer: Answer | ((path: string) => Answer), env: Record<string, string> = {}) {
  receiver = await startReceiver(typeof answer === 'function' ? answer : () => answer)
  return run(receiver.url, env)
}

it('that is not there costs the program at most the time it gives for the last flush', async () => {
  const { stats, logged } = await run('http://127.0.0.1:9')
  expect(logged).toBe('pending')
  expect(stats.spans).toMatchObject({ recorded: STEPS + 3, acknowledged: 0, dropped: 0 })
  expect(stats.spans.retries).toBeGreaterThan(0)
  expect(stats.faults).toBe(0)
})

it('that is slow the same', async () => {
  const { stats, logged } = await answering({ status: 200, delayMs: 600_000 })
  expect(logged).toBe('pending')
  expect(stats.spans).toMatchObject({ acknowledged: 0, dropped: 0 })
})

it('that is slow is waited for as long as the program wants', async () => {
  // Longer than it gives without being told.
  const { stats, last } = await answering({ status: 200, delayMs: 3_500 }, { FLUSH_MS: '600000', LAST_WORDS: 'yes' })
  expect(stats.spans).toMatchObject({ acknowledged: 0 })
  expect(last).toMatchObject({ recorded: STEPS + 3, acknowledged: STEPS + 3 })
})

it('that talks nonsense the same', async () => {
  server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => socket.write('\u0000\u0001 I am no HTTP server\r\n\r\n'))
  })
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const { stats } = await run(`http://127.0.0.1:${port}`)
  expect(stats.spans).toMatchObject({ acknowledged: 0 })
  expect(stats.spans.retries).toBeGreaterThan(0)
})

it('that comes back gets everything', async () => {
  const port = await lastingPort()
  const url = `http://127.0.0.1:${port}`
  const later = setTimeout(async () => {
    receiver = await startReceiver(undefined, port)
  }, 1500)
  const { stats } = await run(url, { WORK_MS: '1500', FLUSH: '60000' })
  clearTimeout(later)
  expect(stats.spans).toMatchObject({ recorded: STEPS + 3, acknowledged: STEPS + 3 })
  expect(receiver!.spans.length).toBe(STEPS + 3)
})

it('that asks for patience is asked again when it said', async () => {
  let refusals = 2
  const { stats } = await answering(
    (path) =>
      path === '/v1/traces' && refusals-- > 0 ? { status: 503, headers: { 'retry-after': '1' } } : { status: 200 },
    { FLUSH: '60000' },
  )
  expect(receiver!.spans.length).toBe(STEPS + 3)
  expect(stats.spans.retries).toBeGreaterThan(0)
  expect(stats.spans.retries).toBeLessThan(4)
})

it.each([400, 404, 413, 301])('that answers %i gets nothing twice, and what it refused is counted', async (status) => {
  const answer = (path: string) => ({ status: path === '/v1/traces' ? status : 200 })
  const { stats, logged } = await answering(answer, { FLUSH_MS: '600000' })
  expect(logged).toBe('refused')
  expect(stats.spans).toMatchObject({ acknowledged: 0, refused: STEPS + 2, retries: 0, lastFault: `HTTP ${status}` })
})

it('that can not store some says so, and they are counted', async () => {
  // ExportTraceServiceResponse{partial_success{rejected_spans: 300}}
  const body = Uint8Array.from([0x0a, 0x03, 0x08, 0xac, 0x02])
  const { stats, logged } = await answering((path) => ({ status: 200, body: path === '/v1/traces' ? body : '' }))
  expect(logged).toBe('refused')
  expect(stats.spans.rejected % 300).toBe(0)
  expect(stats.spans.rejected).toBeGreaterThan(0)
})

it.each([404, 405, 501])('that takes no log records (%i) is left alone with them', async (status) => {
  const { stats } = await answering((path) => ({ status: path === '/v1/logs' ? status : 200 }))
  expect(stats.markers).toMatchObject({ acknowledged: 0, requests: 1, refused: 0, retries: 0 })
  expect(stats.markers.muted).toBeGreaterThan(0)
  expect(stats.spans).toMatchObject({ acknowledged: STEPS + 2, refused: 0 })
  expect(receiver!.requests.filter((request) => request[':path'] === '/v1/logs').length).toBe(1)
})
