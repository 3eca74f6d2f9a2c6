/** Every part of the view at once; parts that need the same figures share one question. */
import type { ExecutionMetrics } from '../../schema/metrics.ts'
import type { MetricsAsked, Part } from './asked.ts'
import { readLatency } from './latency.ts'
import { readPatterns } from './patterns.ts'
import { readPerformance } from './performance.ts'
import { readRealtime } from './realtime.ts'
import { readResources } from './resources.ts'
import { readThroughput } from './throughput.ts'

export async function readAllParts(asked: MetricsAsked): Promise<Part<Omit<ExecutionMetrics, 'meta'>>> {
  const [realtime, throughput, latency, performance, patterns, resources] = await Promise.all([
    readRealtime(asked),
    readThroughput(asked),
    readLatency(asked),
    readPerformance(asked),
    readPatterns(asked),
    readResources(asked),
  ])
  return {
    body: {
      realtime: realtime.body,
      throughput: throughput.body,
      latency: latency.body,
      performance: performance.body,
      patterns: patterns.body,
      resources: resources.body,
    },
    source: throughput.source,
    running: realtime.running ?? 0,
  }
}
