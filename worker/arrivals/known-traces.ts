/** What the database knows of some traces: how many spans they have there, and whether they ever gave an execution. */
import { type ClickHouseClient, IDS_IN_TEXT, traceIdIsOneOf } from '@runlens/clickhouse'

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

/** One statement for both, because few rows cost as much to look up as many. */
const knownOf = (wanted: string) => `SELECT tenant, lower(hex(trace_id)), toUInt32(sum(stored)), max(executions)
FROM
(
  SELECT tenant, trace_id, traces.spans AS stored, 0 AS executions FROM traces WHERE ${wanted}
  UNION ALL
  SELECT tenant, trace_id, 0 AS stored, 1 AS executions FROM trace_executions WHERE ${wanted}
)
GROUP BY tenant, trace_id`

/** By {@link traceKeyText}; a trace of which nothing is stored yet is left out. */
export async function readKnownTraces(
  client: ClickHouseClient,
  traces: readonly TraceKey[],
): Promise<Map<string, KnownTrace>> {
  if (traces.length === 0) return new Map()
  const ids = [...new Set(traces.map(({ trace_id }) => trace_id))]
  const result = await client.query({
    query: knownOf(`tenant IN {tenants:Array(String)} AND ${traceIdIsOneOf(ids)}`),
    query_params: { tenants: [...new Set(traces.map(({ tenant }) => tenant))] },
    clickhouse_settings: IDS_IN_TEXT,
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
