import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { id, trace } from '../../test/kit/any-trace.ts'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { SettlingKit, simpleOf } from '../../test/kit/settling.ts'
import { startDatabase, type TestSpan } from '../../test/kit/stack-db.ts'
import { SettleStages } from './settle-stages.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

const kit = new SettlingKit(() => db.client)
const stages = new SettleStages()

const root = (more: Partial<TestSpan> = {}, number = 1): TestSpan => ({
  trace_id: trace(number),
  span_id: id(1),
  start: 0,
  end: 100,
  role: 'entry',
  execution_kind: 'workflow',
  workflow_id: 'flow',
  status: 'success',
  ...more,
})
const failed: Partial<TestSpan> = { status: 'error', error_type: 'DbError', error_message: 'no table 17' }
/** From 10 to 20, below the root, called `step`. */
const step = (n: number, more: Partial<TestSpan> = {}): TestSpan => ({
  trace_id: trace(1),
  span_id: id(n),
  parent_span_id: id(1),
  start: 10,
  end: 20,
  role: 'step',
  step_name: 'step',
  status: 'success',
  ...more,
})
const again = (n: number, attempt: number, more: Partial<TestSpan> = {}) =>
  step(n, { start: 10 * n, end: 10 * n + 9, ...more, more: { attempt } })

/** The row of the one trace, by columns and as settling gives it. */
async function rowOf(tenant: string, blocks: readonly bigint[]): Promise<Record<string, unknown>> {
  const { simple, byColumns, bySettling } = await kit.eitherWay(tenant, blocks, stages)
  expect(simple).toEqual([trace(1)])
  expect(byColumns).toEqual(bySettling)
  return byColumns[0]!
}

/** A word for each number. */
const letters = (n: number) =>
  [...n.toString(26)].map((digit) => 'ghijklmnopqrstuvwxyzGHIJKL'[Number.parseInt(digit, 26)]).join('')

const NO_ERROR = { error_type: '', error_class: '', error_message: '', error_stack: '', error_fingerprint: '' }

