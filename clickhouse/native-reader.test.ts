import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../test/kit/clickhouse.ts'
import { readNative } from './native-reader.ts'

let clickhouse: TestClickHouse
beforeAll(async () => {
  clickhouse = await startClickHouse()
})
afterAll(() => clickhouse?.stop())

async function native(select: string): Promise<Buffer> {
  const { stream } = await clickhouse.client.exec({ query: `${select} FORMAT Native` })
  return buffer(stream)
}

/** Values of the one column of a query, over all of its blocks. */
async function column(select: string): Promise<unknown[]> {
  return [...readNative(await native(select))].flatMap(({ columns }) => [...columns.values()].flat())
}

const of = (values: string, type: string) => column(`SELECT arrayJoin([${values}])::${type} AS v`)

it.each([
  ['String', `'', 'a\\0b', 'Ж漢', repeat('x', 300)`, ['', 'a\0b', 'Ж漢', 'x'.repeat(300)]],
  ['LowCardinality(String)', `'a', '', 'b', 'a'`, ['a', '', 'b', 'a']],
  ['FixedString(3)', `unhex('00ff10'), unhex('000000')`, ['00ff10', '000000']],
  ['UInt8', '0, 255', [0, 255]],
  ['UInt16', '1, 65535', [1, 65_535]],
  ['UInt32', '1, 4294967295', [1, 4_294_967_295]],
  ['UInt64', '1, 18446744073709551615', [1n, 18_446_744_073_709_551_615n]],
  ["Enum8('' = 0, 'on' = 1, 'off' = -1)", `'', 'on', 'off'`, ['', 'on', 'off']],
  ['Nullable(UInt64)', 'NULL, 7, NULL', [null, 7n, null]],
  ['Nullable(String)', `NULL, 'x'`, [null, 'x']],
])('reads %s', async (type, values, expected) => {
  expect(await of(values, type)).toEqual(expected)
})

it('reads times in their own unit', async () => {
  expect(await column(`SELECT fromUnixTimestamp64Nano(-1::Int64, 'UTC') AS v`)).toEqual([-1n])
  expect(await column(`SELECT fromUnixTimestamp64Milli(1500::Int64, 'UTC') AS v`)).toEqual([1500n])
})

it('reads a column of more words than one byte can number', async () => {
  const words = await column('SELECT toLowCardinality(toString(number)) AS v FROM numbers(70000)')
  expect(words).toEqual(Array.from({ length: 70_000 }, (_, number) => String(number)))
})

it('reads maps as pairs in their order, keys that stand there twice included', async () => {
  const maps = await column(
    `SELECT arrayJoin([map(), map('a', '1', '', 'Ж', 'a', '2'), map('z', '')])::Map(String, String) AS v`,
  )
  const texts = (maps as [string, Buffer][][]).map((map) => map.map(([key, value]) => [key, value.toString()]))
  expect(texts).toEqual([
    [],
    [
      ['a', '1'],
      ['', 'Ж'],
      ['a', '2'],
    ],
    [['z', '']],
  ])
})

it('reads several columns of several blocks, and none of none', async () => {
  const bytes = await native(`SELECT number AS n, toString(number) AS s FROM numbers(5) SETTINGS max_block_size = 2`)
  const blocks = [...readNative(bytes)]
  expect(blocks.flatMap(({ columns }) => columns.get('n'))).toEqual([0n, 1n, 2n, 3n, 4n])
  expect(blocks.flatMap(({ columns }) => columns.get('s'))).toEqual(['0', '1', '2', '3', '4'])
  expect(await column('SELECT toLowCardinality(toString(number)) AS v FROM numbers(0)')).toEqual([])
})

it('refuses bytes that end too early, and types that it does not know', async () => {
  const bytes = await native('SELECT number AS n FROM numbers(5)')
  expect(() => [...readNative(bytes.subarray(0, -1))]).toThrow(RangeError)
  await expect(column('SELECT [1, 2] AS v')).rejects.toThrow(/Array\(UInt8\)/)
})
