import { afterAll, beforeAll, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../test/kit/clickhouse.ts'
import { rowsOf } from '../test/kit/stack-db.ts'
import { insertBlock, insertRows } from './insert-rows.ts'
import { toNativeBlock } from './native-block.ts'
import { type BinaryRow, encodeRow } from './row-binary.ts'
import { table } from './tables/column.ts'

let clickhouse: TestClickHouse
beforeAll(async () => {
  clickhouse = await startClickHouse()
})
afterAll(() => clickhouse?.stop())

const COLUMNS = {
  n: 'UInt8',
  text: 'String',
  word: 'LowCardinality(String)',
  id: 'FixedString(4)',
  large: 'UInt32',
  single: 'Float32',
  micro: 'DateTime64(6)',
  state: "Enum8('' = 0, 'on' = 1)",
  maybe: 'Nullable(Float64)',
  list: 'Array(Nullable(Float32))',
  words: 'Array(LowCardinality(String))',
  map: 'Map(LowCardinality(String), String)',
  anchors: 'SimpleAggregateFunction(groupUniqArrayArray, Array(DateTime64(6)))',
  pairs:
    "Array(Tuple(id FixedString(2), word LowCardinality(String), state Enum8('' = 0, 'on' = 1), rows Nullable(UInt64)))",
} as const
const BY_ROW = table('by_row', COLUMNS)
const BY_COLUMN = table('by_column', COLUMNS)

const EMPTY: BinaryRow = {
  n: 0,
  text: '',
  word: '',
  id: '00000000',
  large: 0,
  single: 0,
  micro: 0n,
  state: '',
  maybe: null,
  list: [],
  words: [],
  map: {},
  anchors: [],
  pairs: [],
}
const FULL: BinaryRow = {
  n: 1,
  text: `é\u0000${'x'.repeat(20_000)}\n`,
  word: 'w',
  id: '00ff10ab',
  large: 4_294_967_295,
  single: 0.5,
  micro: 1_000_000_000_000_001n,
  state: 'on',
  maybe: -1e300,
  list: [1, null, 2],
  words: ['a', '', 'x'.repeat(200)],
  map: { a: 'b', c: '' },
  anchors: [1n, 2n],
  pairs: [
    { id: '00ff', word: 'v', state: 'on', rows: null },
    { id: 'abcd', word: '', state: '', rows: 5 },
  ],
}

it('makes columns of rows so that ClickHouse reads the same values, of several blocks, too', async () => {
  for (const { name } of [BY_ROW, BY_COLUMN]) {
    const columns = Object.entries(COLUMNS).map(([column, type]) => `${column} ${type}`)
    await clickhouse.client.command({ query: `CREATE TABLE ${name} (${columns.join(', ')}) ENGINE = Memory` })
  }
  const rows = [EMPTY, FULL, { ...FULL, n: 2 }, { ...EMPTY, n: 3 }].map((row) => encodeRow(BY_ROW, row))
  await insertRows(clickhouse.client, { table: BY_ROW, rows })
  const blocks = [toNativeBlock(BY_COLUMN, rows.slice(0, 3)), toNativeBlock(BY_COLUMN, rows.slice(3))]
  await insertBlock(clickhouse.client, BY_COLUMN, Buffer.concat(blocks))
  const of = (name: string) => rowsOf(clickhouse.client, `SELECT * FROM ${name} ORDER BY n`)
  const found = await of('by_column')
  expect(found).toHaveLength(4)
  expect(found).toEqual(await of('by_row'))
})

it('refuses rows of another table', () => {
  expect(() => toNativeBlock(BY_COLUMN, [Buffer.concat([encodeRow(BY_ROW, EMPTY), Buffer.of(0)])])).toThrow(RangeError)
})
