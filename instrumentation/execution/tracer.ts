/** The tracer of everything that this package records. */
import { type Tracer, trace } from '@opentelemetry/api'

export const TRACER_NAME = '@runlens/instrumentation'
const VERSION = '0.1.0'

/** Proxied by the API: spans of an SDK that is registered later go there. */
export const tracer: Tracer = trace.getTracer(TRACER_NAME, VERSION)
