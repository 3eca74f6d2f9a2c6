/** Metrics made by hand for tests, as OTLP/JSON. */
import { int, type OtlpAttribute, text } from './traces.ts'

export interface OtlpMetric {
  name: string
  unit?: string
  description?: string
  metadata?: OtlpAttribute[]
  gauge?: { dataPoints: object[] }
  sum?: { dataPoints: object[]; aggregationTemporality?: number; isMonotonic?: boolean }
  histogram?: { dataPoints: object[]; aggregationTemporality?: number }
  exponentialHistogram?: { dataPoints: object[]; aggregationTemporality?: number }
  summary?: { dataPoints: object[] }
}

/** Wraps metrics of one service as an ExportMetricsServiceRequest. */
export function metricsExport(metrics: readonly OtlpMetric[], service = 'e2e'): object {
  return {
    resourceMetrics: [
      {
        resource: { attributes: [text('service.name', service)] },
        scopeMetrics: [{ scope: { name: 'runlens.test' }, metrics }],
      },
    ],
  }
}

/** @param atMs milliseconds since the epoch */
export function nanos(atMs: number): string {
  return `${BigInt(Math.round(atMs)) * 1_000_000n}`
}

/** One metric of each kind, with everything that a point can say. */
export function everyKind(atMs: number): OtlpMetric[] {
  const times = { startTimeUnixNano: nanos(atMs - 60_000), timeUnixNano: nanos(atMs) }
  const exemplars = [
    {
      timeUnixNano: nanos(atMs - 1),
      asDouble: 12.5,
      traceId: 'ab'.repeat(16),
      spanId: 'cd'.repeat(8),
      filteredAttributes: [text('user.id', 'u-1')],
    },
  ]
  const attributes = [text('host.name', 'a'), int('cpu', 1)]
  const histogram = { ...times, attributes, exemplars, count: '7', sum: 30.5, min: 0.5, max: 12.5 }
  return [
    { name: 'every.gauge', unit: '1', gauge: { dataPoints: [{ ...times, attributes, asDouble: 0.75 }] } },
    {
      name: 'every.sum',
      unit: '{request}',
      description: 'Requests',
      metadata: [text('prometheus.type', 'counter')],
      sum: {
        dataPoints: [{ ...times, attributes, exemplars, asInt: '9007199254740993' }],
        aggregationTemporality: 2,
        isMonotonic: true,
      },
    },
    {
      name: 'every.histogram',
      unit: 's',
      histogram: {
        dataPoints: [{ ...histogram, bucketCounts: ['4', '2', '1'], explicitBounds: [1, 10] }],
        aggregationTemporality: 1,
      },
    },
    {
      name: 'every.exponential',
      unit: 's',
      exponentialHistogram: {
        dataPoints: [
          {
            ...histogram,
            scale: -1,
            zeroCount: '2',
            zeroThreshold: 0.001,
            positive: { offset: -3, bucketCounts: ['1', '0', '3'] },
            negative: { offset: 2, bucketCounts: ['1'] },
          },
        ],
        aggregationTemporality: 1,
      },
    },
    {
      name: 'every.summary',
      unit: 'ms',
      summary: {
        dataPoints: [
          {
            ...times,
            attributes,
            count: '7',
            sum: 30.5,
            quantileValues: [
              { quantile: 0.5, value: 2.5 },
              { quantile: 0.99, value: 'NaN' },
            ],
          },
        ],
      },
    },
    { name: 'every.gauge', unit: '1', gauge: { dataPoints: [{ ...times, attributes: [], flags: 1 }] } },
  ]
}
