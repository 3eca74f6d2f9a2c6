/** Deletes rows of one partition by one mutation, or the partition if all of its rows go. */
import { randomUUID } from 'node:crypto'
import type { ClickHouseClient } from '@runlens/clickhouse'
import { isMutating, startMutation } from '../jobs/mutations.ts'

export interface Deletion {
  table: string
  /** As `_partition_id`. */
  partition: string
  /** SQL: the rows that go. */
  where: string
  params: Readonly<Record<string, unknown>>
}

export interface Swept {
  table: string
  /** 0 while a mutation is waited for. */
  rows: number
}

/** One mutation for the whole partition, whichever parts it has; the last thing it tells is how many rows went. */
export async function* deleteRows(client: ClickHouseClient, deletion: Deletion): AsyncGenerator<Swept> {
  const { table, partition, where } = deletion
  const params = { ...deletion.params, partition }
  const result = await client.query({
    query: `SELECT toString(count()) AS n, toString(countIf(${where})) AS old FROM ${table} WHERE _partition_id = {partition:String}`,
    query_params: params,
    format: 'JSONEachRow',
  })
  const [counted] = await result.json<{ n: string; old: string }>()
  const rows = Number(counted?.old ?? 0)
  if (rows === 0) return
  if (rows === Number(counted!.n)) {
    await client.command({
      query: `ALTER TABLE ${table} DROP PARTITION ID {partition:String}`,
      query_params: { partition },
    })
  } else {
    const tag = randomUUID()
    await startMutation(client, {
      table,
      change: `DELETE IN PARTITION ID {partition:String} WHERE ${where}`,
      params,
      tag,
    })
    while (await isMutating(client, table, tag)) yield { table, rows: 0 }
  }
  yield { table, rows }
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