describe('a failure, settled by columns', () => {
  it.each<[what: string, spans: TestSpan[], row: Record<string, unknown>]>([
    [
      'of the root',
      [root({ status: 'failed', error_type: 'Oh', error_message: 'a\n"b"', more: { error_stack: 'at f\n\tat g' } })],
      {
        status: 'failed',
        error_type: 'Oh',
        error_class: 'unknown',
        error_message: 'a\n"b"',
        error_stack: 'at f\n\tat g',
        error_fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
        failed_step: '',
        failed_steps: 0,
        'segments.status': [],
      },
    ],
    [
      'that only the code tells',
      [root({ status: '', more: { status_code: 2 } })],
      { status: 'error', error_class: 'unknown', 'segments.status': [] },
    ],
    [
      'of a step',
      [root(), step(2, { ...failed, more: { response_status_code: '404' } })],
      {
        status: 'partial',
        error_type: 'DbError',
        error_class: 'not_found',
        error_message: 'no table 17',
        failed_step: 'step',
        failed_step_names: ['step'],
        failed_steps: 1,
        'segments.status': ['success'],
      },
    ],
    [
      'of a step, in spite of which the root tells of success',
      [root({ status_explicit: 1 }), step(2, failed)],
      { ...NO_ERROR, status: 'success', failed_step: 'step', failed_step_names: ['step'], failed_steps: 1 },
    ],
    [
      'of root and step, which has what the root leaves out',
      [
        root({ status: 'error', error_type: 'Error', more: { error_stack: 'of the root' } }),
        step(2, { ...failed, more: { error_stack: 'of the step' } }),
      ],
      { status: 'error', error_type: 'DbError', error_message: 'no table 17', error_stack: 'of the root' },
    ],
    [
      'with a type that says nothing, below which none does',
      [root({ status: 'error', error_type: 'Exception' }), step(2, { status: 'error' })],
      { error_type: 'Exception', error_message: '', failed_step: 'step' },
    ],
    [
      'of several steps: the first to end counts',
      [
        root(),
        step(2, { ...failed, step_name: 'a', end: 30 }),
        step(3, { ...failed, step_name: 'b', start: 11, end: 29, error_message: 'this' }),
        step(4, { ...failed, step_name: 'a', start: 12, end: 31 }),
      ],
      { failed_step: 'b', failed_step_names: ['a', 'b'], failed_steps: 3, error_message: 'this' },
    ],
    [
      'passed on: the innermost counts',
      [
        root({ status: 'error' }),
        step(2, { ...failed, step_name: 'outer' }),
        step(3, { role: 'other', parent_span_id: id(2) }),
        step(4, { ...failed, step_name: 'inner', parent_span_id: id(3), start: 11, error_message: 'this' }),
      ],
      { failed_step: 'inner', failed_step_names: ['outer', 'inner'], error_message: 'this' },
    ],
    [
      'that was tried again with success',
      [root(), step(2, { ...failed, end: 20.5 }), step(3, { start: 20, end: 30 })],
      { ...NO_ERROR, status: 'success', failed_step: '', failed_step_names: [], failed_steps: 0, step_count: 2 },
    ],
    [
      'that only seems to be tried again: both ran at once',
      [root(), step(2, failed), step(3, { start: 15, end: 30 })],
      { status: 'partial', failed_steps: 1 },
    ],
    [
      'with attempts that are told',
      [root(), again(2, 1, failed), again(3, 3, { ...failed, error_message: 'last' }), again(4, 2, failed)],
      { status: 'partial', failed_steps: 1, error_message: 'last' },
    ],
    [
      'of steps with one name below different ones',
      [
        root(),
        step(2, { step_name: 'left' }),
        step(3, { ...failed, parent_span_id: id(2) }),
        step(4, { step_name: 'right', start: 30, end: 50 }),
        step(5, { parent_span_id: id(4), start: 40, end: 45 }),
      ],
      { status: 'partial', failed_steps: 1 },
    ],
    [
      'of steps that are called by their spans, long ones, too',
      [
        root(),
        step(2, { ...failed, step_name: '', name: 'x'.repeat(200) }),
        step(3, { ...failed, step_name: 'x'.repeat(200), start: 12, end: 40 }),
      ],
      { failed_step: 'x'.repeat(200), failed_step_names: ['x'.repeat(200)], failed_steps: 2 },
    ],
    [
      'of a query',
      [
        root(),
        step(2, {
          ...failed,
          step_type: 'db',
          error_type: 'a\tb',
          error_message: 'ж'.repeat(1_500),
          more: { query: '😀'.repeat(1_500), query_page: '2\t3', database_type: 'mysql' },
        }),
      ],
      {
        query_count: 1,
        queries: [expect.objectContaining({ text: '😀'.repeat(1_000), details: `\t2 3\t\ta b\t${'ж'.repeat(1_000)}` })],
        error_message: 'ж'.repeat(1_500),
      },
    ],
    ['that is none: cancelled', [root({ status: 'cancelled' })], { status: 'cancelled', error_class: 'unknown' }],
  ])('%s', async (what, spans, row) => {
    expect(await rowOf(what, await kit.arrive(what, [spans]))).toMatchObject(row)
  })

  it.each<[what: string, spans: TestSpan[]]>([
    ['an execution that goes on', [root({ status: 'waiting' }), step(2, failed)]],
    ['an execution within', [root({ status: 'error' }), step(2, { ...failed, role: 'entry' })]],
    ['a parent that is missing', [root({ status: 'error' }), step(2, { ...failed, parent_span_id: id(9) })]],
    ['two roots', [root({ status: 'error' }), root({ status: 'error', span_id: id(2) })]],
    ['texts of more than 128 KiB', [root({ status: 'error', error_message: 'x'.repeat(140_000) })]],
    ['half a character', [root({ status: 'error', error_message: 'a\ud83d' })]],
    ['half a character of a step', [root({ status: 'error' }), step(2, { ...failed, error_message: 'a\ud83d' })]],
    ['half a character in a stack', [root(), step(2, { ...failed, more: { error_stack: '\ude00' } })]],
  ])('is left to settling with %s', async (what, spans) => {
    const looked = await kit.lookOver(await kit.arrive(what, [spans]), stages)
    expect(looked.map(({ trace_id, spans: count, simple }) => [trace_id, count, simple])).toEqual([
      [trace(1), spans.length, undefined],
    ])
  })

  it('says what settling says of broken UTF-8', async () => {
    const spans = [root({ status: 'error' }), root({ status: 'error', error_message: 'whole' }, 2)]
    const broken = `if(fields_json = '', '{"error_message":"\\xff"}', fields_json) AS fields_json`
    const blocks = await kit.arriveChanged('broken', spans, broken)
    const { simple, byColumns, bySettling } = await kit.eitherWay('broken', blocks, stages)
    expect(simple).toEqual([trace(2)])
    expect(byColumns).toEqual(bySettling)
  })

  it('goes into more than one block where messages are long', async () => {
    const count = 100
    const spans = Array.from({ length: count }, (_, n) =>
      root({ status: 'error', error_message: `${n} ${'x'.repeat(100_000)}` }, n + 1),
    )
    const blocks = await kit.arrive('long', [spans])
    const { simple, byColumns, bySettling } = await kit.eitherWay('long', blocks, stages)
    expect(simple).toHaveLength(count)
    expect(kit.blocks('long').map(({ rows }) => rows)).toEqual([84, 16])
    expect(byColumns).toEqual(bySettling)
  })

  it('is told apart from any other, however many there are', async () => {
    const parts = [
      ['ab', 'c', ''],
      ['a', 'bc', ''],
      ['a', 'b', ''],
      ['a', 'b', '404'],
      ['', 'abc', ''],
      ['', '404', ''],
      ['404', '', ''],
      ['', '', '404'],
    ] as const
    const count = 2_100
    const spans = Array.from({ length: count }, (_, n) => {
      const [error_type, error_message, response_status_code] = parts[n] ?? ['', `no word ${letters(n)}`, '']
      return root({ status: 'error', error_type, error_message, more: { response_status_code } }, n + 1)
    })
    const blocks = await kit.arrive('many', [spans])
    const { simple, byColumns, bySettling } = await kit.eitherWay('many', blocks, stages)
    expect(simple).toHaveLength(count)
    expect(byColumns).toEqual(bySettling)
    // As many groups as there are words, but those of which only the code differs.
    expect(new Set(byColumns.map((row) => row.error_fingerprint)).size).toBe(count - 1)
  })

  it('is left to settling where there is no room to note it', async () => {
    const count = 200
    // Escaped ones are noted as what they say.
    const spans = Array.from({ length: count }, (_, n) =>
      root({ status: 'error', error_message: `\t${n} ${'x'.repeat(60_000)}` }, n + 1),
    )
    const blocks = await kit.arrive('no room', [spans])
    const looked = await kit.lookOver(blocks, stages)
    expect(looked).toHaveLength(count)
    const ids = simpleOf(looked)
    expect(ids.length).toBeGreaterThan(100)
    expect(ids.length).toBeLessThan(count)
    const { simple, byColumns, bySettling } = await kit.eitherWay('no room', blocks, stages)
    expect(simple).toEqual(ids)
    expect(byColumns).toEqual(bySettling)
  })
})
