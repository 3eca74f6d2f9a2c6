/** Every message of the wire, written from the specifications' field numbers, and the signals that are made of them. */
import protobuf from 'protobufjs/light.js'
import { COMMON, RESOURCE } from './messages/common.ts'
import { GOOGLE_PROTOBUF, GOOGLE_RPC } from './messages/google.ts'
import { LOGS_SERVICE, LOGS as LOGS_V1 } from './messages/logs.ts'
import { METRICS_SERVICE, METRICS as METRICS_V1 } from './messages/metrics.ts'
import { TRACE, TRACE_SERVICE } from './messages/trace.ts'

/** Reflected messages by their full names, e.g. `opentelemetry.proto.trace.v1.Span`; field names are those of OTLP/JSON. */
export const MESSAGES: protobuf.Root = protobuf.Root.fromJSON({
  nested: {
    opentelemetry: {
      nested: {
        proto: {
          nested: {
            common: { nested: { v1: COMMON } },
            resource: { nested: { v1: RESOURCE } },
            trace: { nested: { v1: TRACE } },
            logs: { nested: { v1: LOGS_V1 } },
            metrics: { nested: { v1: METRICS_V1 } },
            collector: {
              nested: {
                trace: { nested: { v1: TRACE_SERVICE } },
                logs: { nested: { v1: LOGS_SERVICE } },
                metrics: { nested: { v1: METRICS_SERVICE } },
              },
            },
          },
        },
      },
    },
    google: { nested: { rpc: GOOGLE_RPC, protobuf: GOOGLE_PROTOBUF } },
  },
})
MESSAGES.resolveAll()

/** What tells one signal from another on the wire. */
export interface Signal {
  name: string
  /** Of OTLP/HTTP, by its POST. */
  path: string
  /** Of OTLP/gRPC: `/<service>/Export`. */
  grpcPath: string
  request: protobuf.Type
  response: protobuf.Type
  /** The count in the response's `partialSuccess`. */
  rejectedField: string
}

const TRACE_PACKAGE = 'opentelemetry.proto.collector.trace.v1'

export const TRACES: Signal = {
  name: 'traces',
  path: '/v1/traces',
  grpcPath: `/${TRACE_PACKAGE}.TraceService/Export`,
  request: MESSAGES.lookupType(`${TRACE_PACKAGE}.ExportTraceServiceRequest`),
  response: MESSAGES.lookupType(`${TRACE_PACKAGE}.ExportTraceServiceResponse`),
  rejectedField: 'rejectedSpans',
}

const LOGS_PACKAGE = 'opentelemetry.proto.collector.logs.v1'

export const LOGS: Signal = {
  name: 'logs',
  path: '/v1/logs',
  grpcPath: `/${LOGS_PACKAGE}.LogsService/Export`,
  request: MESSAGES.lookupType(`${LOGS_PACKAGE}.ExportLogsServiceRequest`),
  response: MESSAGES.lookupType(`${LOGS_PACKAGE}.ExportLogsServiceResponse`),
  rejectedField: 'rejectedLogRecords',
}

const METRICS_PACKAGE = 'opentelemetry.proto.collector.metrics.v1'

export const METRICS: Signal = {
  name: 'metrics',
  path: '/v1/metrics',
  grpcPath: `/${METRICS_PACKAGE}.MetricsService/Export`,
  request: MESSAGES.lookupType(`${METRICS_PACKAGE}.ExportMetricsServiceRequest`),
  response: MESSAGES.lookupType(`${METRICS_PACKAGE}.ExportMetricsServiceResponse`),
  rejectedField: 'rejectedDataPoints',
}
