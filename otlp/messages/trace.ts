/** opentelemetry.proto.trace.v1 and its collector service, by the field numbers of opentelemetry-proto 1.x. */
import type { INamespace } from 'protobufjs'

const ATTRIBUTES = { rule: 'repeated', type: 'opentelemetry.proto.common.v1.KeyValue' } as const

export const TRACE: INamespace = {
  nested: {
    ResourceSpans: {
      fields: {
        resource: { id: 1, type: 'opentelemetry.proto.resource.v1.Resource' },
        scopeSpans: { id: 2, rule: 'repeated', type: 'ScopeSpans' },
        schemaUrl: { id: 3, type: 'string' },
      },
    },
    ScopeSpans: {
      fields: {
        scope: { id: 1, type: 'opentelemetry.proto.common.v1.InstrumentationScope' },
        spans: { id: 2, rule: 'repeated', type: 'Span' },
        schemaUrl: { id: 3, type: 'string' },
      },
    },
    Span: {
      fields: {
        traceId: { id: 1, type: 'bytes' },
        spanId: { id: 2, type: 'bytes' },
        traceState: { id: 3, type: 'string' },
        parentSpanId: { id: 4, type: 'bytes' },
        name: { id: 5, type: 'string' },
        kind: { id: 6, type: 'SpanKind' },
        startTimeUnixNano: { id: 7, type: 'fixed64' },
        endTimeUnixNano: { id: 8, type: 'fixed64' },
        attributes: { id: 9, ...ATTRIBUTES },
        droppedAttributesCount: { id: 10, type: 'uint32' },
        events: { id: 11, rule: 'repeated', type: 'Event' },
        droppedEventsCount: { id: 12, type: 'uint32' },
        links: { id: 13, rule: 'repeated', type: 'Link' },
        droppedLinksCount: { id: 14, type: 'uint32' },
        status: { id: 15, type: 'Status' },
        flags: { id: 16, type: 'fixed32' },
      },
      nested: {
        SpanKind: {
          values: {
            SPAN_KIND_UNSPECIFIED: 0,
            SPAN_KIND_INTERNAL: 1,
            SPAN_KIND_SERVER: 2,
            SPAN_KIND_CLIENT: 3,
            SPAN_KIND_PRODUCER: 4,
            SPAN_KIND_CONSUMER: 5,
          },
        },
        Event: {
          fields: {
            timeUnixNano: { id: 1, type: 'fixed64' },
            name: { id: 2, type: 'string' },
            attributes: { id: 3, ...ATTRIBUTES },
            droppedAttributesCount: { id: 4, type: 'uint32' },
          },
        },
        Link: {
          fields: {
            traceId: { id: 1, type: 'bytes' },
            spanId: { id: 2, type: 'bytes' },
            traceState: { id: 3, type: 'string' },
            attributes: { id: 4, ...ATTRIBUTES },
            droppedAttributesCount: { id: 5, type: 'uint32' },
            flags: { id: 6, type: 'fixed32' },
          },
        },
      },
    },
    Status: {
      fields: { message: { id: 2, type: 'string' }, code: { id: 3, type: 'StatusCode' } },
      nested: { StatusCode: { values: { STATUS_CODE_UNSET: 0, STATUS_CODE_OK: 1, STATUS_CODE_ERROR: 2 } } },
    },
  },
}

export const TRACE_SERVICE: INamespace = {
  nested: {
    ExportTraceServiceRequest: {
      fields: { resourceSpans: { id: 1, rule: 'repeated', type: 'opentelemetry.proto.trace.v1.ResourceSpans' } },
    },
    ExportTraceServiceResponse: { fields: { partialSuccess: { id: 1, type: 'ExportTracePartialSuccess' } } },
    ExportTracePartialSuccess: {
      fields: { rejectedSpans: { id: 1, type: 'int64' }, errorMessage: { id: 2, type: 'string' } },
    },
  },
}
