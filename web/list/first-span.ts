/** A command that sends one execution with one step, for a reader who has none. Pure. */

const COLLECTOR = 'http://127.0.0.1:4318'

/** Where exporters send to unless Runlens was told otherwise. */
export const FIRST_SPAN_ENVIRONMENT = `export OTEL_EXPORTER_OTLP_ENDPOINT=${COLLECTOR}`
export const DEMO_COMMAND = 'npm run demo'

/** @param id 32 hexadecimal digits, another one for each execution */
export function firstSpanCommand(nowMs: number, id: string): string {
  const span = (spanId: string, name: string, startMs: number, endMs: number, more: object) => ({
    traceId: id,
    spanId,
    name,
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${endMs}000000`,
    ...more,
  })
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })
  const entryId = id.slice(0, 16)
  const spans = [
    span(entryId, 'hello', nowMs - 1_200, nowMs, {
      attributes: [text('runlens.execution.kind', 'workflow'), text('runlens.workflow.name', 'hello')],
    }),
    span(id.slice(16), 'greet', nowMs - 900, nowMs - 200, {
      parentSpanId: entryId,
      attributes: [text('runlens.step.name', 'greet')],
    }),
  ]
  const resource = { attributes: [text('service.name', 'curl')] }
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] })
  return `curl ${COLLECTOR}/v1/traces -H 'content-type: application/json' -d '${body}'`
}
