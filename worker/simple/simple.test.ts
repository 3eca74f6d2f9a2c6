import { columnNames, EXECUTIONS } from '@runlens/clickhouse'
import { settle } from '@runlens/mapping'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { effort } from '../../test/kit/effort.ts'
import { insertSpans, rowsOf, startDatabase, type TestSpan } from '../../test/kit/stack-db.ts'
import { lookOver, type SimpleTrace } from '../arrivals/look-over.ts'
import { tailArrivals } from '../arrivals/tail-arrivals.ts'
import type { ArrivedTrace } from '../settle/follow-executions.ts'
import { type SettleReport, settleTraces } from '../settle/settle-traces.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

const EPOCH = Date.now() - 3_600_000
const PAYLOAD_MAX = 4_096
const trace = (number: number) => number.toString(16).padStart(32, '0')
const id = (number: number) => number.toString(16).padStart(16, '0')
let tenants = 0

/** Inserts each batch as a block of its own and gives these blocks. */
async function arrive(tenant: string, batches: readonly (readonly TestSpan[])[]): Promise<bigint[]> {
  const known = new Set(await allBlocks())
  for (const spans of batches) {
    await insertSpans(
      db.client,
      spans.map((span) => ({ ...span, tenant })),
      { spanEpochMs: EPOCH },
    )
  }
  return (await allBlocks()).filter((time) => !known.has(time))
}

async function allBlocks(): Promise<bigint[]> {
  const times: bigint[] = []
  const tail = tailArrivals({ client: db.client, from: 0n, overlapMs: 1_000 })
  for (let page = await tail.poll(); page.length > 0; page = await tail.poll()) {
    tail.take(page)
    times.push(...page.map(({ arrived_at }) => arrived_at))
  }
  return times
}

/** A trace that was looked over. */
interface Looked extends ArrivedTrace {
  tenant: string
  trace_id: string
  stored: number
  isNew: boolean
  /** What is to be written if it is simple. */
  simple: SimpleTrace | undefined
}

async function look(blocks: readonly bigint[]): Promise<Looked[]> {
  const options = { client: db.client, blocks, payloadBytesMax: PAYLOAD_MAX, bytesMax: 100_000_000 }
  const { arrivals, simple } = (await lookOver({ ...options, settle: () => undefined }))!
  const others = arrivals.map((arrival) => ({ ...arrival, read: undefined, simple: undefined }))
  return [...others, ...simple.map((one) => ({ ...one.arrival(), simple: one }))]
}

const settleSimple = (tenant: string, traces: readonly Looked[]) =>
  settleByFunction(
    tenant,
    [],
    new Map(),
    traces.flatMap(({ simple }) => simple ?? []),
  )

async function settleByFunction(
  tenant: string,
  traceIds: readonly string[],
  arrived = new Map<string, ArrivedTrace>(),
  more: readonly SimpleTrace[] = [],
): Promise<SettleReport> {
  return settleTraces({
    client: db.client,
    settle,
    tenant,
    traces: traceIds.map((trace_id) => ({ trace_id, ranges: [], arrived: arrived.get(trace_id) })),
    more,
    spansPerTraceMax: 1_000,
    candidateTimeoutMs: 30_000,
    payloadBytesMax: PAYLOAD_MAX,
    now: Date.now,
    persist: (write) => write(),
    onFault: (_, error) => {
      throw error
    },
  })
}

const CONTENT = columnNames(EXECUTIONS).filter(
  (name) =>
    !['tenant', 'previous_started_at', 'previous_status', 'content_hash', 'settled_at', 'version'].includes(name),
)

/** Everything that rows say of executions, and where they can be found. */
async function rows(tenant: string): Promise<Record<string, unknown>[]> {
  const found = await rowsOf<Record<string, unknown>>(
    db.client,
    `SELECT ${CONTENT.map((name) => `\`${name}\``).join(', ')},
  (SELECT groupArray((execution_id, instance, trace_id, anchor_at, anchors)) FROM execution_locator AS l
    WHERE tenant = '${tenant}' AND l.trace_id = e.trace_id) AS places
