/** The locator of executions: where a row of an execution lies for ever, and which traces it lives in. */
import {
  type ClickHouseClient,
  EXECUTION_LOCATOR,
  IDS_IN_TEXT,
  insertBlock,
  insertRows,
  rowEncoder,
  textPages,
  toNativeBlock,
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

/** Places that were looked for a moment ago, since when nothing was written here. */
export interface LookedUp {
  /** Execution ids that were looked for, in every instance. */
  ids: ReadonlySet<string>
  /** Those of them that have a place, by {@link keyText}. */
  places: ReadonlyMap<string, Place>
}

/** What {@link placeOf} reads, of rows grouped by execution. */
export const PLACE_COLUMNS = `groupUniqArray(${TRACES_PER_EXECUTION_MAX + 1})(lower(hex(trace_id))) AS traces,
  arrayMap(a -> toString(toUnixTimestamp64Micro(a)), groupUniqArrayArray(anchors)) AS anchors`

export function placeOf(traces: readonly string[], anchors: readonly string[]): Place {
  return {
    anchors: anchors.map(BigInt).sort((a, b) => (a < b ? -1 : 1)),
    traces: traces.slice(0, TRACES_PER_EXECUTION_MAX),
    more: traces.length > TRACES_PER_EXECUTION_MAX,
  }
}

/** The places of the executions that have one, by {@link keyText}. */
export function readPlaces(
  client: ClickHouseClient,
  tenant: string,
  keys: readonly ExecutionKey[],
): Promise<Map<string, Place>> {
  return readPlacesOf(client, tenant, keys, '')
}

/** The same of those only that have several anchors or traces. */
export function readContested(
  client: ClickHouseClient,
  tenant: string,
  keys: readonly ExecutionKey[],
): Promise<Map<string, Place>> {
  return readPlacesOf(client, tenant, keys, 'HAVING length(anchors) > 1 OR length(traces) > 1')
}

/** Ids up to which an array is planned as soon as a subquery. */
const ARRAY_IDS_MAX = 2_000

/**
 * SQL: whether `execution_id` is one of the parameter `ids`. ClickHouse takes the square of their number to plan an array: 4 s for 30 000, 16 s for
 * 60 000, where a subquery takes 0.7.
 */
export function idIsOneOf(ids: readonly string[]): string {
  const array = '{ids:Array(String)}'
  return `execution_id IN ${ids.length > ARRAY_IDS_MAX ? `(SELECT arrayJoin(${array}))` : array}`
}

async function readPlacesOf(
  client: ClickHouseClient,
  tenant: string,
  keys: readonly ExecutionKey[],
  having: string,
): Promise<Map<string, Place>> {
  const places = new Map<string, Place>()
  const wanted = new Set(keys.map(keyText))
  // By id alone, which is planned sooner than pairs; few ids are known in several instances.
  for (const ids of textPages([...new Set(keys.map(({ execution_id }) => execution_id))])) {
    const result = await client.query({
      query: `SELECT execution_id, instance, ${PLACE_COLUMNS}
FROM execution_locator
WHERE tenant = {tenant:String} AND ${idIsOneOf(ids)}
GROUP BY execution_id, instance
${having}`,
      query_params: { tenant, ids },
      format: 'JSONEachRow',
    })
    for (const row of await result.json<ExecutionKey & { traces: string[]; anchors: string[] }>()) {
      if (wanted.has(keyText(row))) places.set(keyText(row), placeOf(row.traces, row.anchors))
    }
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

/**
 * Idempotent: a row that is there already changes nothing.
 * @param blocks further rows, in Native format
 */
export async function writePlaces(
  client: ClickHouseClient,
  tenant: string,
  rows: readonly LocatorRow[],
  blocks: readonly Buffer[] = [],
): Promise<void> {
  const encoded = rows.map((row) => encodePlace({ tenant, ...row }))
  if (blocks.length > 0) {
    const others = encoded.length === 0 ? [] : [toNativeBlock(EXECUTION_LOCATOR, encoded)]
    await insertBlock(client, EXECUTION_LOCATOR, Buffer.concat([...blocks, ...others]))
  } else if (encoded.length > 0) await insertRows(client, { table: EXECUTION_LOCATOR, rows: encoded })
}

const encodePlace = rowEncoder<LocatorRow & { tenant: string }, typeof EXECUTION_LOCATOR.columns>(EXECUTION_LOCATOR, {
  tenant: (row) => row.tenant,
  execution_id: (row) => row.execution_id,
  instance: (row) => row.instance,
  trace_id: (row) => row.trace_id,
  anchor_at: (row) => row.anchor,
  anchors: (row) => [row.anchor],
})
