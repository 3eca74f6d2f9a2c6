import { readArrivalsInto } from '@runlens/clickhouse'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anyTrace, failedTrace, id, PAYLOAD_MAX, plainTrace, spansOf, trace } from '../../test/kit/any-trace.ts'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { effort } from '../../test/kit/effort.ts'
import { SettlingKit, simpleOf } from '../../test/kit/settling.ts'
import { rowsOf, startDatabase, type TestSpan } from '../../test/kit/stack-db.ts'
import { SettleStages } from '../compiled/settle-stages.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

const kit = new SettlingKit(() => db.client)
const DAY_MS = 86_400_000

const run = (n: number, more: Partial<TestSpan> = {}): TestSpan => ({
  trace_id: trace(n),
  span_id: id(n),
  start: 0,
  end: 100,
  role: 'entry',
  execution_kind: 'workflow',
  execution_id: `run-${n}`,
  workflow_id: 'flow',
  status: 'success',
  ...more,
})
const runs = (count: number, more: (n: number) => Partial<TestSpan> = () => ({})) =>
  Array.from({ length: count }, (_, n) => run(n + 1, more(n + 1)))

/** Lets so many executions arrive, each with a name and an id of its own. @param round other ones in each @param behind the number in an id */
async function arriveMany(tenant: string, count: number, round = 0, behind = ''): Promise<bigint[]> {
  const template = `template of ${tenant}`
  if (round === 0) await kit.arrive(template, [[run(1)]])
  return kit.newBlocks(() =>
    db.client.command({
      query: `INSERT INTO spans SELECT template.* REPLACE('${tenant}' AS tenant, concat('${round}-', toString(number)) AS name,
  concat('{"execution_id":"${round}-', toString(number), '${behind}"}') AS fields_json,
  toFixedString(unhex(leftPad(hex(number + ${(round + 1) * 1_000_000}), 32, '0')), 16) AS trace_id)
FROM (SELECT * FROM spans WHERE tenant = '${template}') AS template, numbers(${count}) AS n`,
    }),
  )
}

/** Gives the traces that are simple: their rows are as those of the other way. */
async function expectSame(tenant: string, blocks: readonly bigint[], stages: SettleStages): Promise<string[]> {
  const { simple, byColumns, bySettling } = await kit.eitherWay(tenant, blocks, stages)
  expect(byColumns).toHaveLength(simple.length)
  expect(bySettling).toEqual(byColumns)
  return simple
}

