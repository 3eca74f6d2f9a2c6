import { settle } from '@runlens/mapping'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { effort } from '../../test/kit/effort.ts'
import { insertSpans, rowsOf, startDatabase, type TestSpan } from '../../test/kit/stack-db.ts'
import { type SettleReport, settleTraces } from './settle-traces.ts'
import { markNewest, noteNewest, termNewest } from './write-executions.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

const EPOCH = Date.now() - 3_600_000

function settleAll(tenant: string, traceIds: readonly string[], now = Date.now()): Promise<SettleReport> {
  return settleTraces({
    client: db.client,
    settle,
    tenant,
    traces: traceIds.map((trace_id) => ({ trace_id, ranges: [] })),
    spansPerTraceMax: 1_000,
    candidateTimeoutMs: 30_000,
    payloadBytesMax: 1_024,
    now: () => now,
    persist: (write) => write(),
    onFault: (_, error) => {
      throw error
    },
  })
}

const trace = (number: number) => number.toString(16).padStart(32, '0')
const id = (number: number) => number.toString(16).padStart(16, '0')
const tenantOf = (name: string): string => `${name}-${Math.random().toString(36).slice(2)}`

async function insert(tenant: string, spans: readonly TestSpan[]): Promise<void> {
  await insertSpans(
    db.client,
    spans.map((span) => ({ ...span, tenant })),
    { spanEpochMs: EPOCH },
  )
}

interface Listed {
  execution_id: string
  instance: string
  status: string
  step_count: number
  failed_steps: number
  failed_step: string
  duration_ms: number | null
}

function executions(tenant: string): Promise<Listed[]> {
  return rowsOf<Listed>(
    db.client,
    `SELECT execution_id, instance, status, step_count, failed_steps, failed_step, duration_ms
     FROM executions FINAL WHERE tenant = '${tenant}' ORDER BY execution_id, instance`,
  )
}

const count = async (query: string): Promise<number> => Number((await rowsOf<{ n: string }>(db.client, query))[0]!.n)

/** An order flow with a nested agent, whose last step fails, and beside it a job of two steps in a trace of its own. */
const FLOW: TestSpan[] = [
  {
    trace_id: trace(1),
    span_id: id(1),
    start: 0,
    end: 1_000,
    role: 'entry',
    execution_kind: 'workflow',
    execution_id: 'order-7',
    workflow_id: 'order',
    status: 'error',
    status_explicit: 1,
  },
  {
    trace_id: trace(1),
    span_id: id(2),
    parent_span_id: id(1),
    start: 10,
    end: 100,
    role: 'step',
    step_name: 'fetch',
    status: 'success',
  },
  {
    trace_id: trace(1),
    span_id: id(3),
    parent_span_id: id(1),
    start: 110,
    end: 900,
    role: 'candidate',
    execution_kind: 'agent',
    workflow_id: 'assistant',
    step_name: 'assistant',
    step_type: 'agent',
    status: 'success',
  },
  {
    trace_id: trace(1),
    span_id: id(4),
    parent_span_id: id(1),
    start: 910,
    end: 990,
    role: 'step',
    step_name: 'charge',
    status: 'error',
    error_type: 'CardError',
  },
  {
    trace_id: trace(2),
    span_id: id(5),
    start: 50,
    end: 250,
    role: 'entry',
    rule: 5,
    execution_kind: 'job',
    workflow_id: 'mail',
    status: 'success',
  },
  {
    trace_id: trace(2),
    span_id: id(6),
    parent_span_id: id(5),
    start: 60,
    end: 240,
    role: 'step',
    step_name: 'send',
    status: 'success',
  },
]

const FLOW_EXECUTIONS: Listed[] = [
  {
    execution_id: trace(2),
    instance: '',
    status: 'success',
    step_count: 1,
    failed_steps: 0,
    failed_step: '',
    duration_ms: 200,
  },
  {
    execution_id: 'order-7',
    instance: '',
    status: 'error',
    step_count: 3,
    failed_steps: 1,
    failed_step: 'charge',
    duration_ms: 1_000,
  },
]

it('gives the same executions for any order, split and duplication of the spans', async () => {
  const splits = fc.tuple(
    fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }),
    fc.array(fc.nat(5), { maxLength: 3 }),
    fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }),
  )
  await fc.assert(
    fc.asyncProperty(splits, async ([order, again, cuts]) => {
      const tenant = tenantOf('any-order')
      const sent = [...order, ...again]
      const bounds = [0, ...[...new Set(cuts)].sort((a, b) => a - b), sent.length]
      for (let i = 1; i < bounds.length; i++) {
        const part = sent.slice(bounds[i - 1], bounds[i]).map((index) => FLOW[index]!)
        if (part.length === 0) continue
        await insert(tenant, part)
        await settleAll(tenant, [...new Set(part.map(({ trace_id }) => trace_id))])
      }
      expect(await executions(tenant)).toEqual(FLOW_EXECUTIONS)
    }),
    { numRuns: effort(6, 60) },
  )
})

