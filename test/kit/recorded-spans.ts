/** What OpenTelemetry's own SDK records while something runs, in memory: for tests of what makes spans. */
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

export interface Recorded {
  name: string
  /** Name of the span above it; '' for none. */
  parent: string
  traceId: string
  spanId: string
  kind: number
  attributes: Record<string, unknown>
  status: { code: number; message?: string }
  events: { name: string; attributes: Record<string, unknown> }[]
  links: string[]
  startMs: number
  endMs: number
}

const exporter = new InMemorySpanExporter()
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))

/** In the order in which they ended. Not for two at once. */
export async function recordedSpans(run: () => unknown): Promise<Recorded[]> {
  exporter.reset()
  await run()
  const spans = exporter.getFinishedSpans()
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]))
  return spans.map((span) => plain(span, names))
}

function plain(span: ReadableSpan, names: ReadonlyMap<string, string>): Recorded {
  const { traceId, spanId } = span.spanContext()
  const ms = ([seconds, nanos]: readonly [number, number]) => seconds * 1000 + nanos / 1e6
  return {
    name: span.name,
    parent: names.get(span.parentSpanContext?.spanId ?? '') ?? '',
    traceId,
    spanId,
    kind: span.kind,
    attributes: { ...span.attributes },
    status: span.status,
    events: span.events.map(({ name, attributes }) => ({ name, attributes: { ...attributes } })),
    links: span.links.map((link) => link.context.spanId),
    startMs: ms(span.startTime),
    endMs: ms(span.endTime),
  }
}