FROM executions AS e FINAL WHERE tenant = '${tenant}' ORDER BY trace_id, span_id`,
  )
  return found
}

const text = fc.constantFrom('', 'a', 'Ж漢', 'x'.repeat(1_500), 'x'.repeat(PAYLOAD_MAX + 10))

/** A trace that is mostly, but not always, simple: a root and spans below it, some of which are odd. */
const anyTrace = fc.record({
  root: fc.record({
    kind: fc.constantFrom(
      { role: 'entry', rule: 1 } as const,
      { role: 'entry', rule: 2 } as const,
      {
        role: 'candidate',
        rule: 3,
      } as const,
      { role: 'entry', rule: 4 } as const,
      { role: 'candidate', rule: 5 } as const,
    ),
    status: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom('success', '') },
      { weight: 1, arbitrary: fc.constantFrom('error', 'running', 'waiting') },
    ),
    status_code: fc.constantFrom(0, 0, 0, 1, 2),
    execution_id: fc.constantFrom('', '', 'own'),
    open: fc.nat(9).map((n) => n === 0),
    input: text,
    output: text,
    more: fc.record({
      status_explicit: fc.nat(1),
      execution_kind: fc.constantFrom('job', 'agent', 'query', 'nonsense', ''),
      instance: fc.constantFrom('', 'one'),
      provider: fc.constantFrom('n8n', ''),
      workflow_name: text,
      workflow_version: fc.constantFrom('', '7'),
      mode: fc.constantFrom('', 'webhook'),
      user_id: text,
      conversation_id: text,
      response_status_code: fc.constantFrom('', '200'),
      database_type: fc.constantFrom('', 'postgresql'),
      query: text,
      parent_execution_id: fc.constantFrom('', 'p'),
      retry_of: fc.constantFrom('', 'r'),
      replay_of: fc.constantFrom('', 'q'),
      attempt: fc.nat(3),
      rows_total: fc.constantFrom(null, null, 7),
      rows_returned: fc.constantFrom(null, null, 5),
      queued_at: fc.constantFrom(null, BigInt(EPOCH - 50) * 1_000_000n, BigInt(EPOCH + 9_999) * 1_000_000n),
      expected_end_at: fc.constantFrom(null, BigInt(EPOCH) * 1_000_000n),
      progress: fc.constantFrom(null, 0.5),
    }),
  }),
  below: fc.array(
    fc.record({
      kind: fc.oneof(
        { weight: 8, arbitrary: fc.constant({ role: 'step', rule: 0 } as const) },
        {
          weight: 2,
          arbitrary: fc.constantFrom(
            { role: 'other', rule: 0 } as const,
            { role: 'candidate', rule: 3 } as const,
            {
              role: 'candidate',
              rule: 5,
            } as const,
            { role: 'marker', rule: 0 } as const,
          ),
        },
      ),
      odd: fc.oneof(
        { weight: 30, arbitrary: fc.constant('') },
        { weight: 1, arbitrary: fc.constantFrom('orphan', 'root', 'entry', 'open', 'failed', 'twice', 'circle') },
      ),
      parent: fc.nat(100),
      start: fc.nat(3),
      length: fc.integer({ min: -1, max: 4 }),
      name: fc.constantFrom('', 'load', 'send'),
      status: fc.constantFrom('success', '', 'waiting'),
      rows_total: fc.constantFrom(null, null, 3),
      rows_returned: fc.constantFrom(null, null, 0, 2),
      service: fc.constantFrom('test', 'other'),
      step_type: fc.constantFrom('node', 'db'),
      more: fc.record({
        database_type: fc.constantFrom('', '', 'mysql'),
        query: fc.constantFrom('', 'SELECT 1', '漢😀'.repeat(600)),
        query_complexity: fc.constantFrom('', '', 'a\tb'),
        query_page: fc.constantFrom('', '', '2'),
        error_type: fc.constantFrom('', '', 'Warning'),
        error_message: fc.constantFrom('', '', 'x\ty', 'ж'.repeat(1_001)),
      }),
    }),
    { maxLength: 9 },
  ),
})
type AnyTrace = typeof anyTrace extends fc.Arbitrary<infer T> ? T : never

function spansOf({ root, below }: AnyTrace, number: number): TestSpan[] {
  const of = (n: number) => id(number * 100 + n)
  const own = root.execution_id === '' ? '' : `own-${number}`
  const spans: TestSpan[] = [
    {
      trace_id: trace(number),
      span_id: of(0),
      start: 0,
      ...(root.open ? {} : { end: 100 }),
      ...root.kind,
      execution_id: own,
      workflow_id: 'flow',
      status: root.status as TestSpan['status'] & string,
      attributes: { in: root.input, out: root.output, long: 'y'.repeat(2_000), '': 'nothing' },
      more: { ...root.more, input_key: 'in', output_key: 'out', status_code: root.status_code },
    },
  ]
  below.forEach((span, i) => {
    const parent = span.odd === 'orphan' ? of(77) : span.odd === 'circle' ? of(i + 1) : of(span.parent % (i + 1))
    const made: TestSpan = {
      trace_id: trace(number),
      span_id: of(i + 1),
      ...(span.odd === 'root' ? {} : { parent_span_id: parent }),
      start: span.start,
      ...(span.odd === 'open' ? {} : { end: span.start + span.length }),
      ...(span.odd === 'entry' ? { role: 'entry', rule: 2 } : span.kind),
      status: span.odd === 'failed' ? 'error' : (span.status as TestSpan['status'] & string),
      step_name: span.name,
      service: span.service,
      step_type: span.step_type,
      more: { ...span.more, name: 'the span', rows_total: span.rows_total, rows_returned: span.rows_returned },
    }
    spans.push(made)
    if (span.odd === 'twice') spans.push({ ...made, end: span.start + 50 })
  })
  return spans
}

const ROOT: TestSpan = {
  trace_id: trace(1),
  span_id: id(1),
  start: 0,
  end: 100,
  role: 'entry',
  execution_kind: 'workflow',
  execution_id: 'run-1',
  workflow_id: 'flow',
  status: 'success',
}

describe('a simple trace', () => {
  it('gives the row that settling gives, in every column', async () => {
    let simple = 0
    let all = 0
    await fc.assert(
      fc.asyncProperty(fc.array(anyTrace, { minLength: 30, maxLength: 30 }), async (traces) => {
        const tenant = `simple-${++tenants}`
        const spans = traces.map((one, n) => spansOf(one, n + 1))
        const blocks = await arrive(tenant, [spans.flat()])
        const surveyed = await look(blocks)
        expect(surveyed).toHaveLength(traces.length)
        await settleSimple(tenant, surveyed)
        const found = await rows(tenant)
        const ids = surveyed.filter(({ simple }) => simple).map(({ trace_id }) => trace_id)
        expect(found).toHaveLength(ids.length)
        simple += ids.length
        all += traces.length
        await insertSpans(
          db.client,
          spans.flat().map((span) => ({ ...span, tenant: `${tenant}-b` })),
          { spanEpochMs: EPOCH },
        )
        await settleByFunction(`${tenant}-b`, ids)
        expect(found).toEqual(await rows(`${tenant}-b`))
      }),
      { numRuns: effort(6, 60) },
    )
    // It is no use if hardly any is taken for simple: about a quarter is.
    expect(simple / all).toBeGreaterThan(0.1)
  })

  const step = (n: number, parent = 1): TestSpan => ({
    trace_id: trace(1),
    span_id: id(n),
    parent_span_id: id(parent),
    start: n,
    end: n + 1,
    role: 'step',
    step_name: `step ${n}`,
    status: 'success',
  })
  const isSimple = async (tenant: string, batches: readonly (readonly TestSpan[])[]) => {
    const blocks = await arrive(tenant, batches)
    return (await look(blocks)).map((one) => one.simple !== undefined)
  }

  it('may come in several blocks, children first', async () => {
    expect(await isSimple('blocks', [[step(3, 2)], [step(2)], [ROOT]])).toEqual([true])
  })

  it('is none when a part of it came before, or is known already', async () => {
    const [first, ...rest] = await arrive('before', [[step(2)], [ROOT]])
    expect((await look([first!])).map((one) => one.simple !== undefined)).toEqual([false])
    expect((await look(rest)).map((one) => one.simple !== undefined)).toEqual([false])

    const blocks = await arrive('known', [[ROOT, step(2)]])
    const surveyed = await look(blocks)
    expect(surveyed.map((one) => one.simple !== undefined)).toEqual([true])
    await settleSimple('known', surveyed)
    expect((await look(blocks)).map((one) => one.simple !== undefined)).toEqual([false])
  })

  it('is none when its id was seen, or comes in two traces at once', async () => {
    const other = { ...ROOT, trace_id: trace(2) }
    expect(await isSimple('twins', [[ROOT, other]])).toEqual([false, false])
    const blocks = await arrive('resumed', [[ROOT]])
    await settleSimple('resumed', await look(blocks))
    expect(await isSimple('resumed', [[other]])).toEqual([false])
    expect(await isSimple('resumed elsewhere', [[other]])).toEqual([true])
  })

  it('is left to the function when its id comes in another trace between the look and the write', async () => {
    const tenant = 'raced'
    const blocks = await arrive(tenant, [[ROOT]])
    const surveyed = await look(blocks)
    expect(surveyed.map((one) => one.simple !== undefined)).toEqual([true])
    const earlier: TestSpan = { ...ROOT, trace_id: trace(2), span_id: id(9), start: -5_000, end: -4_000 }
    await arrive(tenant, [[earlier]])
    await settleByFunction(tenant, [trace(2)])
    const { shared } = await settleSimple(tenant, surveyed)
    expect(shared).toEqual([trace(1)])
    await settleByFunction(tenant, [trace(1)], new Map(surveyed.map((one) => [one.trace_id, one])))
    const found = await rowsOf(
      db.client,
      `SELECT execution_id, length(segments.span_id) AS segments, duration_ms FROM executions FINAL WHERE tenant = '${tenant}'`,
    )
    expect(found).toEqual([{ execution_id: 'run-1', segments: '2', duration_ms: 5_100 }])
  })

  it('is none with a span more than can be looked through', async () => {
    const chain = (spans: number) => [ROOT, ...Array.from({ length: spans - 1 }, (_, i) => step(i + 2, i + 1))]
    expect(await isSimple('chain of 64', [chain(64)])).toEqual([true])
    expect(await isSimple('chain of 65', [chain(65)])).toEqual([false])
  })

  it('is told apart by tenant', async () => {
    const blocks = [...(await arrive('left', [[ROOT]])), ...(await arrive('right', [[ROOT, step(2)]]))]
    const surveyed = await look(blocks)
    expect(surveyed.map((one) => [one.tenant, one.spans, one.simple !== undefined])).toEqual(
      expect.arrayContaining([
        ['left', 1, true],
        ['right', 2, true],
      ]),
    )
    await settleSimple(
      'right',
      surveyed.filter((one) => one.tenant === 'right'),
    )
    expect((await rows('right')).map((row) => row.step_count)).toEqual([1])
    expect(await rows('left')).toEqual([])
  })
})

describe('a trace that is read where it arrived', () => {
  it('settles as it does when read from the spans', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyTrace, { minLength: 20, maxLength: 20 }), async (traces) => {
        const tenant = `arrived-${++tenants}`
        const spans = traces.map((one, n) => spansOf(one, n + 1))
        const blocks = await arrive(tenant, [
          spans.flat().filter((_, i) => i % 2 === 0),
          spans.flat().filter((_, i) => i % 2 === 1),
        ])
        const surveyed = await look(blocks)
        expect(surveyed.map(({ stored, isNew }) => [stored, isNew])).toEqual(surveyed.map((one) => [one.spans, true]))
        const ids = surveyed.map(({ trace_id }) => trace_id)
        await settleByFunction(tenant, ids, new Map(surveyed.map((one) => [one.trace_id, one])))
        await insertSpans(
          db.client,
          spans.flat().map((span) => ({ ...span, tenant: `${tenant}-b` })),
          { spanEpochMs: EPOCH },
        )
        await settleByFunction(`${tenant}-b`, ids)
        expect(await rows(tenant)).toEqual(await rows(`${tenant}-b`))
      }),
      { numRuns: effort(4, 40) },
    )
  })

  it('is read from the spans where the log holds less than arrived', async () => {
    const tenant = 'dropped'
    const blocks = await arrive(tenant, [[ROOT]])
    await settleByFunction(tenant, [trace(1)], new Map([[trace(1), { spans: 2, blocks }]]))
    expect(await rows(tenant)).toHaveLength(1)
  })
})
