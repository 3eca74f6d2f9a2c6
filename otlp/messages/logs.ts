/** opentelemetry.proto.logs.v1 and its collector service, by the field numbers of opentelemetry-proto 1.x. */
import type { INamespace } from 'protobufjs'

export const LOGS: INamespace = {
  nested: {
    ResourceLogs: {
      fields: {
        resource: { id: 1, type: 'opentelemetry.proto.resource.v1.Resource' },
        scopeLogs: { id: 2, rule: 'repeated', type: 'ScopeLogs' },
        schemaUrl: { id: 3, type: 'string' },
      },
    },
    ScopeLogs: {
      fields: {
        scope: { id: 1, type: 'opentelemetry.proto.common.v1.InstrumentationScope' },
        logRecords: { id: 2, rule: 'repeated', type: 'LogRecord' },
        schemaUrl: { id: 3, type: 'string' },
      },
    },
    LogRecord: {
      fields: {
        timeUnixNano: { id: 1, type: 'fixed64' },
        severityNumber: { id: 2, type: 'SeverityNumber' },
        severityText: { id: 3, type: 'string' },
        body: { id: 5, type: 'opentelemetry.proto.common.v1.AnyValue' },
        attributes: { id: 6, rule: 'repeated', type: 'opentelemetry.proto.common.v1.KeyValue' },
        droppedAttributesCount: { id: 7, type: 'uint32' },
        flags: { id: 8, type: 'fixed32' },
        traceId: { id: 9, type: 'bytes' },
        spanId: { id: 10, type: 'bytes' },
        observedTimeUnixNano: { id: 11, type: 'fixed64' },
        eventName: { id: 12, type: 'string' },
      },
    },
    SeverityNumber: {
      values: {
        SEVERITY_NUMBER_UNSPECIFIED: 0,
        SEVERITY_NUMBER_TRACE: 1,
        SEVERITY_NUMBER_DEBUG: 5,
        SEVERITY_NUMBER_INFO: 9,
        SEVERITY_NUMBER_WARN: 13,
        SEVERITY_NUMBER_ERROR: 17,
        SEVERITY_NUMBER_FATAL: 21,
      },
    },
  },
}

export const LOGS_SERVICE: INamespace = {
  nested: {
    ExportLogsServiceRequest: {
      fields: { resourceLogs: { id: 1, rule: 'repeated', type: 'opentelemetry.proto.logs.v1.ResourceLogs' } },
    },
    ExportLogsServiceResponse: { fields: { partialSuccess: { id: 1, type: 'ExportLogsPartialSuccess' } } },
    ExportLogsPartialSuccess: {
      fields: { rejectedLogRecords: { id: 1, type: 'int64' }, errorMessage: { id: 2, type: 'string' } },
    },
  },
}
