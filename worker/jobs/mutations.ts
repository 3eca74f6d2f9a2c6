/** Changes rows where they lie: by mutations, which ClickHouse works off by itself and whoever began them waits for step by step. */
import type { ClickHouseClient } from '@runlens/clickhouse'

export interface Mutation {
  table: string
  /** What stands after ALTER TABLE and the table, up to and with its condition. */
  change: string
  params: Readonly<Record<string, unknown>>
  /** Stands in the statement, and tells this mutation from others. */
  tag: string
}

/** Sets in conditions are computed when the mutation runs; what they read must not shrink by it. */
const SETTINGS = { allow_nondeterministic_mutations: 1, mutations_sync: '0', max_query_size: '16777216' } as const

export async function startMutation(client: ClickHouseClient, { table, change, params, tag }: Mutation): Promise<void> {
  await client.command({
    query: `ALTER TABLE ${table} ${change} AND {mutation_tag:String} != ''`,
    query_params: { ...params, mutation_tag: tag },
    clickhouse_settings: SETTINGS,
  })
}

/** @throws Error of a mutation that fails: ClickHouse would try it for ever */
export async function isMutating(client: ClickHouseClient, table: string, tag: string): Promise<boolean> {
  const result = await client.query({
    query: `SELECT latest_fail_reason FROM system.mutations
WHERE database = currentDatabase() AND table = {table:String} AND NOT is_done AND NOT is_killed AND position(command, {tag:String}) > 0`,
    query_params: { table, tag },
    format: 'JSONEachRow',
  })
  const running = await result.json<{ latest_fail_reason: string }>()
  const failed = running.find(({ latest_fail_reason }) => latest_fail_reason !== '')
  if (!failed) return running.length > 0
  await client.command({
    query: `KILL MUTATION WHERE database = currentDatabase() AND table = {table:String} AND position(command, {tag:String}) > 0`,
    query_params: { table, tag },
  })
  throw new Error(`a mutation of ${table} fails: ${failed.latest_fail_reason}`)
}
