import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anyTrace, EPOCH, failedTrace, id, plainTrace, spansOf, trace } from '../../test/kit/any-trace.ts'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { effort } from '../../test/kit/effort.ts'
import { SettlingKit } from '../../test/kit/settling.ts'
import { insertSpans, rowsOf, startDatabase, type TestSpan } from '../../test/kit/stack-db.ts'
import { SettleStages } from '../compiled/settle-stages.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

/** Looks, settles and compares in the database of these tests. */
const kit = new SettlingKit(() => db.client)
let tenants = 0

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
  { way: 'by columns', stages: new SettleStages(), some: fc.oneof(anyTrace, plainTrace, failedTrace, failedTrace) },
  { way: 'in TypeScript', stages: undefined, some: anyTrace },
]

describe.each(WAYS)('a simple trace, looked over $way', ({ way, stages, some }) => {
  const look = (blocks: readonly bigint[]) => kit.lookOver(blocks, stages)

  it('gives the row that settling gives, in every column', async () => {
    let simple = 0
    let failed = 0
    let all = 0
    await fc.assert(
      fc.asyncProperty(fc.array(some, { minLength: 30, maxLength: 30 }), async (traces) => {
        const tenant = `simple-${++tenants}`
        const spans = traces.map((one, n) => spansOf(one, n + 1))
        const blocks = await kit.arrive(tenant, [spans.flat()])
        const surveyed = await look(blocks)
        expect(surveyed).toHaveLength(traces.length)
        await kit.settleSimple(tenant, surveyed)
        const found = await kit.rows(tenant)
        const ids = surveyed.filter(({ simple }) => simple).map(({ trace_id }) => trace_id)
        expect(found).toHaveLength(ids.length)
        simple += ids.length
        failed += found.filter(({ status }) => status !== 'success').length
        all += traces.length
        await insertSpans(
          db.client,
          spans.flat().map((span) => ({ ...span, tenant: `${tenant}-b` })),
          { spanEpochMs: EPOCH },
        )
        await kit.settleByFunction(`${tenant}-b`, ids)
        expect(found).toEqual(await kit.rows(`${tenant}-b`))
      }),
      { numRuns: effort(8, 60) },
    )
    // It is no use if hardly any is taken for simple: about a quarter is, and by columns more than half of these have failed.
    expect(simple / all).toBeGreaterThan(0.1)
    if (stages) expect(failed / all).toBeGreaterThan(0.05)
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
    const blocks = await kit.arrive(tenant, batches)
    return (await look(blocks)).map((one) => one.simple !== undefined)
  }

  it('may come in several blocks, children first', async () => {
    expect(await isSimple(`blocks ${way}`, [[step(3, 2)], [step(2)], [ROOT]])).toEqual([true])
  })

  it('is none when a part of it came before, or is known already', async () => {
    const [first, ...rest] = await kit.arrive(`before ${way}`, [[step(2)], [ROOT]])
    expect((await look([first!])).map((one) => one.simple !== undefined)).toEqual([false])
    expect((await look(rest)).map((one) => one.simple !== undefined)).toEqual([false])

    const blocks = await kit.arrive(`known ${way}`, [[ROOT, step(2)]])
    const surveyed = await look(blocks)
    expect(surveyed.map((one) => one.simple !== undefined)).toEqual([true])
    await kit.settleSimple(`known ${way}`, surveyed)
    expect((await look(blocks)).map((one) => one.simple !== undefined)).toEqual([false])
  })

  it('is none when its id was seen, or comes in two traces at once', async () => {
    const other = { ...ROOT, trace_id: trace(2) }
    expect(await isSimple(`twins ${way}`, [[ROOT, other]])).toEqual([false, false])
    const blocks = await kit.arrive(`resumed ${way}`, [[ROOT]])
    await kit.settleSimple(`resumed ${way}`, await look(blocks))
    expect(await isSimple(`resumed ${way}`, [[other]])).toEqual([false])
    expect(await isSimple(`resumed elsewhere ${way}`, [[other]])).toEqual([true])
  })

  it('is none when another trace says that it is the same execution', async () => {
    const called = { ...ROOT, execution_id: '' }
    const other = { ...ROOT, trace_id: trace(2), execution_id: trace(1) }
    expect(await isSimple(`continued ${way}`, [[called, other]])).toEqual([false, false])
  })

  it('is none when another trace said so before, and becomes one execution with it', async () => {
    const tenant = `named before ${way}`
    const later: TestSpan = {
      ...ROOT,
      trace_id: trace(2),
      span_id: id(2),
      start: 200,
      end: 300,
      execution_id: trace(1),
    }
    await kit.settleSimple(tenant, await look(await kit.arrive(tenant, [[later]])))
    expect((await kit.rows(tenant)).map(({ execution_id }) => execution_id)).toEqual([trace(1)])
    expect(await isSimple(tenant, [[{ ...ROOT, execution_id: '' }]])).toEqual([false])
    await kit.settleByFunction(tenant, [trace(1)])
    const found = await rowsOf(
      db.client,
      `SELECT execution_id, length(segments.span_id) AS segments FROM executions FINAL WHERE tenant = '${tenant}'`,
    )
    expect(found).toEqual([{ execution_id: trace(1), segments: '2' }])
  })

  it('is left to the function when its id comes in another trace between the look and the write', async () => {
    const tenant = `raced ${way}`
    const blocks = await kit.arrive(tenant, [[ROOT]])
    const surveyed = await look(blocks)
    expect(surveyed.map((one) => one.simple !== undefined)).toEqual([true])
    const earlier: TestSpan = { ...ROOT, trace_id: trace(2), span_id: id(9), start: -5_000, end: -4_000 }
    await kit.arrive(tenant, [[earlier]])
    await kit.settleByFunction(tenant, [trace(2)])
    const { shared } = await kit.settleSimple(tenant, surveyed)
    expect(shared).toEqual([trace(1)])
    await kit.settleByFunction(tenant, [trace(1)], new Map(surveyed.map((one) => [one.trace_id, one])))
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
    // It never ended, which leaves its trace to the function either way.
    const { end, ...open } = { ...step(3), trace_id: trace(2) }
    const surveyed = await look(await kit.arrive(tenant, [[ROOT, step(2), failed, open]]))
    const more = surveyed.flatMap(({ simple }) => simple ?? [])
    expect(more.map(({ execution_id }) => execution_id)).toEqual(['run-1'])
    const { rowsWritten } = await kit.settleByFunction(tenant, [trace(2)], new Map(), more, kit.blocks(tenant))
    expect(rowsWritten).toBe(2)
    const found = await kit.rows(tenant)
    expect(
      found.map(({ execution_id, status, places }) => [execution_id, status, (places as unknown[]).length]),
    ).toEqual([
      ['run-1', 'success', 1],
      ['run-2', 'error', 1],
    ])
  })

  it('is told apart by tenant', async () => {
    const [left, right] = [`left ${way}`, `right ${way}`]
    const blocks = [...(await kit.arrive(left, [[ROOT]])), ...(await kit.arrive(right, [[ROOT, step(2)]]))]
    const surveyed = await look(blocks)
    expect(surveyed.map((one) => [one.tenant, one.spans, one.simple !== undefined])).toEqual(
      expect.arrayContaining([
        [left, 1, true],
        [right, 2, true],
      ]),
    )
    await kit.settleSimple(
      right,
      surveyed.filter((one) => one.tenant === right),
    )
    expect((await kit.rows(right)).map((row) => row.step_count)).toEqual([1])
    expect(await kit.rows(left)).toEqual([])
  })
})

describe('a trace that is read where it arrived', () => {
  it('settles as it does when read from the spans', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyTrace, { minLength: 20, maxLength: 20 }), async (traces) => {
        const tenant = `arrived-${++tenants}`
        const spans = traces.map((one, n) => spansOf(one, n + 1))
        const blocks = await kit.arrive(tenant, [
          spans.flat().filter((_, i) => i % 2 === 0),
          spans.flat().filter((_, i) => i % 2 === 1),
        ])
        const surveyed = await kit.lookOver(blocks, undefined)
        expect(surveyed.map(({ stored, isNew }) => [stored, isNew])).toEqual(surveyed.map((one) => [one.spans, true]))
        const ids = surveyed.map(({ trace_id }) => trace_id)
        await kit.settleByFunction(tenant, ids, new Map(surveyed.map((one) => [one.trace_id, one])))
        await insertSpans(
          db.client,
          spans.flat().map((span) => ({ ...span, tenant: `${tenant}-b` })),
          { spanEpochMs: EPOCH },
        )
        await kit.settleByFunction(`${tenant}-b`, ids)
        expect(await kit.rows(tenant)).toEqual(await kit.rows(`${tenant}-b`))
      }),
      { numRuns: effort(4, 40) },
    )
  })

  it('is read from the spans where the log holds less than arrived', async () => {
    const tenant = 'dropped'
    const blocks = await kit.arrive(tenant, [[ROOT]])
    await kit.settleByFunction(tenant, [trace(1)], new Map([[trace(1), { spans: 2, blocks }]]))
    expect(await kit.rows(tenant)).toHaveLength(1)
  })
})
