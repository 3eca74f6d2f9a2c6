/** Deletes and changes rows for an erasure: rewrites the parts that hold them, and is done when ClickHouse is. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import { isMutating, startMutation } from '../jobs/mutations.ts'
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
  params: Parameters,
): AsyncGenerator<Progress> {
  await startMutation(client, { table, change, params, tag: erasure.id })
  while (await isMutating(client, table, erasure.id)) yield { waiting: table }
}
