import { columnNames, EXECUTIONS } from '@runlens/clickhouse'
import { settle } from '@runlens/mapping'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anyTrace, EPOCH, id, PAYLOAD_MAX, plainTrace, spansOf, trace } from '../../test/kit/any-trace.ts'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { effort } from '../../test/kit/effort.ts'
import { insertSpans, rowsOf, startDatabase, type TestSpan } from '../../test/kit/stack-db.ts'
import { type LookedOver, lookOver, type SimpleTrace } from '../arrivals/look-over.ts'
import { tailArrivals } from '../arrivals/tail-arrivals.ts'
import type { ExecutionBlock } from '../compiled/execution-blocks.ts'
import { SettleStages } from '../compiled/settle-stages.ts'
import type { ArrivedTrace } from '../settle/follow-executions.ts'
import { type SettleReport, settleTraces } from '../settle/settle-traces.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

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

/** Of the look that was the last one. */
let made: LookedOver['blocksOf']

/** Looks over blocks in TypeScript, or by the compiled stages. */
async function lookOverBy(blocks: readonly bigint[], stages: SettleStages | undefined): Promise<Looked[]> {
  const options = { client: db.client, blocks, payloadBytesMax: PAYLOAD_MAX, bytesMax: 100_000_000, stages }
  const { arrivals, simple, blocksOf } = (await lookOver({ ...options, settle: () => undefined }))!
  made = blocksOf
  const others = arrivals.map((arrival) => ({ ...arrival, read: undefined, simple: undefined }))
  return [...others, ...simple.map((one) => ({ ...one.arrival(), simple: one }))]
}

function settleSimple(tenant: string, traces: readonly Looked[]): Promise<SettleReport> {
  const more = traces.flatMap(({ simple }) => simple ?? [])
  return settleByFunction(tenant, [], new Map(), more, made?.(tenant, more))
}

async function settleByFunction(
  tenant: string,
  traceIds: readonly string[],
  arrived = new Map<string, ArrivedTrace>(),
  more: readonly SimpleTrace[] = [],
  blocks: readonly ExecutionBlock[] = [],
): Promise<SettleReport> {
  return settleTraces({
    client: db.client,
    settle,
    tenant,
    traces: traceIds.map((trace_id) => ({ trace_id, ranges: [], arrived: arrived.get(trace_id) })),
    more,
    blocks,
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

const WAYS = [
  { way: 'by columns', stages: new SettleStages(), some: fc.oneof(anyTrace, plainTrace) },
  { way: 'in TypeScript', stages: undefined, some: anyTrace },
]

describe.each(WAYS)('a simple trace, looked over $way', ({ way, stages, some }) => {
  const look = (blocks: readonly bigint[]) => lookOverBy(blocks, stages)

  it('gives the row that settling gives, in every column', async () => {
    let simple = 0
    let all = 0
    await fc.assert(
      fc.asyncProperty(fc.array(some, { minLength: 30, maxLength: 30 }), async (traces) => {
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
    expect(await isSimple(`blocks ${way}`, [[step(3, 2)], [step(2)], [ROOT]])).toEqual([true])
  })

  it('is none when a part of it came before, or is known already', async () => {
    const [first, ...rest] = await arrive(`before ${way}`, [[step(2)], [ROOT]])
    expect((await look([first!])).map((one) => one.simple !== undefined)).toEqual([false])
    expect((await look(rest)).map((one) => one.simple !== undefined)).toEqual([false])

    const blocks = await arrive(`known ${way}`, [[ROOT, step(2)]])
    const surveyed = await look(blocks)
    expect(surveyed.map((one) => one.simple !== undefined)).toEqual([true])
    await settleSimple(`known ${way}`, surveyed)
    expect((await look(blocks)).map((one) => one.simple !== undefined)).toEqual([false])
  })

  it('is none when its id was seen, or comes in two traces at once', async () => {
    const other = { ...ROOT, trace_id: trace(2) }
    expect(await isSimple(`twins ${way}`, [[ROOT, other]])).toEqual([false, false])
    const blocks = await arrive(`resumed ${way}`, [[ROOT]])
    await settleSimple(`resumed ${way}`, await look(blocks))
    expect(await isSimple(`resumed ${way}`, [[other]])).toEqual([false])
    expect(await isSimple(`resumed elsewhere ${way}`, [[other]])).toEqual([true])
  })

  it('is left to the function when its id comes in another trace between the look and the write', async () => {
    const tenant = `raced ${way}`
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
    expect(await isSimple(`chain of 64 ${way}`, [chain(64)])).toEqual([true])
    expect(await isSimple(`chain of 65 ${way}`, [chain(65)])).toEqual([false])
  })

  it('is written with others that are settled', async () => {
    const tenant = `with others ${way}`
    const failed = { ...ROOT, trace_id: trace(2), execution_id: 'run-2', status: 'error' } as const
    const surveyed = await look(await arrive(tenant, [[ROOT, step(2), failed]]))
    const more = surveyed.flatMap(({ simple }) => simple ?? [])
    expect(more.map(({ execution_id }) => execution_id)).toEqual(['run-1'])
    const { rowsWritten } = await settleByFunction(tenant, [trace(2)], new Map(), more, made?.(tenant, more))
    expect(rowsWritten).toBe(2)
    const found = await rows(tenant)
    expect(
      found.map(({ execution_id, status, places }) => [execution_id, status, (places as unknown[]).length]),
    ).toEqual([
      ['run-1', 'success', 1],
      ['run-2', 'error', 1],
    ])
  })

  it('is told apart by tenant', async () => {
    const [left, right] = [`left ${way}`, `right ${way}`]
    const blocks = [...(await arrive(left, [[ROOT]])), ...(await arrive(right, [[ROOT, step(2)]]))]
    const surveyed = await look(blocks)
    expect(surveyed.map((one) => [one.tenant, one.spans, one.simple !== undefined])).toEqual(
      expect.arrayContaining([
        [left, 1, true],
        [right, 2, true],
      ]),
    )
    await settleSimple(
      right,
      surveyed.filter((one) => one.tenant === right),
    )
    expect((await rows(right)).map((row) => row.step_count)).toEqual([1])
    expect(await rows(left)).toEqual([])
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
        const surveyed = await lookOverBy(blocks, undefined)
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
