/** Deletes and changes rows for an erasure: rewrites the parts that hold them, and is done when ClickHouse is. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import type { Erasure } from './erasure-sql.ts'

/** What is to be built or settled again once all is gone, of what is left. */
export interface Found {
  /** Seconds since the epoch. */
  hours: readonly number[]
  /** Hex ids. */
  traces: readonly string[]
}

/** What a step of an erasure did. */
export type Progress =
  /** Put down before executions go, for a try that has to begin again. */
  Found | { table: string; rows: number } | { waiting: string }

type Parameters = Record<string, unknown>

/** Rewrites the parts that hold such rows, and waits until it is done everywhere. */
export async function* remove(
  client: ClickHouseClient,
  erasure: Erasure,
  table: string,
  where: string,
  parameters: Parameters,
): AsyncGenerator<Progress> {
  const result = await client.query({
    query: `SELECT toString(count()) AS n FROM ${table} WHERE ${where}`,
    query_params: parameters,
    format: 'JSONEachRow',
  })
  const rows = Number((await result.json<{ n: string }>())[0]?.n ?? 0)
  if (rows === 0) return
  yield* mutate(client, erasure, table, `DELETE WHERE ${where}`, parameters)
  yield { table, rows }
}

/** The id of the erasure in the statement tells its mutations from others. */
export async function* mutate(
  client: ClickHouseClient,
  erasure: Erasure,
  table: string,
  change: string,
  parameters: Parameters,
): AsyncGenerator<Progress> {
  await client.command({
    query: `ALTER TABLE ${table} ${change} AND {erasure:String} != ''`,
    query_params: { ...parameters, erasure: erasure.id },
    clickhouse_settings: { allow_nondeterministic_mutations: 1, mutations_sync: '0', max_query_size: '16777216' },
  })
  while (await isMutating(client, erasure, table)) yield { waiting: table }
}

/** @throws Error of a mutation that fails: ClickHouse would try it for ever */
async function isMutating(client: ClickHouseClient, { id }: Erasure, table: string): Promise<boolean> {
  const result = await client.query({
    query: `SELECT latest_fail_reason FROM system.mutations
WHERE database = currentDatabase() AND table = {table:String} AND NOT is_done AND position(command, {id:String}) > 0`,
    query_params: { table, id },
    format: 'JSONEachRow',
  })
  const running = await result.json<{ latest_fail_reason: string }>()
  const failed = running.find(({ latest_fail_reason }) => latest_fail_reason !== '')
  if (failed) throw new Error(`a mutation of ${table} fails: ${failed.latest_fail_reason}`)
  return running.length > 0
}
