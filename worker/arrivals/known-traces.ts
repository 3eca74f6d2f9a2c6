/** What the database knows of some traces, and where executions with some ids lie. */
import { type ClickHouseClient, IDS_IN_TEXT, traceIdIsOneOf } from '@runlens/clickhouse'
import { keyText } from '../settle/execution-key.ts'
import { type LookedUp, PLACE_COLUMNS, type Place, placeOf } from '../settle/locator.ts'

export interface TraceKey {
  tenant: string
  /** 32 hex digits. */
  trace_id: string
}

export interface KnownTrace {
  /** Spans of the trace in the database by now, each as often as it was inserted. */
  stored: number
  gaveExecution: boolean
}

export interface Known {
  /** By {@link traceKeyText}; a trace of which nothing is stored yet is left out. */
  traces: ReadonlyMap<string, KnownTrace>
  lookedUp: LookedUpByTenant
}

/** Of each tenant what was looked for. */
export type LookedUpByTenant = ReadonlyMap<string, LookedUp>

/** One statement for all, because few rows cost as much to look up as many. */
const knownOf = (
  traces: string,
) => `SELECT 0, tenant, lower(hex(trace_id)), '', toUInt32(sum(stored)), max(executions), [], []
FROM
(
  SELECT tenant, trace_id, traces.spans AS stored, 0 AS executions FROM traces WHERE ${traces}
  UNION ALL
  SELECT tenant, trace_id, 0 AS stored, 1 AS executions FROM trace_executions WHERE ${traces}
)
GROUP BY tenant, trace_id
UNION ALL
SELECT 1, tenant, execution_id, toString(instance), 0, 0, ${PLACE_COLUMNS}
FROM execution_locator
WHERE tenant IN {tenants:Array(String)} AND execution_id IN {ids:Array(String)}
GROUP BY tenant, execution_id, instance`

type Row = [
  isPlace: number,
  tenant: string,
  id: string,
  instance: string,
  stored: number,
  executions: number,
  traces: string[],
  anchors: string[],
]

/** @param ids of executions that the traces may give, by tenant */
export async function readKnown(
  client: ClickHouseClient,
  wanted: readonly TraceKey[],
  ids: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<Known> {
  const traces = new Map<string, KnownTrace>()
  const places = new Map<string, Map<string, Place>>(Array.from(ids.keys(), (tenant) => [tenant, new Map()]))
  for (const row of wanted.length === 0 ? [] : await ask(client, wanted, ids)) {
    const [isPlace, tenant, id, instance, stored, executions, seenIn, anchors] = row
    if (isPlace === 0) traces.set(traceKeyText({ tenant, trace_id: id }), { stored, gaveExecution: executions === 1 })
    else places.get(tenant)?.set(keyText({ execution_id: id, instance }), placeOf(seenIn, anchors))
  }
  const lookedUp = Array.from(ids, ([tenant, ofTenant]): [string, LookedUp] => [
    tenant,
    { ids: ofTenant, places: places.get(tenant)! },
  ])
  return { traces, lookedUp: new Map(lookedUp) }
}

async function ask(
  client: ClickHouseClient,
  traces: readonly TraceKey[],
  ids: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<Row[]> {
  const traceIds = [...new Set(traces.map(({ trace_id }) => trace_id))]
  const result = await client.query({
    query: knownOf(`tenant IN {tenants:Array(String)} AND ${traceIdIsOneOf(traceIds)}`),
    query_params: {
      tenants: [...new Set(traces.map(({ tenant }) => tenant))],
      ids: [...new Set([...ids.values()].flatMap((ofTenant) => [...ofTenant]))],
    },
    clickhouse_settings: IDS_IN_TEXT,
    format: 'JSONCompactEachRow',
  })
  return result.json<Row>()
}

export function traceKeyText({ tenant, trace_id }: TraceKey): string {
  return `${trace_id}${tenant}`
}
