import { settle } from '@runlens/mapping'
import { createLogger, loadSettings } from '@runlens/runtime'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { insertSpans, rowsOf, startDatabase, type TestSpan } from '../../test/kit/stack-db.ts'
import { createMetrics } from '../metrics.ts'
import { startWorker } from '../worker.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

const traceId = (number: number) => number.toString(16).padStart(32, '0')

function entry(traceNumber: number, span = 1): TestSpan {
  const start = traceNumber * 1_000
  return {
    trace_id: traceId(traceNumber),
    span_id: span.toString(16).padStart(16, '0'),
    start,
    end: start + 10,
    role: 'entry',
    execution_kind: 'workflow',
    execution_id: `run-${traceNumber}`,
    workflow_id: 'flow',
    status: 'success',
  }
}

const seen = async () => ({
  runs: (await rowsOf<{ id: string }>(db.client, 'SELECT execution_id AS id FROM executions FINAL ORDER BY id')).map(
    ({ id }) => id,
  ),
  fault: (await rowsOf<{ fault: string }>(db.client, "SELECT fault FROM worker_status FINAL WHERE job = 'settle'"))[0]
    ?.fault,
})

it('settles all other traces if settling fails on one, says so until that one arrives again and works', async () => {
  const insert = (spans: readonly TestSpan[]) => insertSpans(db.client, spans, { spanEpochMs: Date.now() - 3_600_000 })
  let broken = true
  const worker = startWorker({
    client: db.client,
    log: createLogger('worker', 'silent'),
    settings: loadSettings({}),
    metrics: createMetrics(),
    settle: (spans, options) => {
      if (broken && spans.some(({ trace_id }) => trace_id === traceId(2))) throw new Error('two is too much')
      return settle(spans, options)
    },
  })
  try {
    await insert([entry(1), entry(2), entry(3)])
    await expect.poll(seen).toEqual({ runs: ['run-1', 'run-3'], fault: 'two is too much' })
    broken = false
    await insert([entry(2, 2), entry(4)])
    await expect.poll(seen).toEqual({ runs: ['run-1', 'run-2', 'run-3', 'run-4'], fault: '' })
  } finally {
    await worker.stop()
  }
})
