/** A table with the columns of `spans`, `logs` or `metric_points`, to insert blocks into and read every column back exactly. */
import {
  LOG_ALIASES,
  LOGS,
  METRIC_FIELDS,
  METRIC_POINTS,
  SPAN_FIELDS,
  SPANS,
  type SpanField,
  type Table,
} from '@runlens/clickhouse'
import { insertBlocks } from '../../collector/writer/insert.ts'
import type { TestClickHouse } from './clickhouse.ts'

export interface BlockTable {
  /** Empties the table and inserts Native blocks in one insert, as the writer does. */
  insert(blocks: Uint8Array[]): Promise<void>
  /** All rows, every column in a form that JSON carries exactly. */
  rows(): Promise<Record<string, unknown>[]>
}

/** Creates the table `copy`. */
export async function createBlockTable({ client }: TestClickHouse, like: Table = SPANS): Promise<BlockTable> {
  const columns = Object.entries(like.columns).map(([name, type]) => `${name} ${type}`)
  await client.command({ query: `CREATE TABLE copy (${columns.join(', ')}) ENGINE = Memory` })
  return {
    async insert(blocks) {
      await client.command({ query: 'TRUNCATE TABLE copy' })
      const token = `test-${Math.random()}`
      await insertBlocks(client, { table: 'copy', token, blocks }, new AbortController().signal)
    },
    async rows() {
      const result = await client.query({
        query: `SELECT ${selectAll(like)} FROM copy`,
        format: 'JSONEachRow',
      })
      const rows = await result.json<Record<string, unknown>>()
      return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, cell]) => [name.slice(1), cell])))
    },
  }
}

/** What stands in the documents of each table. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, SpanField>>>> = {
  [SPANS.name]: SPAN_FIELDS,
  [LOGS.name]: LOG_ALIASES,
  [METRIC_POINTS.name]: METRIC_FIELDS,
}

function selectAll(like: Table): string {
  const exact = (type: string, name: string): string => {
    const array = /^Array\((.*)\)$/.exec(type)
    if (array) return `arrayMap(x -> ${exact(array[1]!, 'x')}, ${name})`
    if (type.startsWith('Map('))
      return `CAST((mapKeys(${name}), mapValues(${name})) AS Tuple(keys Array(String), values Array(String)))`
    if (type.startsWith('FixedString')) return `hex(${name})`
    if (type.includes('DateTime64(9)')) return `toUnixTimestamp64Nano(${name})`
    if (type === 'DateTime64(3)') return `toUnixTimestamp64Milli(${name})`
    return name
  }
  const columns = Object.entries(like.columns).filter(([name]) => !/_json$|^attribute_values$/.test(name))
  const fields = Object.entries(FIELDS[like.name]!).map(([name, { type, sql }]) => [
    name,
    exact(type, `CAST(${sql}, '${type}')`),
  ])
  // Under names of their own: one of a column would stand for it in the other expressions.
  return [...columns.map(([name, type]) => [name, exact(type, name)]), ...fields]
    .map(([name, sql]) => `${sql} AS \`_${name}\``)
    .join(', ')
}
