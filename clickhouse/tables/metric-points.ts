/**
 * Every data point of a metric as it was sent (docs/adr/0019). Filled by the collector; one that is sent again replaces itself.
 *
 * Laid out like `spans`: what many points share is one entry of a dictionary, what is not filtered by lies in JSON documents, whose fields are
 * {@link METRIC_FIELDS}. The view `v_metric_points` has every field as a column.
 *
 * Engine: ReplacingMergeTree, PARTITION BY toDate(time),
 * ORDER BY (tenant, metric, service, series, time, a hash of what it says), TTL 30 days after arrival.
 */
import { table } from './column.ts'
import type { SpanField } from './span-fields.ts'

export const METRIC_KIND_ENUM =
  "Enum8('gauge' = 1, 'sum' = 2, 'histogram' = 3, 'exponential_histogram' = 4, 'summary' = 5)"

export const METRIC_POINTS = table('metric_points', {
  tenant: 'LowCardinality(String)',
  /** When the collector accepted the request that brought the point. */
  received_at: 'DateTime64(3)',
  metric: 'LowCardinality(String)',
  /** `service.name` of the resource. */
  service: 'LowCardinality(String)',
  /** Hash of what tells one stream from another: resource, scope, name, unit, kind, temporality and the point's attributes in any order. */
  series: 'UInt64',
  time: 'DateTime64(9)',
  /** Of the interval that the point covers; the epoch where unknown. */
  start_time: 'DateTime64(9)',
  kind: METRIC_KIND_ENUM,
  /** Of gauges and sums; NULL where none was recorded. An integer beyond 2^53 stands exactly in `value_int`, too. */
  value: 'Nullable(Float64)',
  /** Of histograms and summaries: how many values, their sum, the smallest and largest where told. */
  count: 'UInt64',
  sum: 'Nullable(Float64)',
  min: 'Nullable(Float64)',
  max: 'Nullable(Float64)',
  // Documents: a JSON object each, '' where nothing stands in it; a field that is '', 0 or null is left out.
  /** Attributes and explicit bounds: alike in all points of a series. */
  series_json: 'LowCardinality(String)',
  /** Unit, description, temporality, monotonic, metadata. */
  metric_json: 'LowCardinality(String)',
  /** Buckets, quantiles, exemplars, flags. */
  point_json: 'String',
  scope_json: 'LowCardinality(String)',
  resource_json: 'LowCardinality(String)',
})

const STRING_MAP = 'Map(LowCardinality(String), String)'

const text = (document: string, key: string): SpanField => ({
  type: 'LowCardinality(String)',
  sql: `JSONExtractString(${document}, '${key}')`,
})
const whole = (document: string, key: string, type: 'UInt8' | 'UInt32' | 'Int32' | 'UInt64'): SpanField => ({
  type,
  sql: `JSONExtract${type === 'Int32' ? 'Int' : 'UInt'}(${document}, '${key}')`,
})
const map = (document: string, key: string): SpanField => ({
  type: STRING_MAP,
  sql: `JSONExtract(${document}, '${key}', 'Map(String, String)')`,
})
const list = (document: string, key: string, inner: string): SpanField => ({
  type: `Array(${inner})`,
  sql: `JSONExtract(${document}, '${key}', 'Array(${inner})')`,
})
function exemplarIds(key: string, bytes: number): SpanField {
  return {
    type: `Array(FixedString(${bytes}))`,
    sql: `arrayMap(id -> toFixedString(unhex(id), ${bytes}), JSONExtract(point_json, 'exemplars', '${key}', 'Array(String)'))`,
  }
}

function ofParent(name: 'scope' | 'resource'): Record<string, SpanField> {
  const document = `${name}_json`
  return {
    [`${name}_schema_url`]: text(document, 'schema_url'),
    [`${name}_attributes`]: map(document, 'attributes'),
    [`${name}_attribute_types`]: text(document, 'attribute_types'),
    [`${name}_dropped_attributes_count`]: whole(document, 'dropped_attributes_count', 'UInt32'),
  }
}

/** Everything that stands in the documents of a point: columns of `v_metric_points`. */
export const METRIC_FIELDS: Readonly<Record<string, SpanField>> = {
  unit: text('metric_json', 'unit'),
  description: text('metric_json', 'description'),
  /** OTLP AggregationTemporality: 0 unspecified, 1 delta, 2 cumulative. */
  temporality: whole('metric_json', 'temporality', 'UInt8'),
  monotonic: whole('metric_json', 'monotonic', 'UInt8'),
  metadata: map('metric_json', 'attributes'),
  metadata_types: text('metric_json', 'attribute_types'),
  attributes: map('series_json', 'attributes'),
  attribute_types: text('series_json', 'attribute_types'),
  /** Bit 1: nothing was recorded. */
  flags: whole('point_json', 'flags', 'UInt32'),
  /** The value in decimal where it is an integer that `value` can not hold; else ''. */
  value_int: { type: 'String', sql: `JSONExtractString(point_json, 'value_int')` },
  /** Of histograms: upper bounds of the buckets but for the last, and how many values lie in each bucket. */
  explicit_bounds: list('series_json', 'explicit_bounds', 'Float64'),
  bucket_counts: list('point_json', 'bucket_counts', 'UInt64'),
  /** Of exponential histograms. */
  scale: whole('point_json', 'scale', 'Int32'),
  zero_count: whole('point_json', 'zero_count', 'UInt64'),
  zero_threshold: { type: 'Float64', sql: `JSONExtractFloat(point_json, 'zero_threshold')` },
  positive_offset: whole('point_json', 'positive_offset', 'Int32'),
  positive_counts: list('point_json', 'positive_counts', 'UInt64'),
  negative_offset: whole('point_json', 'negative_offset', 'Int32'),
  negative_counts: list('point_json', 'negative_counts', 'UInt64'),
  /** Of summaries: from 0 to 1, and the value at each. */
  quantiles: list('point_json', 'quantiles', 'Float64'),
  quantile_values: list('point_json', 'quantile_values', 'Float64'),
  'exemplars.time': {
    type: 'Array(DateTime64(9))',
    sql: `arrayMap(at -> fromUnixTimestamp64Nano(at), JSONExtract(point_json, 'exemplars', 'time', 'Array(Int64)'))`,
  },
  /** As text: doubles and integers, exactly; '' without a value. */
  'exemplars.value': {
    type: 'Array(String)',
    sql: `JSONExtract(point_json, 'exemplars', 'value', 'Array(String)')`,
  },
  'exemplars.trace_id': exemplarIds('trace_id', 16),
  'exemplars.span_id': exemplarIds('span_id', 8),
  'exemplars.attributes': {
    type: `Array(${STRING_MAP})`,
    sql: `JSONExtract(point_json, 'exemplars', 'attributes', 'Array(Map(String, String))')`,
  },
  'exemplars.attribute_types': {
    type: 'Array(String)',
    sql: `JSONExtract(point_json, 'exemplars', 'attribute_types', 'Array(String)')`,
  },
  scope_name: text('scope_json', 'name'),
  scope_version: text('scope_json', 'version'),
  ...ofParent('scope'),
  ...ofParent('resource'),
}

/** SQL: the value of a field, over `metric_points`. */
export function metricField(name: string): string {
  const { sql, type } = METRIC_FIELDS[name]!
  return `CAST(${sql}, '${type}')`
}
