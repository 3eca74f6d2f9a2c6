import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { settle } from '@runlens/mapping'
import { createLogger, loadSettings, type ReadyMessage } from '@runlens/runtime'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { TestClickHouse } from '../test/kit/clickhouse.ts'
import { insertSpans, rowsOf, startDatabase, type TestSpan } from '../test/kit/stack-db.ts'
import { createMetrics } from './metrics.ts'
import { startWorker as startInProcess } from './worker.ts'

/** The built process: `npm test` builds first. */
const MAIN = fileURLToPath(new URL('dist/main.js', import.meta.url))
const EPOCH = Date.now() - 3 * 3_600_000

let db: TestClickHouse
let workers: ChildProcess[] = []

beforeEach(async () => {
  db = await startDatabase()
})
afterEach(async () => {
  await Promise.all(workers.map((worker) => end(worker, 'SIGKILL')))
  workers = []
  await db.stop()
})

async function startWorker(): Promise<ChildProcess> {
  const worker = fork(MAIN, [], {
    env: { ...process.env, RUNLENS_CLICKHOUSE_URL: db.url },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  workers.push(worker)
  const [message] = (await once(worker, 'message')) as [ReadyMessage]
  expect(message).toMatchObject({ type: 'ready', component: 'worker' })
  return worker
}

async function end(worker: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (worker.exitCode !== null || worker.signalCode !== null) return worker.exitCode
  const exited = once(worker, 'exit')
  worker.kill(signal)
  return (await exited)[0] as number | null
}

const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0')

/** A workflow with two steps, the second of which fails in every third. */
function traceOf(number: number): TestSpan[] {
  const trace_id = hex(number + 1, 32)
  const failed = number % 3 === 0
  const start = number * 1_000
  const [entry, a, b] = [hex(1, 16), hex(2, 16), hex(3, 16)]
  const status = failed ? ('error' as const) : ('success' as const)
  return [
    {
      trace_id,
      span_id: entry,
      start,
      end: start + 100,
      role: 'entry',
      execution_kind: 'workflow',
      workflow_id: `w${number % 4}`,
      status,
      status_explicit: 1,
    },
    {
      trace_id,
      span_id: a,
      parent_span_id: entry,
      start,
      end: start + 40,
      role: 'step',
      step_name: 'a',
      status: 'success',
    },
    {
      trace_id,
      span_id: b,
      parent_span_id: entry,
      start: start + 50,
      end: start + 90,
      role: 'step',
      step_name: 'b',
      status,
    },
  ]
}

async function insert(spans: readonly TestSpan[]): Promise<void> {
  await insertSpans(db.client, spans, { spanEpochMs: EPOCH })
}

/** As the collector does: the same batch under the same token until ClickHouse has taken it. */
async function insertPersistently(spans: readonly TestSpan[], token: string): Promise<void> {
  for (;;) {
    try {
      await insertSpans(db.client, spans, { spanEpochMs: EPOCH, token })
      return
    } catch {
      await sleep(50)
    }
  }
}

interface Totals {
  executions: string
  steps: string
  failed: string
  minutes: string
}

async function totals(): Promise<Totals | undefined> {
  const rows = await rowsOf<Totals>(
    db.client,
    `SELECT count() AS executions, sum(step_count) AS steps, countIf(status = 'error') AS failed,
       (SELECT sum(executions) FROM v_execution_minutes) AS minutes
     FROM executions FINAL`,
  )
  return rows[0]
}

function expected(traces: number): Totals {
  const failed = Math.ceil(traces / 3)
  return { executions: `${traces}`, steps: `${traces * 2}`, failed: `${failed}`, minutes: `${traces}` }
}

async function settled(traces: number): Promise<void> {
  await expect.poll(totals, { timeout: 60_000, interval: 200 }).toEqual(expected(traces))
}

it('settles every trace and counts it once although it and ClickHouse are killed again and again', async () => {
  const traces = 200
  let sending = true
  const sender = (async () => {
    for (let first = 0; first < traces; first += 10) {
      const spans = Array.from({ length: 10 }, (_, n) => traceOf(first + n)).flat()
      await insertPersistently(spans.slice(0, 15), `${first}-a`)
      await insertPersistently(spans.slice(15), `${first}-b`)
    }
    sending = false
  })()
  for (let round = 0; sending; round++) {
    const worker = await startWorker()
    await sleep(300 + Math.random() * 1_200)
    await Promise.all([end(worker, 'SIGKILL'), round % 2 === 1 ? db.kill() : undefined])
    if (round % 2 === 1) await db.restart()
  }
  await sender
  await startWorker()
  await settled(traces)
}, 180_000)

it('leaves one row for each execution when two work at once, each believing that the job is its own', async () => {
  const settings = loadSettings({})
  const options = {
    client: db.client,
    log: createLogger('worker', 'silent'),
    settings,
    settle,
    metrics: createMetrics(),
  }
  // Claims of one process id count as those of a predecessor: neither gives way to the other.
  const both = [startInProcess(options), startInProcess(options)]
  for (let first = 0; first < 60; first += 10) {
    await insert(Array.from({ length: 10 }, (_, n) => traceOf(first + n)).flat())
  }
  await settled(60)
  await Promise.all(both.map((worker) => worker.stop()))
  expect(await totals()).toEqual(expected(60))
})

it('counts nothing twice while two of them run', async () => {
  await startWorker()
  await startWorker()
  for (let first = 0; first < 60; first += 10) {
    await insert(Array.from({ length: 10 }, (_, n) => traceOf(first + n)).flat())
  }
  await settled(60)
  await sleep(1_000)
  expect(await totals()).toEqual(expected(60))
})

it('goes on with what arrived while it was away, and stops in order', async () => {
  const worker = await startWorker()
  await insert(traceOf(0))
  await settled(1)
  expect(await end(worker, 'SIGTERM')).toBe(0)
  await insert([...traceOf(1), ...traceOf(2)])
  await startWorker()
  await settled(3)
})

it('survives a ClickHouse that is killed and comes back', async () => {
  await startWorker()
  await insert(traceOf(0))
  await settled(1)
  await db.kill()
  await sleep(500)
  await db.restart()
  await insert(traceOf(1))
  await settled(2)
})

it('amends an execution when a step of it arrives late', async () => {
  await startWorker()
  const [entry, a, b] = traceOf(1)
  await insert([entry!, a!])
  await expect.poll(async () => (await totals())?.steps).toBe('1')
  await insert([b!])
  await expect.poll(totals).toEqual({ executions: '1', steps: '2', failed: '0', minutes: '1' })
})
