/** opentelemetry.proto.metrics.v1 and its collector service, by the field numbers of opentelemetry-proto 1.x. */
import type { IField, INamespace } from 'protobufjs'

const KEY_VALUES = { rule: 'repeated', type: 'opentelemetry.proto.common.v1.KeyValue' } as const

/** Fields that data points of every kind have. */
const POINT: Record<string, IField> = {
  startTimeUnixNano: { id: 2, type: 'fixed64' },
  timeUnixNano: { id: 3, type: 'fixed64' },
}

/** `optional` in proto3 is a oneof of one field: 0 is not the same as absent. */
const OPTIONAL = {
  _sum: { oneof: ['sum'] },
  _min: { oneof: ['min'] },
  _max: { oneof: ['max'] },
}
const OPTIONAL_DOUBLE = { type: 'double', options: { proto3_optional: true } }

const POINTS: INamespace['nested'] = {
  NumberDataPoint: {
    oneofs: { value: { oneof: ['asDouble', 'asInt'] } },
    fields: {
      attributes: { id: 7, ...KEY_VALUES },
      ...POINT,
      asDouble: { id: 4, type: 'double' },
      asInt: { id: 6, type: 'sfixed64' },
      exemplars: { id: 5, rule: 'repeated', type: 'Exemplar' },
      flags: { id: 8, type: 'uint32' },
    },
  },
  HistogramDataPoint: {
    oneofs: OPTIONAL,
    fields: {
      attributes: { id: 9, ...KEY_VALUES },
      ...POINT,
      count: { id: 4, type: 'fixed64' },
      sum: { id: 5, ...OPTIONAL_DOUBLE },
      bucketCounts: { id: 6, rule: 'repeated', type: 'fixed64' },
      explicitBounds: { id: 7, rule: 'repeated', type: 'double' },
      exemplars: { id: 8, rule: 'repeated', type: 'Exemplar' },
      flags: { id: 10, type: 'uint32' },
      min: { id: 11, ...OPTIONAL_DOUBLE },
      max: { id: 12, ...OPTIONAL_DOUBLE },
    },
  },
  ExponentialHistogramDataPoint: {
    oneofs: OPTIONAL,
    fields: {
      attributes: { id: 1, ...KEY_VALUES },
      ...POINT,
      count: { id: 4, type: 'fixed64' },
      sum: { id: 5, ...OPTIONAL_DOUBLE },
      scale: { id: 6, type: 'sint32' },
      zeroCount: { id: 7, type: 'fixed64' },
      positive: { id: 8, type: 'Buckets' },
      negative: { id: 9, type: 'Buckets' },
      flags: { id: 10, type: 'uint32' },
      exemplars: { id: 11, rule: 'repeated', type: 'Exemplar' },
      min: { id: 12, ...OPTIONAL_DOUBLE },
      max: { id: 13, ...OPTIONAL_DOUBLE },
      zeroThreshold: { id: 14, type: 'double' },
    },
    nested: {
      Buckets: {
        fields: { offset: { id: 1, type: 'sint32' }, bucketCounts: { id: 2, rule: 'repeated', type: 'uint64' } },
      },
    },
  },
  SummaryDataPoint: {
    fields: {
      attributes: { id: 7, ...KEY_VALUES },
      ...POINT,
      count: { id: 4, type: 'fixed64' },
      sum: { id: 5, type: 'double' },
      quantileValues: { id: 6, rule: 'repeated', type: 'ValueAtQuantile' },
      flags: { id: 8, type: 'uint32' },
    },
    nested: {
      ValueAtQuantile: { fields: { quantile: { id: 1, type: 'double' }, value: { id: 2, type: 'double' } } },
    },
  },
  Exemplar: {
    oneofs: { value: { oneof: ['asDouble', 'asInt'] } },
    fields: {
      filteredAttributes: { id: 7, ...KEY_VALUES },
      timeUnixNano: { id: 2, type: 'fixed64' },
      asDouble: { id: 3, type: 'double' },
      asInt: { id: 6, type: 'sfixed64' },
      spanId: { id: 4, type: 'bytes' },
      traceId: { id: 5, type: 'bytes' },
    },
  },
}

const TEMPORALITY: IField = { id: 2, type: 'AggregationTemporality' }

export const METRICS: INamespace = {
  nested: {
    ResourceMetrics: {
      fields: {
        resource: { id: 1, type: 'opentelemetry.proto.resource.v1.Resource' },
        scopeMetrics: { id: 2, rule: 'repeated', type: 'ScopeMetrics' },
        schemaUrl: { id: 3, type: 'string' },
      },
    },
    ScopeMetrics: {
      fields: {
        scope: { id: 1, type: 'opentelemetry.proto.common.v1.InstrumentationScope' },
        metrics: { id: 2, rule: 'repeated', type: 'Metric' },
        schemaUrl: { id: 3, type: 'string' },
      },
    },
    Metric: {
      oneofs: { data: { oneof: ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] } },
      fields: {
        name: { id: 1, type: 'string' },
        description: { id: 2, type: 'string' },
        unit: { id: 3, type: 'string' },
        gauge: { id: 5, type: 'Gauge' },
        sum: { id: 7, type: 'Sum' },
        histogram: { id: 9, type: 'Histogram' },
        exponentialHistogram: { id: 10, type: 'ExponentialHistogram' },
        summary: { id: 11, type: 'Summary' },
        metadata: { id: 12, ...KEY_VALUES },
      },
    },
    Gauge: { fields: { dataPoints: { id: 1, rule: 'repeated', type: 'NumberDataPoint' } } },
    Sum: {
      fields: {
        dataPoints: { id: 1, rule: 'repeated', type: 'NumberDataPoint' },
        aggregationTemporality: TEMPORALITY,
        isMonotonic: { id: 3, type: 'bool' },
      },
    },
    Histogram: {
      fields: {
        dataPoints: { id: 1, rule: 'repeated', type: 'HistogramDataPoint' },
        aggregationTemporality: TEMPORALITY,
      },
    },
    ExponentialHistogram: {
      fields: {
        dataPoints: { id: 1, rule: 'repeated', type: 'ExponentialHistogramDataPoint' },
        aggregationTemporality: TEMPORALITY,
      },
    },
    Summary: { fields: { dataPoints: { id: 1, rule: 'repeated', type: 'SummaryDataPoint' } } },
    AggregationTemporality: {
      values: {
        AGGREGATION_TEMPORALITY_UNSPECIFIED: 0,
        AGGREGATION_TEMPORALITY_DELTA: 1,
        AGGREGATION_TEMPORALITY_CUMULATIVE: 2,
      },
    },
    ...POINTS,
  },
}

export const METRICS_SERVICE: INamespace = {
  nested: {
    ExportMetricsServiceRequest: {
      fields: {
        resourceMetrics: { id: 1, rule: 'repeated', type: 'opentelemetry.proto.metrics.v1.ResourceMetrics' },
      },
    },
    ExportMetricsServiceResponse: { fields: { partialSuccess: { id: 1, type: 'ExportMetricsPartialSuccess' } } },
    ExportMetricsPartialSuccess: {
      fields: { rejectedDataPoints: { id: 1, type: 'int64' }, errorMessage: { id: 2, type: 'string' } },
    },
  },
}
