/** What the database knows of some traces: how many spans they have there, and whether they ever gave an execution. */
import { type ClickHouseClient, traceIdsOf } from '@runlens/clickhouse'

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

const WANTED = `tenant IN {tenants:Array(String)} AND trace_id IN (${traceIdsOf('{ids:String}', '{count:UInt32}')})`

/** One statement for both, because few rows cost as much to look up as many. */
const KNOWN = `SELECT tenant, lower(hex(trace_id)), toUInt32(sum(stored)), max(executions)
FROM
(
  SELECT tenant, trace_id, traces.spans AS stored, 0 AS executions FROM traces WHERE ${WANTED}
  UNION ALL
  SELECT tenant, trace_id, 0 AS stored, 1 AS executions FROM trace_executions WHERE ${WANTED}
)
GROUP BY tenant, trace_id`

/** By {@link traceKeyText}; a trace of which nothing is stored yet is left out. */
export async function readKnownTraces(
  client: ClickHouseClient,
  traces: readonly TraceKey[],
): Promise<Map<string, KnownTrace>> {
  if (traces.length === 0) return new Map()
  const result = await client.query({
    query: KNOWN,
    query_params: {
      tenants: [...new Set(traces.map(({ tenant }) => tenant))],
      ids: traces.map(({ trace_id }) => trace_id).join(''),
      count: traces.length,
    },
    format: 'JSONCompactEachRow',
  })
  const rows = await result.json<[tenant: string, trace: string, stored: number, executions: number]>()
  return new Map(
    rows.map(([tenant, trace_id, stored, executions]) => [
      traceKeyText({ tenant, trace_id }),
      { stored, gaveExecution: executions === 1 },
    ]),
  )
}

export function traceKeyText({ tenant, trace_id }: TraceKey): string {
  return `${trace_id}${tenant}`
}
