/** What the database knows of some traces, and where executions with some ids lie. */
import {
  type ClickHouseClient,
  IDS_IN_TEXT,
  type NativeStatement,
  PAGE_CHARS_MAX,
  selectJoinedTraceIds,
  textPages,
  traceIdIsOneOf,
} from '@runlens/clickhouse'
import { keyText } from '../settle/execution-key.ts'
import { idIsOneOf, type LookedUp, PLACE_COLUMNS, type Place, placeOf } from '../settle/locator.ts'

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

/** Ids of executions, by tenant. */
export type IdsByTenant = ReadonlyMap<string, ReadonlySet<string>>

/** @param wanted condition over tenants and traces */
const tracesWhere = (wanted: string) => `FROM
(
  SELECT tenant, trace_id, traces.spans AS stored, 0 AS executions FROM traces WHERE ${wanted}
  UNION ALL
  SELECT tenant, trace_id, 0 AS stored, 1 AS executions FROM trace_executions WHERE ${wanted}
)
GROUP BY tenant, trace_id`

const ofPlaces = (ids: readonly string[]) => `SELECT 1, tenant, execution_id, toString(instance), 0, 0, ${PLACE_COLUMNS}
FROM execution_locator
WHERE tenant IN {tenants:Array(String)} AND ${idIsOneOf(ids)}
GROUP BY tenant, execution_id, instance`

/** One statement for all, because few rows cost as much to look up as many. */
const knownOf = (
  wanted: string,
  ids: readonly string[],
) => `SELECT 0, tenant, lower(hex(trace_id)), '', toUInt32(sum(stored)), max(executions), [], []
${tracesWhere(wanted)}
UNION ALL
${ofPlaces(ids)}`

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

/** @param ids of executions that the traces may give */
export async function readKnown(
  client: ClickHouseClient,
  wanted: readonly TraceKey[],
  ids: IdsByTenant,
): Promise<Known> {
  if (wanted.length === 0) return { traces: new Map(), lookedUp: lookedUpOf([], ids) }
  const traceIds = [...new Set(wanted.map(({ trace_id }) => trace_id))]
  const tenants = [...new Set(wanted.map(({ tenant }) => tenant))]
  const idPages = textPages(everyId(ids))
  const rows: Row[] = []
  for (const page of textPages(traceIds)) {
    const condition = `tenant IN {tenants:Array(String)} AND ${traceIdIsOneOf(page)}`
    const ids = idPages.shift() ?? []
    for (const row of await ask(client, knownOf(condition, ids), tenants, ids)) rows.push(row)
  }
  for (const page of idPages) for (const row of await ask(client, ofPlaces(page), tenants, page)) rows.push(row)
  const traces = new Map<string, KnownTrace>()
  for (const [isPlace, tenant, trace_id, , stored, executions] of rows) {
    if (isPlace === 0) traces.set(traceKeyText({ tenant, trace_id }), { stored, gaveExecution: executions === 1 })
  }
  return { traces, lookedUp: lookedUpOf(rows, ids) }
}

function everyId(ids: IdsByTenant): string[] {
  return [...new Set([...ids.values()].flatMap((ofTenant) => [...ofTenant]))]
}

/** Where executions with these ids lie. */
export async function readLookedUp(client: ClickHouseClient, ids: IdsByTenant): Promise<LookedUpByTenant> {
  const rows: Row[] = []
  for (const page of textPages(everyId(ids))) {
    for (const row of await ask(client, ofPlaces(page), [...ids.keys()], page)) rows.push(row)
  }
  return lookedUpOf(rows, ids)
}

/** Characters of the ids in one statement, whole ones. */
const JOINED_CHARS_MAX = PAGE_CHARS_MAX - (PAGE_CHARS_MAX % 32)

/**
 * Ask for tenant, id, spans stored and whether it gave an execution (1) of each of many traces.
 * @param traceIds of any of the tenants, one behind the other
 */
export function knownTraces(tenants: readonly string[], traceIds: string): NativeStatement[] {
  const statements: NativeStatement[] = []
  for (let at = 0; at < traceIds.length; at += JOINED_CHARS_MAX) {
    const page = selectJoinedTraceIds(traceIds.slice(at, at + JOINED_CHARS_MAX))
    const condition = `tenant IN {tenants:Array(String)} AND trace_id IN (${page})`
    const query = `SELECT tenant, trace_id, toUInt32(sum(stored)) AS stored, toUInt8(max(executions)) AS gave\n${tracesWhere(condition)}`
    statements.push({ query, parameters: { tenants } })
  }
  return statements
}

function lookedUpOf(rows: readonly Row[], ids: IdsByTenant): LookedUpByTenant {
  const places = new Map<string, Map<string, Place>>(Array.from(ids.keys(), (tenant) => [tenant, new Map()]))
  for (const [isPlace, tenant, execution_id, instance, , , seenIn, anchors] of rows) {
    if (isPlace === 1) places.get(tenant)?.set(keyText({ execution_id, instance }), placeOf(seenIn, anchors))
  }
  return new Map(
    Array.from(ids, ([tenant, ofTenant]) => [tenant, { ids: ofTenant, places: places.get(tenant)! }] as const),
  )
}

async function ask(
  client: ClickHouseClient,
  query: string,
  tenants: readonly string[],
  ids: readonly string[],
): Promise<Row[]> {
  const result = await client.query({
    query,
    query_params: { tenants, ids },
    clickhouse_settings: IDS_IN_TEXT,
    format: 'JSONCompactEachRow',
  })
  return result.json<Row>()
}

export function traceKeyText({ tenant, trace_id }: TraceKey): string {
  return `${trace_id}${tenant}`
}