it('writes nothing when nothing changed', async () => {
  const tenant = tenantOf('unchanged')
  await insert(tenant, FLOW)
  expect((await settleAll(tenant, [trace(1), trace(2)])).rowsWritten).toBe(2)
  await insert(tenant, FLOW)
  expect((await settleAll(tenant, [trace(1), trace(2)])).rowsWritten).toBe(0)
})

it('counts an execution and its steps by what they are now, whatever was settled before', async () => {
  const tenant = tenantOf('figures')
  const figures = async () => ({
    executions: await rowsOf(
      db.client,
      `SELECT status, sum(executions) AS n FROM v_execution_minutes WHERE tenant = '${tenant}' GROUP BY status`,
    ),
    steps: await rowsOf(
      db.client,
      `SELECT step_name, step_type, step_status, sum(steps) AS n FROM v_step_hours WHERE tenant = '${tenant}' GROUP BY ALL ORDER BY ALL`,
    ),
  })
  const entry = { ...FLOW[0]!, end: 1_000 }
  const { end: _, ...open } = { ...entry, status: 'running' as const }
  await insert(tenant, [open, FLOW[1]!])
  await settleAll(tenant, [trace(1)])
  expect(await figures()).toEqual({ executions: [{ status: 'running', n: '1' }], steps: [] })
  await insert(tenant, [entry])
  await settleAll(tenant, [trace(1)])
  await insert(tenant, FLOW.slice(1, 4))
  await settleAll(tenant, [trace(1)])
  expect(await figures()).toEqual({
    executions: [{ status: 'error', n: '1' }],
    steps: [
      { step_name: 'assistant', step_type: 'agent', step_status: 'success', n: '1' },
      { step_name: 'charge', step_type: 'node', step_status: 'error', n: '1' },
      { step_name: 'fetch', step_type: 'node', step_status: 'success', n: '1' },
    ],
  })
  expect(await executions(tenant)).toEqual([FLOW_EXECUTIONS[1]])
})

it('takes a candidate back once its ancestor turns out to be an execution', async () => {
  const tenant = tenantOf('demotion')
  const late = FLOW[0]!
  await insert(tenant, [FLOW[2]!])
  const first = await settleAll(tenant, [trace(1)], Date.now() + 60_000)
  expect(await executions(tenant)).toHaveLength(1)
  expect(first.rowsWritten).toBe(1)
  await insert(tenant, [late])
  await settleAll(tenant, [trace(1)])
  expect((await executions(tenant)).map(({ execution_id }) => execution_id)).toEqual(['order-7'])
  expect(await count(`SELECT count() AS n FROM executions WHERE tenant = '${tenant}' AND is_deleted = 1`)).toBe(1)
  expect(await count(`SELECT count() AS n FROM executions FINAL WHERE tenant = '${tenant}'`)).toBe(1)
})

it('asks to be settled again while a candidate waits for its ancestors', async () => {
  const tenant = tenantOf('waiting')
  const now = Date.now()
  await insertSpans(db.client, [{ ...FLOW[2]!, tenant, received_at: now }], { spanEpochMs: EPOCH })
  const report = await settleAll(tenant, [trace(1)], now)
  const again = report.settleAgainAtMs.get(trace(1))
  expect(again).toBeGreaterThan(now)
  expect(again).toBeLessThanOrEqual(now + 30_001)
})

it('makes one execution of two traces that carry the same id, whichever comes first', async () => {
  const segment = (number: number, start: number, status: 'waiting' | 'success'): TestSpan => ({
    ...FLOW[0]!,
    trace_id: trace(number),
    span_id: id(number),
    start,
    end: start + 100,
    status,
  })
  const [first, second] = [segment(11, 0, 'waiting'), segment(12, 500, 'success')]
  for (const order of [
    [first, second],
    [second, first],
  ]) {
    const tenant = tenantOf('two-traces')
    for (const span of order) {
      await insert(tenant, [span])
      await settleAll(tenant, [span.trace_id])
    }
    const rows = await rowsOf<{ id: string; status: string; started: string; traces: string[] }>(
      db.client,
      `SELECT execution_id AS id, status, toString(toUnixTimestamp64Milli(started_at) - ${EPOCH}) AS started,
         arrayMap(t -> lower(hex(t)), \`segments.trace_id\`) AS traces
       FROM executions FINAL WHERE tenant = '${tenant}'`,
    )
    expect(rows).toEqual([{ id: 'order-7', status: 'success', started: '0', traces: [trace(11), trace(12)] }])
  }
})

