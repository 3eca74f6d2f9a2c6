/** Traces that others share with what is erased: which of their spans go, and what the others' executions are without them. */
import { type ClickHouseClient, readTraceSpans } from '@runlens/clickhouse'
import { keyText } from '../settle/execution-key.ts'
import type { Settle } from '../settle/follow-executions.ts'
import { settleTraces } from '../settle/settle-traces.ts'
import { type Erasure, IS_ERASED_KEY, parametersOf, type SpanPlace, sharedTraces } from './erasure-sql.ts'

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

/** Spans of these traces that belong to a doomed execution. */
export async function findOwnSpans(
  client: ClickHouseClient,
  erasure: Erasure,
  traces: readonly string[],
  settings: SettleSettings,
  nowMs: number,
): Promise<SpanPlace[]> {
  if (traces.length === 0) return []
  const result = await client.query({
    query: `SELECT DISTINCT execution_id, instance FROM executions WHERE tenant = {tenant:String} AND ${IS_ERASED_KEY}`,
    query_params: parametersOf(erasure),
    format: 'JSONEachRow',
  })
  const keys = await result.json<{ execution_id: string; instance: string }>()
  const doomed = new Set(keys.map(keyText))
  const own: SpanPlace[] = []
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
    memberships.forEach(({ execution }, index) => {
      const of = execution < 0 ? undefined : executions[execution]
      if (of && doomed.has(keyText(of))) own.push(spans[index]!)
    })
  }
  return own.map(({ trace_id, span_id }) => ({ trace_id, span_id }))
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
