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

const insert = (spans: readonly TestSpan[]) => insertSpans(db.client, spans, { spanEpochMs: Date.now() - 3_600_000 })

it('settles all other traces if settling fails on one, says so until that one arrives again and works', async () => {
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

it('writes many at once by columns, few failed ones, too, few by rows, and what is rare in the same moment with them', async () => {
  await insert([{ ...entry(1), tenant: 'template' }])
  const arrive = (tenant: string, count: number) =>
    db.client.command({
      query: `INSERT INTO spans SELECT template.* REPLACE('${tenant}' AS tenant, concat('{"execution_id":"', toString(number), '"', if(number % 10 = 1, ',"progress":0.5}', '}')) AS fields_json,
  toFixedString(unhex(leftPad(hex(number + 1), 32, '0')), 16) AS trace_id, if(number % 10 = 0, 'error', 'success') AS status)
FROM (SELECT * FROM spans WHERE tenant = 'template') AS template, numbers(${count}) AS n`,
    })
  // Rows that are written by columns have no hash.
  const written = () =>
    rowsOf(
      db.client,
      `SELECT tenant, toUInt32(uniqExact(execution_id)) AS executions, toUInt32(countIf(status = 'error')) AS failed, toUInt32(countIf(content_hash = 0)) AS by_columns,
  toUInt32(countIf(status = 'error' AND content_hash = 0)) AS failed_by_columns
FROM executions WHERE tenant IN ('few', 'many') GROUP BY tenant ORDER BY tenant`,
    )
  const worker = startWorker({
    client: db.client,
    log: createLogger('worker', 'silent'),
    settings: loadSettings({}),
    metrics: createMetrics(),
    settle,
  })
  try {
    const few = { tenant: 'few', executions: 400, failed: 40, by_columns: 0, failed_by_columns: 0 }
    await arrive('few', 400)
    await expect.poll(written, { timeout: 20_000 }).toEqual([few])
    await arrive('many', 6_000)
    const many = { tenant: 'many', executions: 6_000, failed: 600, by_columns: 5_400, failed_by_columns: 600 }
    await expect.poll(written, { timeout: 20_000 }).toEqual([few, many])
  } finally {
    await worker.stop()
  }
})
