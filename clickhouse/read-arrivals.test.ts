import type { SettleSpan } from '@runlens/conventions'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../test/kit/clickhouse.ts'
import { rowsOf, startDatabase, withDocuments, zero } from '../test/kit/stack-db.ts'
import { insertRows } from './insert-rows.ts'
import { readArrivals, readArrivalsWithin } from './read-arrivals.ts'
import { readTraceSpans } from './read-trace-spans.ts'
import { type BinaryRow, encodeRow } from './row-binary.ts'
import { SPANS } from './tables/index.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

const TRACE = 'ab'.repeat(16)
const START = BigInt(Date.now() - 60_000) * 1_000_000n
const CAP = 100

const row = (given: BinaryRow): Buffer =>
  encodeRow(
    SPANS,
    withDocuments({
      ...Object.fromEntries(Object.entries(SPANS.columns).map(([name, type]) => [name, zero(type)])),
      tenant: 'default',
      trace_id: TRACE,
      started_at: START,
      service: 'shop',
      ...given,
    }),
  )

const FULL: BinaryRow = {
  received_at: BigInt(Date.now()),
  span_id: '0000000000000001',
  name: 'Ж\n"\\\t',
  kind: 3,
  ended_at: START + 1n,
  status_code: 2,
  role: 'entry',
  rule: 4,
  status: 'failed',
  rows_total: 18_446_744_073_709n,
  rows_returned: 0n,
  execution_id: 'id',
  instance: 'instance',
  attempt: 65_535,
  error_stack: 'at a\nat b',
  queued_at: START - 5n,
  expected_end_at: START + 9n,
  progress: 0.1,
  query: 'SELECT 1',
  input_key: 'in',
  output_key: 'out',
  attributes: {
    in: '漢'.repeat(60),
    out: 'short',
    long: `${'x'.repeat(1_023)}Ж`,
    __proto__x: '',
    '': 'empty',
  },
}

it('gives the same spans as reading them from the table, column by column', async () => {
  const child = { span_id: '0000000000000002', parent_span_id: '0000000000000001', role: 'step', query: 'SELECT 2' }
  await insertRows(db.client, { table: SPANS, rows: [row(FULL), row(child)] })
  const times = await rowsOf<{ t: string }>(
    db.client,
    'SELECT DISTINCT toString(toUnixTimestamp64Micro(arrived_at)) AS t FROM arrivals ORDER BY t',
  )
  const blocks = times.map(({ t }) => BigInt(t))
  const table = await readArrivals(db.client, { blocks })
  const arrived = Array.from({ length: table.rows }, (_, row) => table.spanOf(row, CAP))
  const { spans } = await readTraceSpans(db.client, {
    tenant: 'default',
    traceIds: [TRACE],
    payloadBytesMax: CAP,
    spansMax: 10,
  })
  const byId = (a: SettleSpan, b: SettleSpan) => (a.span_id < b.span_id ? -1 : 1)
  const expected = [...spans].sort(byId)
  expect(arrived.sort(byId)).toEqual(expected)
  expect([table.tenants.at(0), table.tenants.at(1)]).toEqual(['default', 'default'])
  expect([table.arrivedAt.at(0), table.arrivedAt.at(1)]).toEqual([blocks[0], blocks[0]])
  expect(expected[0]).toMatchObject({ progress: 0.1, rows_total: 18_446_744_073_709, status: 'failed' })
  const only = { tenant: 'default', traceIds: ['cd'.repeat(16)] }
  expect((await readArrivals(db.client, { blocks, only })).rows).toBe(0)
  expect(await readArrivalsWithin(db.client, { blocks }, 100)).toBeUndefined()
})
