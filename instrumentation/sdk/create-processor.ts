/** Puts the span processor together: where it sends, and its limits. */
import { diag } from '@opentelemetry/api'
import type { SendingSettings } from './environment.ts'
import { DEFAULTS, type ProcessorSettings } from './options.ts'
import { RunlensSpanProcessor } from './processor.ts'
import { createGrpcTransport } from './send/grpc-transport.ts'
import { createHttpTransport } from './send/http-transport.ts'
import { Outbox } from './send/outbox.ts'
import type { Target } from './send/transport.ts'

/** Memory for marker records: they are small and of the moment. */
const MARKER_QUEUE_BYTES_MAX = 1_048_576
/** They come some dozens at once, a millisecond apart; each that waits is seen later. */
const MARKER_DELAY_MS = 20
/** A request of this size is made and written in about 0.4 ms, most of which is the kernel's. */
const BATCH_BYTES_MAX = 65_536
const BATCH_RECORDS_MAX = 512

export function createProcessor(settings: SendingSettings, options: ProcessorSettings): RunlensSpanProcessor {
  const { batchRecordsMax, queueRecordsMax, delayMs } = settings
  const limits = { batchBytesMax: BATCH_BYTES_MAX, batchRecordsMax: Math.min(batchRecordsMax, BATCH_RECORDS_MAX) }
  const traces = new Outbox({
    ...limits,
    transport: transportTo(settings.traces, 'traces'),
    delayMs,
    queueBytesMax: options.queueBytesMax ?? DEFAULTS.queueBytesMax,
    queueRecordsMax,
    whenUnsupported: 'refuse',
  })
  const markers = new Outbox({
    ...limits,
    transport: transportTo(settings.logs, 'logs'),
    delayMs: MARKER_DELAY_MS,
    queueBytesMax: MARKER_QUEUE_BYTES_MAX,
    queueRecordsMax: Number.MAX_SAFE_INTEGER,
    whenUnsupported: 'pause',
    onUnsupported: (pauseMs, why) =>
      diag.info(
        `Runlens: the collector takes no log records (${why}); executions show when they end. Next try in ${pauseMs} ms`,
      ),
  })
  const heartbeatMs = options.heartbeatIntervalMs ?? DEFAULTS.heartbeatIntervalMs
  return new RunlensSpanProcessor({
    traces,
    markers: settings.markers ? markers : undefined,
    heartbeatMs,
    flushTimeoutMs: options.flushTimeoutMs ?? DEFAULTS.flushTimeoutMs,
  })
}

function transportTo(target: Target, signal: 'traces' | 'logs') {
  return target.protocol === 'grpc' ? createGrpcTransport(target, signal) : createHttpTransport(target)
}