describe('the compiled look', () => {
  it('writes a block for each day', async () => {
    const tenant = 'days'
    const spans = runs(9, (n) => ({ start: -(n % 3) * DAY_MS, end: 100 - (n % 3) * DAY_MS }))
    const blocks = await kit.arrive(tenant, [spans])
    expect(await expectSame(tenant, blocks, new SettleStages())).toHaveLength(9)
    expect(kit.blocks(tenant).map(({ rows }) => rows)).toEqual([3, 3, 3])
  })

  it('writes more rows than one block takes', async () => {
    const tenant = 'many'
    const blocks = await arriveMany(tenant, 24_600)
    const looked = await kit.lookOver(blocks, new SettleStages())
    expect(simpleOf(looked)).toHaveLength(24_600)
    expect(kit.blocks(tenant).map(({ rows }) => rows)).toEqual([24_576, 24])
    await kit.settleSimple(tenant, looked)
    const found = await rowsOf(
      db.client,
      `SELECT uniqExact(execution_id) AS ids, count() AS rows, countIf(execution_id = concat('0-', toString(reinterpretAsUInt64(reverse(trace_id)) - 1000000))) AS own
FROM executions WHERE tenant = '${tenant}'`,
    )
    expect(found).toEqual([{ ids: '24600', rows: '24600', own: '24600' }])
  })

  it('asks for any number of traces and of long ids, as TypeScript does', async () => {
    const tenant = 'pages'
    const count = 70_000
    const blocks = await arriveMany(tenant, count, 0, '0'.repeat(30))
    expect(simpleOf(await kit.lookOver(blocks, undefined))).toHaveLength(count)
    const looked = await kit.lookOver(blocks, new SettleStages())
    expect(simpleOf(looked)).toHaveLength(count)
    await kit.settleSimple(tenant, looked)
    // Now all of them are known, wherever in the pages they stand.
    for (const stages of [undefined, new SettleStages()])
      expect(simpleOf(await kit.lookOver(blocks, stages))).toEqual([])
    const found = await rowsOf(db.client, `SELECT toUInt32(count()) AS rows FROM executions WHERE tenant = '${tenant}'`)
    expect(found).toEqual([{ rows: count }])
  })

  it('leaves what has no room to TypeScript, which finds the same', async () => {
    const long = 'x'.repeat(1024 * 1024)
    const spans = runs(34, (n) => (n > 1 ? { attributes: { long } } : {}))
    const blocks = await kit.arrive('large', [spans])
    const looked = await kit.lookOver(blocks, new SettleStages())
    expect(kit.blocks('large')).toEqual([])
    expect(simpleOf(looked)).toHaveLength(34)
  })

  it('learns words anew when they fill half of their room, and leaves more than fit to TypeScript', async () => {
    const stages = new SettleStages()
    const tenant = 'words'
    for (const [round, count] of [17_000, 3, 17_000, 33_000, 5].entries()) {
      const blocks = await arriveMany(tenant, count, round)
      const looked = await kit.lookOver(blocks, stages)
      expect(simpleOf(looked)).toHaveLength(count)
      expect(kit.blocks(tenant).reduce((sum, { rows }) => sum + rows, 0)).toBe(count === 33_000 ? 0 : count)
      await kit.settleSimple(tenant, looked)
    }
    const found = await rowsOf(
      db.client,
      `SELECT count() AS rows, uniqExact(execution_id) AS ids, uniqExact(workflow_id) AS flows FROM executions WHERE tenant = '${tenant}'`,
    )
    expect(found).toEqual([{ rows: '67008', ids: '67008', flows: '1' }])
  })

  it.each([
    ['broken UTF-8 in a value', 'attribute_values', '["\\xff","b"]'],
    ['a character cut short', 'attribute_values', '["\\xe6\\xbc","b"]'],
    ['a character written too long', 'attribute_values', '["\\xc0\\xaf","b"]'],
    ['half of a surrogate pair', 'attribute_values', '["\\\\ud83d","b"]'],
    ['broken UTF-8 in a field', 'fields_json', '{"execution_id":"a","user_id":"\\xff"}'],
    ['an id with an escape', 'fields_json', '{"execution_id":"a\\\\u0062"}'],
    ['blanks between fields', 'fields_json', '{ "execution_id": "a" }'],
    ['a number with a fraction', 'fields_json', '{"execution_id":"a","rows_total":12.5e1}'],
    ['a number of many digits', 'fields_json', '{"execution_id":"a","rows_returned":9007199254740991}'],
    ['a field that nobody knows', 'fields_json', '{"execution_id":"a","colour":"red"}'],
    ['no count', 'fields_json', '{"execution_id":"a","rows_total":null}'],
  ])('gives of %s what settling gives', async (what, column, json) => {
    const spans = [run(1, { attributes: { a: 'x', b: 'y' } }), run(2)]
    const blocks = await kit.arriveChanged(
      what,
      spans,
      `if(trace_id = unhex('${trace(1)}'), '${json}', ${column}) AS ${column}`,
    )
    expect(await expectSame(what, blocks, new SettleStages())).toContain(trace(2))
  })

  it('leaves its traces to settling when it stops in the middle of writing', async () => {
    const stages = new SettleStages()
    const blocks = await kit.arrive('stopped', [runs(3)])
    const places = ['STREAM_STARTS', 'STREAM_LIMITS'].map((name) => stages.numbers(stages.place(name), 1))
    const known = places.map(([place]) => place!)
    // Beyond the memory.
    for (const place of places) place[0] = 0x7f000000
    const looked = await kit.lookOver(blocks, stages)
    expect(looked.map(({ trace_id, spans, stored, simple }) => [trace_id, spans, stored, simple])).toEqual(
      [1, 2, 3].map((n) => [trace(n), 1, 1, undefined]),
    )
    for (const [n, place] of places.entries()) place[0] = known[n]!
    expect(await expectSame('stopped', blocks, stages)).toHaveLength(3)
  })

  it('leaves a look to TypeScript when it stops in the middle of reading', async () => {
    const stages = new SettleStages()
    const blocks = await kit.arrive('stumbled', [runs(3)])
    await kit.lookOver(blocks, stages)
    stages.numbers(stages.place('WORD_LABELS'), 16).fill(0x7f000000)
    const looked = await kit.lookOver(blocks, stages)
    expect(simpleOf(looked)).toHaveLength(3)
    expect(kit.blocks('stumbled')).toEqual([])
    expect(await expectSame('stumbled', blocks, stages)).toHaveLength(3)
  })
})

describe('bytes that are no arrivals', () => {
  it('are left to TypeScript, or read as what they are, and harm nothing', async () => {
    const some = fc.sample(fc.oneof(anyTrace, plainTrace, failedTrace), { numRuns: 40, seed: 7 })
    const blocks = await kit.arrive('bytes', [some.flatMap((one, n) => spansOf(one, n + 1))])
    const stages = new SettleStages()
    const length = await readArrivalsInto(db.client, { blocks }, stages.body)
    const whole = Buffer.from(stages.body.subarray(0, length))
    const read = (bytes: Buffer) => {
      stages.body.set(bytes)
      return stages.read(bytes.length, PAYLOAD_MAX)
    }
    const good = read(whole)
    expect(good?.traces).toBe(40)
    expect(stages.noteKnown(stages.known.fill(0xff).length, 40)).toBe(false)
    const spoilt = fc.oneof(
      fc.nat(length - 1).map((end) => whole.subarray(0, end)),
      fc.array(fc.tuple(fc.nat(length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }).map((changes) => {
        const bytes = Buffer.from(whole)
        for (const [at, byte] of changes) bytes[at] = byte
        return bytes
      }),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    )
    fc.assert(
      fc.property(spoilt, (bytes) => {
        const found = read(bytes)
        if (found) expect(found.traces).toBeLessThanOrEqual(found.rows)
        // Whatever it was, what comes next is read as ever.
        expect(read(whole)).toEqual(good)
      }),
      { numRuns: effort(500, 100_000) },
    )
  })
})
