/** Traces that others share with what is erased: which of their spans go, and what the others' executions are without them. */
import { type ClickHouseClient, readTraceSpans } from '@runlens/clickhouse'
import { keyText } from '../settle/execution-key.ts'
import type { Settle } from '../settle/follow-executions.ts'
import { settleTraces } from '../settle/settle-traces.ts'
import { type Erasure, IS_ERASED_KEY, parametersOf, sharedTraces } from './erasure-sql.ts'

export interface SettleSettings {
  settle: Settle
  spansPerTraceMax: number
  candidateTimeoutMs: number
  payloadBytesMax: number
}

/** Traces settled at once. */
const TRACES_MAX = 100

export async function readSharedTraces(client: ClickHouseClient, erasure: Erasure): Promise<string[]> {
  const result = await client.query({
    query: sharedTraces(erasure.target),
    query_params: parametersOf(erasure),
    format: 'JSONEachRow',
  })
  return (await result.json<{ trace: string }>()).map(({ trace }) => trace)
}

/** Puts down those spans of the traces that belong to an execution that goes, before the first of them does. */
export async function noteOwnSpans(
  client: ClickHouseClient,
  erasure: Erasure,
  traces: readonly string[],
  settings: SettleSettings,
  nowMs: number,
): Promise<void> {
  if (traces.length === 0) return
  const result = await client.query({
    query: `SELECT DISTINCT execution_id, instance FROM executions WHERE tenant = {tenant:String} AND ${IS_ERASED_KEY}`,
    query_params: parametersOf(erasure),
    format: 'JSONEachRow',
  })
  const keys = await result.json<{ execution_id: string; instance: string }>()
  const doomed = new Set(keys.map(keyText))
  for (let first = 0; first < traces.length; first += TRACES_MAX) {
    const { spans } = await readTraceSpans(client, {
      tenant: erasure.tenant,
      traceIds: traces.slice(first, first + TRACES_MAX),
      spansMax: settings.spansPerTraceMax,
      payloadBytesMax: settings.payloadBytesMax,
    })
    const { executions, memberships } = settings.settle(spans, {
      now_ms: nowMs,
      candidate_timeout_ms: settings.candidateTimeoutMs,
      payload_bytes_max: settings.payloadBytesMax,
    })
    const own = new Set<string>()
    memberships.forEach(({ execution }, index) => {
      const of = execution < 0 ? undefined : executions[execution]
      if (of && doomed.has(keyText(of))) own.add(`${spans[index]!.trace_id}${spans[index]!.span_id}`)
    })
    if (own.size > 0) await noteSpans(client, erasure, [...own])
  }
}

/** @param spans hex of trace id and span id */
async function noteSpans(client: ClickHouseClient, { tenant, id }: Erasure, spans: readonly string[]): Promise<void> {
  await client.command({
    query: `INSERT INTO erased_keys (tenant, erasure_id, key_hash, erased_at)
SELECT {tenant:String}, {id:String}, sipHash128(toFixedString(substring(span, 1, 16), 16), toFixedString(substring(span, 17), 8)), now()
FROM (SELECT unhex(arrayJoin({spans:Array(String)})) AS span)`,
    query_params: { tenant, id, spans: [...spans] },
  })
}

/** Settles what is left of the traces, so that the others' executions hold nothing of what went. */
export async function settleRest(
  client: ClickHouseClient,
  tenant: string,
  traces: readonly string[],
  settings: SettleSettings,
  nowMs: number,
): Promise<void> {
  for (let first = 0; first < traces.length; first += TRACES_MAX) {
    await settleTraces({
      client,
      tenant,
      ...settings,
      traces: traces.slice(first, first + TRACES_MAX).map((trace_id) => ({ trace_id, ranges: [] })),
      now: () => nowMs,
      persist: (write) => write(),
      onFault: (_, error) => {
        throw error
      },
    })
  }
}
