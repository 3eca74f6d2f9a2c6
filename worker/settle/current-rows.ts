/** What `executions` holds of some executions now, tombstones included. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import { type ExecutionKey, keyText } from './execution-key.ts'
import type { Removed } from './execution-row.ts'

export interface CurrentRow {
  version: bigint
  content_hash: bigint
  is_deleted: boolean
  /** Nanoseconds since the epoch. */
  started_at: bigint
  status: string
  removed: Removed
}

export interface RowPlace extends ExecutionKey {
  /** Microseconds since the epoch. */
  anchor: bigint
}

export function placeText(place: RowPlace): string {
  return `${place.anchor}\u0000${keyText(place)}`
}

/** The newest version at each place that has a row, by {@link placeText}. */
export async function readCurrentRows(
  client: ClickHouseClient,
  tenant: string,
  places: readonly RowPlace[],
): Promise<Map<string, CurrentRow>> {
  const rows = new Map<string, CurrentRow>()
  if (places.length === 0) return rows
  const result = await client.query({
    query: `SELECT toString(toUnixTimestamp64Micro(anchor_at)) AS anchor, execution_id, instance, toString(version) AS version,
  toString(content_hash) AS content_hash, is_deleted, toString(toUnixTimestamp64Nano(started_at)) AS started, status, removed
FROM executions
WHERE tenant = {tenant:String}
  AND (anchor_at, execution_id, instance) IN
    (SELECT fromUnixTimestamp64Micro(p.1), p.2, p.3
      FROM (SELECT arrayJoin(arrayZip({anchors:Array(Int64)}, {ids:Array(String)}, {instances:Array(String)})) AS p))
ORDER BY executions.version DESC
LIMIT 1 BY anchor_at, execution_id, instance`,
    query_params: {
      tenant,
      anchors: places.map(({ anchor }) => Number(anchor)),
      ids: places.map(({ execution_id }) => execution_id),
      instances: places.map(({ instance }) => instance),
    },
    format: 'JSONEachRow',
  })
  type Answer = ExecutionKey & {
    anchor: string
    version: string
    content_hash: string
    is_deleted: number
    started: string
    status: string
    removed: Removed
  }
  for (const row of await result.json<Answer>()) {
    rows.set(placeText({ ...row, anchor: BigInt(row.anchor) }), {
      version: BigInt(row.version),
      content_hash: BigInt(row.content_hash),
      is_deleted: row.is_deleted === 1,
      started_at: BigInt(row.started),
      status: row.status,
      removed: row.removed,
    })
  }
  return rows
}
