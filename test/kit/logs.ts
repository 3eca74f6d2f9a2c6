/** Log records made by hand for tests, as OTLP/JSON. */
import { MARKER, type MarkerEvent } from '@runlens/conventions'
import { int, type OtlpAttribute, type OtlpSpan, text } from './traces.ts'

export interface OtlpLogRecord {
  timeUnixNano: string
  traceId?: string
  spanId?: string
  eventName?: string
  severityNumber?: number
  body?: OtlpAttribute['value']
  attributes: OtlpAttribute[]
}

/** Wraps records of one service as an ExportLogsServiceRequest. */
export function logsExport(logRecords: readonly OtlpLogRecord[], service = 'e2e'): object {
  return {
    resourceLogs: [
      {
        resource: { attributes: [text('service.name', service)] },
        scopeLogs: [{ scope: { name: 'runlens.test' }, logRecords }],
      },
    ],
  }
}

/** A marker of our contract: what `span` says of itself at that moment. @param atMs milliseconds since the epoch */
export function markerOf(
  event: MarkerEvent,
  span: OtlpSpan,
  atMs: number,
  more: readonly OtlpAttribute[] = [],
): OtlpLogRecord {
  return {
    timeUnixNano: `${BigInt(Math.round(atMs)) * 1_000_000n}`,
    traceId: span.traceId,
    spanId: span.spanId,
    eventName: event,
    attributes: [
      ...span.attributes,
      text(MARKER.name, span.name),
      int(MARKER.kind, span.kind),
      { key: MARKER.startedAt, value: { intValue: span.startTimeUnixNano } },
      ...(span.parentSpanId ? [text(MARKER.parentSpanId, span.parentSpanId)] : []),
      ...more,
    ],
  }
}

/** Sends a request in JSON. @param collector `http://host:port` */
export async function postJson(
  collector: string,
  path: '/v1/traces' | '/v1/logs' | '/v1/metrics',
  body: object,
): Promise<number> {
  const answer = await fetch(`${collector}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  await answer.arrayBuffer()
  return answer.status
}
