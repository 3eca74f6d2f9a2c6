/** Deletes rows of one partition by one mutation, or the partition if all of its rows go. */
import type { ClickHouseClient } from '@runlens/clickhouse'

export interface Deletion {
  table: string
  /** As `_partition_id`. */
  partition: string
  /** SQL: the rows that go. */
  where: string
  params: Readonly<Record<string, unknown>>
}

/** Sets in conditions are computed once for all parts, and on every replica alike: what they read is older than the mutation. */
const SETTINGS = { allow_nondeterministic_mutations: 1, mutations_sync: '1', max_query_size: '16777216' } as const

/** @returns rows that went */
export async function deleteRows(client: ClickHouseClient, deletion: Deletion): Promise<number> {
  const { table, partition, where, params } = deletion
  const result = await client.query({
    query: `SELECT toString(count()) AS n, toString(countIf(${where})) AS old FROM ${table} WHERE _partition_id = {partition:String}`,
    query_params: { ...params, partition },
    format: 'JSONEachRow',
  })
  const [counted] = await result.json<{ n: string; old: string }>()
  const old = Number(counted?.old ?? 0)
  if (old === 0) return 0
  const whole = old === Number(counted!.n)
  await client.command({
    query: whole
      ? `ALTER TABLE ${table} DROP PARTITION ID {partition:String}`
      : `ALTER TABLE ${table} DELETE IN PARTITION ID {partition:String} WHERE ${where}`,
    query_params: { ...params, partition },
    clickhouse_settings: whole ? {} : SETTINGS,
  })
  return old
}

/** Partitions of a table as `_partition_id` names them, the oldest first. */
export async function readPartitions(client: ClickHouseClient, table: string): Promise<string[]> {
  const result = await client.query({
    query: `SELECT DISTINCT partition_id FROM system.parts
WHERE database = currentDatabase() AND table = {table:String} AND active ORDER BY partition_id`,
    query_params: { table },
    format: 'JSONEachRow',
  })
  return (await result.json<{ partition_id: string }>()).map(({ partition_id }) => partition_id)
}
