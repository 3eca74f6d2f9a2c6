/** Runs the sender's own work outside of any trace: nothing that it calls becomes a span, and no context is kept alive by it. */
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'

/** The key that instrumentations ask for (`suppressTracing` of `@opentelemetry/core`); keys of the same description are the same. */
const SUPPRESSED = ROOT_CONTEXT.setValue(createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING'), true)

export function untraced<T>(fn: () => T): T {
  return context.with(SUPPRESSED, fn)
}
