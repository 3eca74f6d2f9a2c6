/** The locator of executions: where a row of an execution lies for ever, and which traces it lives in. */
import {
  type ClickHouseClient,
  EXECUTION_LOCATOR,
  encodeRow,
  IDS_IN_TEXT,
  insertRows,
  traceIdIsOneOf,
} from '@runlens/clickhouse'
import { type ExecutionKey, keyText } from './execution-key.ts'

/** Traces of one execution that are settled together; of one with more (an id used again and again), the others are left out. */
export const TRACES_PER_EXECUTION_MAX = 64

export interface Place {
  /** Every anchor ever written, microseconds since the epoch, ascending. The first one counts. */
  anchors: bigint[]
  traces: string[]
  /** It has more traces than {@link TRACES_PER_EXECUTION_MAX}. */
  more: boolean
}

export interface LocatorRow extends ExecutionKey {
  trace_id: string
  /** Microseconds since the epoch. */
  anchor: bigint
}

/** The places of the executions that have one, by {@link keyText}. */
export async function readPlaces(
  client: ClickHouseClient,
  tenant: string,
  keys: readonly ExecutionKey[],
): Promise<Map<string, Place>> {
  const places = new Map<string, Place>()
  if (keys.length === 0) return places
  const result = await client.query({
    query: `SELECT execution_id, instance, groupUniqArray({tracesMax:UInt32})(lower(hex(trace_id))) AS traces,
  arrayMap(a -> toString(toUnixTimestamp64Micro(a)), groupUniqArrayArray(anchors)) AS anchors
FROM execution_locator
WHERE tenant = {tenant:String} AND (execution_id, instance) IN arrayZip({ids:Array(String)}, {instances:Array(String)})
GROUP BY execution_id, instance`,
    query_params: {
      tenant,
      ids: keys.map(({ execution_id }) => execution_id),
      instances: keys.map(({ instance }) => instance),
      tracesMax: TRACES_PER_EXECUTION_MAX + 1,
    },
    format: 'JSONEachRow',
  })
  const rows = await result.json<ExecutionKey & { traces: string[]; anchors: string[] }>()
  for (const row of rows) {
    places.set(keyText(row), {
      anchors: row.anchors.map(BigInt).sort((a, b) => (a < b ? -1 : 1)),
      traces: row.traces.slice(0, TRACES_PER_EXECUTION_MAX),
      more: row.traces.length > TRACES_PER_EXECUTION_MAX,
    })
  }
  return places
}

/** Which executions each trace ever produced, by trace. */
export async function readExecutionsOfTraces(
  client: ClickHouseClient,
  tenant: string,
  traceIds: readonly string[],
): Promise<Map<string, ExecutionKey[]>> {
  const found = new Map<string, ExecutionKey[]>()
  if (traceIds.length === 0) return found
  const result = await client.query({
    query: `SELECT DISTINCT lower(hex(trace_id)) AS trace, execution_id, instance
FROM trace_executions
WHERE tenant = {tenant:String} AND ${traceIdIsOneOf(traceIds)}`,
    query_params: { tenant },
    clickhouse_settings: IDS_IN_TEXT,
    format: 'JSONEachRow',
  })
  for (const { trace, ...key } of await result.json<ExecutionKey & { trace: string }>()) {
    const keys = found.get(trace)
    if (keys) keys.push(key)
    else found.set(trace, [key])
  }
  return found
}

/** Idempotent: a row that is there already changes nothing. */
export async function writePlaces(
  client: ClickHouseClient,
  tenant: string,
  rows: readonly LocatorRow[],
): Promise<void> {
  if (rows.length === 0) return
  await insertRows(client, {
    table: EXECUTION_LOCATOR,
    rows: rows.map(({ anchor, execution_id, instance, trace_id }) =>
      encodeRow(EXECUTION_LOCATOR, { tenant, execution_id, instance, trace_id, anchor_at: anchor, anchors: [anchor] }),
    ),
  })
}
