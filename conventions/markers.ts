/**
 * Marker records: OTLP log records that tell of a span before it ends, because OTLP has no record for a span's start.
 * Trace id and span id of the record are those of the span, its time is the moment it tells of. Its attributes are those
 * the span has by then (`runlens.execution.*`, `runlens.step.*`, `user.id` …) and the ones named here.
 * The span itself, once it arrives, is the last word.
 */

/** `event_name` of a marker record. */
export const MARKER_EVENTS = {
  executionStarted: 'runlens.execution.started',
  stepStarted: 'runlens.step.started',
  /** Status, progress or expected end changed. */
  executionUpdated: 'runlens.execution.updated',
  /** A sign of life: nothing changed. After ten seconds, then every ten. */
  executionHeartbeat: 'runlens.execution.heartbeat',
} as const
export type MarkerEvent = (typeof MARKER_EVENTS)[keyof typeof MARKER_EVENTS]

/** What a log record has no field for. */
export const MARKER = {
  /** Lower-case hex; absent on a root. */
  parentSpanId: 'runlens.span.parent_id',
  name: 'runlens.span.name',
  /** Number of `SpanKind` in opentelemetry/proto/trace/v1/trace.proto: 1 internal, 2 server, 3 client … */
  kind: 'runlens.span.kind',
  /** When the span really started: integer, nanoseconds since the epoch. */
  startedAt: 'runlens.span.started_at',
} as const

/** A heartbeat is due this often; three missed ones mean that the execution is lost. */
export const HEARTBEAT_INTERVAL_MS = 10_000
