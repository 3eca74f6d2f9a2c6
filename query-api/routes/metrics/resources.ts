/** What services use: processor, memory, event loop, workers; out of their own metrics. */
import { bucketCount, bucketStart } from '../../buckets.ts'
import { type ResourceValue, resourceValues } from '../../questions/metrics/resource-values.ts'
import type { Range } from '../../range.ts'
import { ALL_RESOURCE_METRICS, MEASURES, RESOURCE_METRICS, type ResourceMetric } from '../../resource-measures.ts'
import type { Resources, ResourceUsage } from '../../schema/metrics.ts'
import { known } from '../../shape-execution.ts'
import { formatTime } from '../../time.ts'
import type { MetricsAsked, Part } from './asked.ts'

/** Metrics of a tenant have no owner: a user is told of none. */
export async function readResources({ services, scope, filter, signal }: MetricsAsked): Promise<Part<Resources>> {
  if (scope.owner !== undefined) return { body: { services: [] }, source: 'raw' }
  const { range } = filter
  const buckets = bucketCount(range)
  const metrics = ALL_RESOURCE_METRICS.map(({ metric }) => metric)
  const rows = await services.runner.ask(resourceValues(scope, { range, buckets, metrics }), signal)
  const byService = new Map<string, ResourceValue[]>()
  for (const row of rows) byService.set(row.service, [...(byService.get(row.service) ?? []), row])
  const body: Resources = {
    services: [...byService].map(([service, values]) => {
      const usages = MEASURES.map((measure) => [measure, usageOf(RESOURCE_METRICS[measure], values, range, buckets)])
      return {
        service: known(service),
        instances: Math.max(...values.map(({ instances }) => instances)),
        ...(Object.fromEntries(usages) as Record<(typeof MEASURES)[number], ResourceUsage | null>),
      }
    }),
  }
  return { body, source: 'raw' }
}

/** Of the first metric that the service sends. */
function usageOf(
  metrics: readonly ResourceMetric[],
  values: readonly ResourceValue[],
  range: Range,
  buckets: number,
): ResourceUsage | null {
  for (const { metric, taken, unit, scale = 1 } of metrics) {
    const own = values.filter((row) => row.metric === metric && row[taken] !== null)
    if (own.length === 0) continue
    const byBucket = new Map(own.map((row) => [row.bucket, Number(row[taken]) * scale]))
    const told = [...byBucket.values()]
    return {
      metric,
      unit,
      current: told.at(-1) ?? null,
      average: told.reduce((sum, value) => sum + value, 0) / told.length,
      peak: Math.max(...told),
      series: Array.from({ length: buckets }, (_, index) => ({
        timestamp: formatTime(bucketStart(range, buckets, index)),
        value: byBucket.get(index) ?? null,
      })),
    }
  }
  return null
}
