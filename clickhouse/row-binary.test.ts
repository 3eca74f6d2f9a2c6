import { afterAll, beforeAll, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../test/kit/clickhouse.ts'
import { insertRows } from './insert-rows.ts'
import { type BinaryRow, encodeRow } from './row-binary.ts'
import { table } from './tables/column.ts'

let clickhouse: TestClickHouse
beforeAll(async () => {
  clickhouse = await startClickHouse()
})
afterAll(() => clickhouse?.stop())

const EVERY_TYPE = table('every_type', {
  text: 'String',
  word: 'LowCardinality(String)',
  id: 'FixedString(4)',
  small: 'UInt8',
  medium: 'UInt16',
  large: 'UInt32',
  huge: 'UInt64',
  single: 'Float32',
  double: 'Float64',
  second: 'DateTime',
  micro: 'DateTime64(6)',
  nano: 'DateTime64(9)',
  state: "Enum8('' = 0, 'on' = 1)",
  maybe: 'Nullable(Float64)',
  list: 'Array(DateTime64(9))',
  map: 'Map(LowCardinality(String), String)',
  sum: 'SimpleAggregateFunction(sum, UInt64)',
  pairs: "Array(Tuple(id FixedString(2), at DateTime64(9), state Enum8('' = 0, 'on' = 1), rows Nullable(UInt64)))",
})

const ROW: BinaryRow = {
  text: `é\u0000${'x'.repeat(300)}\n\n`,
  word: 'w',
  id: '00ff10ab',
  small: 255,
  medium: 65_535,
  large: 4_294_967_295,
  huge: 18_446_744_073_709_551_615n,
  single: 0.5,
  double: -1e300,
  second: 1_000_000_000,
  micro: 1_000_000_000_000_001n,
  nano: -1n,
  state: 'on',
  maybe: null,
  list: [1n, 2n],
  map: { a: 'b', c: '' },
  sum: 7,
  pairs: [
    { id: '00ff', at: 3n, state: 'on', rows: null },
    { rows: 5, state: '', at: 4n, id: 'abcd' },
  ],
}

it('writes every column type so that ClickHouse reads the same value', async () => {
  const columns = Object.entries(EVERY_TYPE.columns).map(([name, type]) => `${name} ${type}`)
  await clickhouse.client.command({ query: `CREATE TABLE every_type (${columns.join(', ')}) ENGINE = Memory` })
  const other = { ...ROW, maybe: 1.5, list: [], map: {}, state: '' }
  await insertRows(clickhouse.client, {
    table: EVERY_TYPE,
    rows: [encodeRow(EVERY_TYPE, ROW), encodeRow(EVERY_TYPE, other)],
  })
  const result = await clickhouse.client.query({
    query: `SELECT * EXCEPT (id, second, micro, nano, list, pairs), lower(hex(id)) AS id, toUInt32(second) AS second,
      toString(toUnixTimestamp64Micro(micro)) AS micro, toString(toUnixTimestamp64Nano(nano)) AS nano,
      arrayMap(t -> toInt32(toUnixTimestamp64Nano(t)), list) AS list,
      arrayMap(p -> (lower(hex(p.id)), toInt32(toUnixTimestamp64Nano(p.at)), p.state, toInt32(p.rows)), pairs) AS pairs
      FROM every_type`,
    format: 'JSONEachRow',
  })
  const pairs = [
    ['00ff', 3, 'on', null],
    ['abcd', 4, '', 5],
  ]
  const first = {
    ...ROW,
    pairs,
    huge: '18446744073709551615',
    micro: '1000000000000001',
    nano: '-1',
    list: [1, 2],
    sum: '7',
  }
  expect(await result.json()).toEqual([first, { ...first, maybe: 1.5, list: [], map: {}, state: '' }])
})

it('refuses a row that lacks a column or an element, and a word that the enum lacks', () => {
  const { sum: _, ...short } = ROW
  expect(() => encodeRow(EVERY_TYPE, short)).toThrow('every_type.sum')
  expect(() => encodeRow(EVERY_TYPE, { ...ROW, state: 'off' })).toThrow('"off"')
  expect(() => encodeRow(EVERY_TYPE, { ...ROW, pairs: [{ id: '00ff' }] })).toThrow('an element at is missing')
})
