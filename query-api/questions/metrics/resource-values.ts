/** What services tell of processor, memory, event loop and workers, by metric and bucket; and which of it moved in an hour. */
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'

export interface ResourceValue {
  service: string
  metric: string
  bucket: number
  instances: number
  /** Over the series of an instance first (a gauge's mean, or a counter's growth a second), then over the instances. */
  sum_of_sums: number | null
  mean_of_sums: number | null
  mean_of_means: number | null
  max_of_maxima: number | null
  rate_sum: number | null
  rate_mean: number | null
}

export interface ResourcesOf {
  range: { from: bigint; to: bigint }
  buckets: number
  /** Names of metrics to read. */
  metrics: readonly string[]
}

/** Rows of an answer at most: services times metrics times buckets. */
const VALUES_MAX = 20_000

export function resourceValues(scope: Scope, { range, buckets, metrics }: ResourcesOf): Question<ResourceValue> {
  const parameters = new Parameters()
  const { from, to } = range
  const start = parameters.bind('from', 'Int64', from)
  const width = parameters.bind('width', 'Int64', (to - from) / BigInt(buckets))
  const last = parameters.bind('last_bucket', 'UInt32', buckets - 1)
  const bucket = `least(toInt32(intDiv(toUnixTimestamp64Nano(time) - ${start}, ${width})), toInt32(${last}))`
  const parts = perInstance(scope, parameters, bucket, [
    `metric IN ${parameters.bind('metrics', 'Array(String)', metrics)}`,
    `time >= ${parameters.bindTime('time_from', from)}`,
    `time < ${parameters.bindTime('time_to', to)}`,
  ])
  const sql = `SELECT
  service,
  metric,
  bucket,
  toUInt32(count()) AS instances,
  sum(level_sum) AS sum_of_sums,
  avg(level_sum) AS mean_of_sums,
  avg(level_mean) AS mean_of_means,
  max(level_max) AS max_of_maxima,
  sum(rate) AS rate_sum,
  avg(rate) AS rate_mean
FROM (
${indent(parts)}
)
GROUP BY service, metric, bucket
ORDER BY service, metric, bucket
LIMIT ${VALUES_MAX}`
  return { name: 'resource-values', sql, params: parameters.values }
}

/**
 * One row for each instance (a resource) and bucket, `bucket` being an expression over a point. Counters may begin anew; the growth of cumulative
 * ones is told by two points of the bucket at least, of deltas by their sum over the time that they cover.
 */
function perInstance(scope: Scope, parameters: Parameters, bucket: string, conditions: readonly string[]): string {
  const rows = rowsOf('metric_points', scope, parameters, [...conditions, 'isNotNull(value)'])
  const ns = 'toUnixTimestamp64Nano(time)'
  return `SELECT
  service,
  metric,
  bucket,
  sum(mean) AS level_sum,
  avg(mean) AS level_mean,
  max(top) AS level_max,
  sum(growth) AS rate
FROM (
  SELECT
    service,
    metric,
    ${bucket} AS bucket,
    cityHash64(resource_json) AS instance,
    avg(assumeNotNull(value)) AS mean,
    max(assumeNotNull(value)) AS top,
    multiIf(
      JSONExtractUInt(any(metric_json), 'temporality') = 1,
        sum(assumeNotNull(value)) / nullIf(toFloat64(max(${ns}) - min(toUnixTimestamp64Nano(start_time))) / 1e9, 0),
      count() > 1, deltaSumTimestamp(assumeNotNull(value), ${ns}) / nullIf(toFloat64(max(${ns}) - min(${ns})) / 1e9, 0),
      NULL) AS growth
${indent(rows)}
  GROUP BY service, metric, series, instance, bucket
)
GROUP BY service, metric, bucket, instance`
}

export interface ResourceMove {
  /** Start of the hour, seconds since the epoch. */
  hour_s: number
  service: string
  metric: string
  during: number
  before: number
}

export interface MovesOf {
  /** Starts of hours, seconds since the epoch; one at least. */
  hours: readonly number[]
  /** Names of metrics whose growth is looked at, and of those whose level is. */
  rates: readonly string[]
  levels: readonly string[]
}

/** What is compared with: the day before the hour, three hours of it at least. */
const BEFORE_S = 86_400
const HOURS_BEFORE_MIN = 3
const MOVES_MAX = 200

/** A metric moved if its hour lies more than three standard deviations, and more than a fifth, from the mean of the day before. */
export function resourceMoves(scope: Scope, { hours, rates, levels }: MovesOf): Question<ResourceMove> {
  const parameters = new Parameters()
  const listed = parameters.bind('hours', 'Array(UInt32)', hours)
  const hour = "toUnixTimestamp(toStartOfHour(time, 'UTC'))"
  const parts = perInstance(scope, parameters, hour, [
    `metric IN ${parameters.bind('metrics', 'Array(String)', [...rates, ...levels])}`,
    `time >= toDateTime(arrayMin(${listed}) - ${BEFORE_S}, 'UTC')`,
    `time < toDateTime(arrayMax(${listed}) + 3600, 'UTC')`,
    `arrayExists(h -> ${hour} <= h AND ${hour} + ${BEFORE_S} >= h, ${listed})`,
  ])
  const isRate = `metric IN ${parameters.bind('rates', 'Array(String)', rates)}`
  const sql = `SELECT
  hour_s,
  service,
  metric,
  avgIf(value, bucket = hour_s) AS during,
  avgIf(value, bucket < hour_s) AS before
FROM (
  SELECT service, metric, bucket, assumeNotNull(level) AS value, arrayJoin(arrayFilter(h -> bucket <= h AND bucket + ${BEFORE_S} >= h, ${listed})) AS hour_s
  FROM (
    SELECT service, metric, bucket, if(${isRate}, avg(rate), avg(level_mean)) AS level
    FROM (
${indent(indent(indent(parts)))}
    )
    GROUP BY service, metric, bucket
  )
  WHERE isNotNull(level)
)
GROUP BY hour_s, service, metric
HAVING countIf(bucket < hour_s) >= ${HOURS_BEFORE_MIN}
  AND countIf(bucket = hour_s) > 0
  AND abs(during - before) > greatest(3 * stddevPopIf(value, bucket < hour_s), 0.2 * abs(before))
ORDER BY hour_s, abs(during - before) / greatest(abs(before), 1e-9) DESC, service, metric
LIMIT ${MOVES_MAX}`
  return { name: 'resource-moves', sql, params: parameters.values }
}