it('keeps the row of an execution whose start moves to an earlier hour, and names both hours', async () => {
  const tenant = tenantOf('moved')
  await insert(tenant, [{ ...FLOW[0]!, span_id: id(20), start: 0 }])
  await settleAll(tenant, [trace(1)])
  await insert(tenant, [{ ...FLOW[0]!, span_id: id(21), start: -7_200_000, end: -7_100_000 }])
  await settleAll(tenant, [trace(1)])
  expect(await count(`SELECT count() AS n FROM executions FINAL WHERE tenant = '${tenant}'`)).toBe(1)
  const hours = await rowsOf<{ hour: number }>(
    db.client,
    `SELECT DISTINCT toUInt32(hour) AS hour FROM dirty_hours WHERE tenant = '${tenant}' ORDER BY hour`,
  )
  const hourOf = (ms: number) => Math.floor((EPOCH + ms) / 3_600_000) * 3_600
  expect(hours.map(({ hour }) => hour)).toEqual([hourOf(-7_200_000), hourOf(0)])
})

it('counts a step that starts hours after its execution', async () => {
  const tenant = tenantOf('hours-later')
  await insert(tenant, FLOW.slice(0, 2))
  await settleAll(tenant, [trace(1)])
  const later = 5 * 3_600_000
  await insert(tenant, [{ ...FLOW[1]!, span_id: id(30), start: later, end: later + 10, service: 'elsewhere' }])
  await settleAll(tenant, [trace(1)])
  const counted = (await executions(tenant)).map(({ execution_id, step_count }) => ({ execution_id, step_count }))
  expect(counted).toEqual([{ execution_id: 'order-7', step_count: 2 }])
})

it('marks an execution of a trace with more spans than it may read', async () => {
  const tenant = tenantOf('large')
  const steps = Array.from({ length: 1_100 }, (_, index) => ({
    ...FLOW[1]!,
    span_id: id(1_000 + index),
    start: index,
    end: index + 1,
  }))
  await insert(tenant, [FLOW[0]!, ...steps])
  await settleAll(tenant, [trace(1)])
  const rows = await rowsOf<{ spans_truncated: number; execution_id: string }>(
    db.client,
    `SELECT execution_id, spans_truncated FROM executions FINAL WHERE tenant = '${tenant}'`,
  )
  expect(rows).toEqual([{ execution_id: 'order-7', spans_truncated: 1 }])
})

it('tells of a trace that shows no span', async () => {
  expect((await settleAll(tenantOf('unseen'), [trace(99)])).unseen).toEqual([trace(99)])
})

it('notes the newest rows that the log of changes lacks, each once', async () => {
  const tenant = tenantOf('unnoted')
  await insert(tenant, FLOW)
  await db.client.command({ query: 'DETACH TABLE execution_changes_from_executions' })
  await settleAll(tenant, [trace(1), trace(2)])
  await db.client.command({ query: 'ATTACH TABLE execution_changes_from_executions' })
  const noted = `SELECT count() AS n FROM execution_changes WHERE tenant = '${tenant}'`
  expect(await count(noted)).toBe(0)
  for (let i = 0; i < 2; i++) {
    await noteNewest(db.client)
    expect(await count(noted)).toBe(2)
  }
})

it('writes again by what the newest rows are looked for', async () => {
  const tenant = tenantOf('unsought')
  await insert(tenant, [{ ...FLOW[0]!, more: { user_id: 'ann' } }, ...FLOW.slice(1)])
  await db.client.command({ query: 'DETACH TABLE execution_terms_from_executions' })
  await settleAll(tenant, [trace(1), trace(2)])
  await db.client.command({ query: 'ATTACH TABLE execution_terms_from_executions' })
  const found = `SELECT count() AS n FROM execution_terms FINAL WHERE tenant = '${tenant}' AND term = 'user_id' AND value = 'ann'`
  expect(await count(found)).toBe(0)
  for (let i = 0; i < 2; i++) {
    await termNewest(db.client)
    expect(await count(found)).toBe(1)
  }
})

it('marks the hours of the newest rows again, whose marks may have got lost', async () => {
  const tenant = tenantOf('torn')
  await insert(tenant, FLOW)
  await db.client.command({ query: 'DETACH TABLE dirty_hours_from_executions' })
  await settleAll(tenant, [trace(1), trace(2)])
  await db.client.command({ query: 'ATTACH TABLE dirty_hours_from_executions' })
  const marked = `SELECT count() AS n FROM (SELECT DISTINCT hour FROM dirty_hours WHERE tenant = '${tenant}')`
  expect(await count(marked)).toBe(0)
  for (let i = 0; i < 2; i++) {
    await markNewest(db.client)
    expect(await count(marked)).toBe(1)
  }
})
