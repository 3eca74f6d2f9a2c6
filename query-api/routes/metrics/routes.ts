/** `GET /api/v1/metrics/execution` and its parts: what a workspace does now, how much, how fast, how well, and what is odd. */
import { z } from 'zod'
import { withoutMoment } from '../../meta.ts'
import type { Meta } from '../../schema/execution.ts'
import {
  executionMetricsSchema,
  latencyAnswerSchema,
  metricsQuerySchema,
  patternsAnswerSchema,
  performanceAnswerSchema,
  realtimeAnswerSchema,
  realtimeQuerySchema,
  resourcesAnswerSchema,
  throughputAnswerSchema,
} from '../../schema/metrics.ts'
import { QUESTION_PROBLEMS, type Route, route } from '../route.ts'
import { readAllParts } from './all-parts.ts'
import { type MetricsAsked, type Part, readAsked, withMeta } from './asked.ts'
import { readLatency } from './latency.ts'
import { readPatterns } from './patterns.ts'
import { readPerformance } from './performance.ts'
import { readRealtime } from './realtime.ts'
import { readResources } from './resources.ts'
import { readThroughput } from './throughput.ts'

const PATH = '/api/v1/metrics/execution'
const PROBLEMS = ['invalid_parameter', 'forbidden', ...QUESTION_PROBLEMS] as const

const answered = <T extends { meta: Meta }>(answer: T) => ({ json: answer, identity: withoutMoment(answer) })

interface PartRoute<T extends object> {
  name: string
  id: string
  summary: string
  answer: z.ZodType
  read: (asked: MetricsAsked) => Promise<Part<T>>
}

function partRoute<T extends object>({ name, id, summary, answer, read }: PartRoute<T>): Route {
  return route({
    path: `${PATH}/${name}`,
    id,
    tag: 'Metrics',
    summary,
    parameters: z.strictObject({}),
    query: metricsQuerySchema,
    answer,
    problems: PROBLEMS,
    handle: async (request) => {
      const asked = readAsked(request)
      return answered(await withMeta(asked, read(asked)))
    },
  })
}

const execution = route({
  path: PATH,
  id: 'getExecutionMetrics',
  tag: 'Metrics',
  summary: 'Execution metrics of a workspace',
  description:
    'Every part in one answer. An execution belongs to the range in which it started; realtime has no range.',
  parameters: z.strictObject({}),
  query: metricsQuerySchema,
  answer: executionMetricsSchema,
  problems: PROBLEMS,
  handle: async (request) => {
    const asked = readAsked(request)
    return answered(await withMeta(asked, readAllParts(asked)))
  },
})

const realtime = route({
  path: `${PATH}/realtime`,
  id: 'getRealtimeMetrics',
  tag: 'Metrics',
  summary: 'What runs and waits now',
  parameters: z.strictObject({}),
  query: realtimeQuerySchema,
  answer: realtimeAnswerSchema,
  problems: PROBLEMS,
  handle: async (request) => {
    const asked = readAsked(request)
    return answered(await withMeta(asked, readRealtime(asked), { from: null, to: null }))
  },
})

export const PART_ROUTES: readonly Route[] = [
  execution,
  realtime,
  partRoute({
    name: 'throughput',
    id: 'getThroughputMetrics',
    summary: 'How many executions start',
    answer: throughputAnswerSchema,
    read: readThroughput,
  }),
  partRoute({
    name: 'latency',
    id: 'getLatencyMetrics',
    summary: 'How long executions take and wait',
    answer: latencyAnswerSchema,
    read: readLatency,
  }),
  partRoute({
    name: 'performance',
    id: 'getPerformanceMetrics',
    summary: 'How well executions go',
    answer: performanceAnswerSchema,
    read: readPerformance,
  }),
  partRoute({
    name: 'patterns',
    id: 'getPatternMetrics',
    summary: 'What is not as usual',
    answer: patternsAnswerSchema,
    read: readPatterns,
  }),
  partRoute({
    name: 'resources',
    id: 'getResourceMetrics',
    summary: 'What services use',
    answer: resourcesAnswerSchema,
    read: readResources,
  }),
]
