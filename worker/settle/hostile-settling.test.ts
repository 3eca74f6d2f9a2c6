import { settle } from '@runlens/mapping'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { insertSpans, rowsOf, startDatabase, type TestSpan } from '../../test/kit/stack-db.ts'
import { type SettleReport, settleTraces } from './settle-traces.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

const EPOCH = Date.now() - 3_600_000

function settleAll(tenant: string, traceIds: readonly string[]): Promise<SettleReport> {
  return settleTraces({
    client: db.client,
    settle,
    tenant,
    traces: traceIds.map((trace_id) => ({ trace_id, ranges: [] })),
    spansPerTraceMax: 120_000,
    candidateTimeoutMs: 30_000,
    payloadBytesMax: 1_024,
    now: Date.now,
    persist: (write) => write(),
    onFault: (_, error) => {
      throw error
    },
  })
}

const trace = (number: number) => number.toString(16).padStart(32, '0')
const id = (number: number) => number.toString(16).padStart(16, '0')

async function insert(tenant: string, spans: readonly TestSpan[]): Promise<void> {
  await insertSpans(
    db.client,
    spans.map((span) => ({ ...span, tenant })),
    { spanEpochMs: EPOCH },
  )
}

/** An n8n run, say: one entry of a trace. */
function run(traceNumber: number, spanNumber: number, execution_id: string, start = spanNumber): TestSpan {
  return {
    trace_id: trace(traceNumber),
    span_id: id(spanNumber),
    start,
    end: start + 100,
    role: 'entry',
    rule: 2,
    execution_kind: 'workflow',
    workflow_id: 'flow',
    execution_id,
    status: 'success',
  }
}

const idsOf = async (tenant: string): Promise<string[]> =>
  (
    await rowsOf<{ execution_id: string }>(
      db.client,
      `SELECT execution_id FROM executions FINAL WHERE tenant = '${tenant}' ORDER BY execution_id`,
    )
  ).map(({ execution_id }) => execution_id)

const minutesOf = async (tenant: string): Promise<number> =>
  Number(
    (
      await rowsOf<{ n: string }>(
        db.client,
        `SELECT sum(executions) AS n FROM v_execution_minutes WHERE tenant = '${tenant}'`,
      )
    )[0]!.n,
  )

it.each([
  ['quotes', `it's "7"`],
  ['a backslash', 'a\\b\\'],
  ['a line break', 'a\nb'],
  ['a tab', 'a\tb'],
  ['a carriage return', 'a\rb'],
  ['a NUL', 'a\u0000b'],
  ['brackets and commas', `[1],('2')`],
  ['other alphabets', 'Ж漢😀'],
  ['backslash n', 'a\\nb'],
  ['control', 'a\b\f\v\u0001'],
])('finds the row of an execution again whose id has %s', async (name, executionId) => {
  const tenant = `ids ${name}`
  await insert(tenant, [run(1, 1, executionId)])
  expect((await settleAll(tenant, [trace(1)])).rowsWritten).toBe(1)
  expect((await settleAll(tenant, [trace(1)])).rowsWritten).toBe(0)
  expect(await idsOf(tenant)).toEqual([executionId])
})

it('settles a trace of two thousand executions', async () => {
  const tenant = 'many'
  await insert(
    tenant,
    Array.from({ length: 2_000 }, (_, i) => run(1, i + 1, `execution-${i}`)),
  )
  expect((await settleAll(tenant, [trace(1)])).rowsWritten).toBe(2_000)
  expect((await settleAll(tenant, [trace(1)])).rowsWritten).toBe(0)
})

it('settles executions with very long ids', async () => {
  const tenant = 'long'
  const spans = Array.from({ length: 20 }, (_, i) => run(i + 1, i + 1, `${i}${'x'.repeat(60_000)}`))
  await insert(tenant, spans)
  const traces = spans.map(({ trace_id }) => trace_id)
  expect((await settleAll(tenant, traces)).rowsWritten).toBe(20)
  expect((await settleAll(tenant, traces)).rowsWritten).toBe(0)
})

it('gives each execution of a long chain of traces one row, whole and counted once', async () => {
  const tenant = 'chain'
  // Trace n holds the runs n - 1 and n: all hang together, farther than one settling follows.
  const chain = Array.from({ length: 7 }, (_, n) => [
    run(n + 1, 2 * n + 1, `run-${n}`, n * 1000),
    run(n + 1, 2 * n + 2, `run-${n + 1}`, n * 1000 + 500),
  ])
  for (const pair of chain) {
    await insert(tenant, pair)
    await settleAll(tenant, [pair[0]!.trace_id])
  }
  for (const end of [1, 7]) await settleAll(tenant, [trace(end)])
  const rows = await rowsOf<{ id: string; segments: string; ms: number }>(
    db.client,
    `SELECT execution_id AS id, length(segments.span_id) AS segments, duration_ms AS ms
     FROM executions FINAL WHERE tenant = '${tenant}' ORDER BY id`,
  )
  // The first and the last run have one segment of 100 ms, which is the run itself and not stored; the others a second one that starts 500 ms after the first.
  const expected = Array.from({ length: 8 }, (_, n) =>
    n === 0 || n === 7 ? { id: `run-${n}`, segments: '0', ms: 100 } : { id: `run-${n}`, segments: '2', ms: 600 },
  )
  expect(rows).toEqual(expected)
  expect(await minutesOf(tenant)).toBe(8)
})
