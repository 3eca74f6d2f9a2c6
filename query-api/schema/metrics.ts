/** Parameters and answers of the view of execution metrics: what a workspace does now, how much, how fast, how well, and what is odd. */
import { z } from 'zod'
import { TIME_RANGE_NAMES } from '../range.ts'
import { metaSchema } from './execution.ts'
import { choice, kinds, text, time } from './parameters.ts'

const isoTime = () => z.string().meta({ format: 'date-time' })
const name = () => z.string().nullable()
const figure = () => z.number().nullable()
const percentage = () => z.number().nullable().describe('Percent with two decimals; null over nothing')

const workspace = {
  workspace_id: text().optional().describe('Another name of the tenant; the credential alone decides which one it is'),
  tenant_id: text().optional().describe('As workspace_id'),
}
const scope = {
  kind: kinds().describe('All but query and request unless given'),
  environment: text().optional(),
}
const range = {
  timeframe: choice(TIME_RANGE_NAMES)
    .optional()
    .describe('Length of the range that ends now; default 24h; instead of from and to'),
  from: time().optional().describe('Start of the range, inclusive'),
  to: time().optional().describe('End of the range, exclusive; now unless given'),
}

export const metricsQuerySchema = z.strictObject({ ...workspace, ...range, ...scope })
export type MetricsQuery = z.infer<typeof metricsQuerySchema>

export const realtimeQuerySchema = z.strictObject({ ...workspace, ...scope })

export const exportQuerySchema = metricsQuerySchema.extend({
  format: choice(['csv', 'json']).default('json').describe('csv: one line for each value, under part, item and field'),
})

export const LOAD_SEVERITIES = ['normal', 'elevated', 'high', 'critical'] as const

const realtime = {
  running_count: z.int().describe('Running or waiting'),
  running: z
    .array(
      z.object({
        execution_id: z.string(),
        name: name().describe('Of the workflow'),
        agent: name().describe('Id of the agent or, of other kinds, of the workflow'),
        kind: z.string(),
        status: z.string(),
        started_at: isoTime(),
        elapsed_ms: z.number(),
        progress: figure(),
        expected_end_at: isoTime().nullable(),
        overdue: z.boolean(),
      }),
    )
    .describe('The 100 that began first'),
  queue: z.object({
    depth: z.int().describe('Queued executions'),
    severity: z
      .enum(LOAD_SEVERITIES)
      .describe(
        'elevated: over twice, high: over five times, critical: over ten times the usual depth, or of one where that is less',
      ),
    usual_depth: figure().describe(
      'Median over up to 28 days of the mean depth at this hour; null when nothing is known',
    ),
    oldest_wait_ms: figure(),
  }),
  load: z.object({
    running: z.int().describe('Running executions, waiting ones not among them'),
    usual_running: figure().describe('As usual_depth'),
    ratio: figure().describe('running to usual_running'),
  }),
}
export const realtimeSchema = z.object(realtime).meta({ id: 'RealtimeMetrics' })
export type Realtime = z.infer<typeof realtimeSchema>

const throughput = {
  interval_ms: z.number().describe('Width of a point: a minute up to 6 hours, an hour up to 7 days, else a day'),
  series: z
    .array(
      z.object({
        timestamp: isoTime().describe('Start of the interval'),
        total: z.int(),
        success: z.int(),
        failure: z.int(),
      }),
    )
    .describe('Executions by their start; the last interval ends at meta.to'),
  current_per_minute: z.number().describe('In the five minutes before meta.to, or before now where that is earlier'),
  average_per_minute: z.number(),
  peak: z.object({ per_minute: z.number(), timestamp: isoTime() }).nullable().describe('The busiest interval'),
  trend: z.object({
    direction: z.enum(['rising', 'steady', 'falling']).describe('steady: within 5 percent'),
    percent: figure().describe('Change from the first half of the range to the second'),
  }),
  capacity_per_minute: figure().describe(
    'The highest rate sustained for five minutes in the 30 days before the full hour after meta.to; looked up every five minutes',
  ),
  share_of_capacity: percentage().describe('Of current_per_minute'),
}
export const throughputSchema = z.object(throughput).meta({ id: 'ThroughputMetrics' })
export type Throughput = z.infer<typeof throughputSchema>

const quantilesSchema = z
  .object({
    count: z.int(),
    average_ms: figure(),
    p50_ms: figure(),
    p75_ms: figure(),
    p90_ms: figure(),
    p95_ms: figure(),
    p99_ms: figure(),
  })
  .describe('Over final executions that have the value')
  .meta({ id: 'LatencyQuantiles' })
export type LatencyQuantiles = z.infer<typeof quantilesSchema>

const latency = {
  execution: quantilesSchema,
  queue: quantilesSchema,
  total: quantilesSchema.describe('Queue wait and execution together, of executions that have both'),
  histogram: z
    .array(z.object({ from_ms: z.number(), to_ms: z.number().nullable(), count: z.int() }))
    .describe('Durations of executions on a logarithmic scale, from the first bin with any to the last'),
}
export const latencySchema = z.object(latency).meta({ id: 'LatencyMetrics' })
export type Latency = z.infer<typeof latencySchema>

const agentSchema = z
  .object({
    agent: name().describe('Id of the agent or, of other kinds, of the workflow'),
    name: name(),
    total_executions: z.int(),
    success_count: z.int(),
    failure_count: z.int(),
    success_rate: percentage(),
    avg_duration_ms: figure(),
    p95_duration_ms: figure(),
    last_error: z.object({ execution_id: z.string(), error_type: name(), error_message: name() }).nullable(),
  })
  .meta({ id: 'AgentMetrics' })
export type AgentMetrics = z.infer<typeof agentSchema>

const performance = {
  total_executions: z.int(),
  success_count: z.int(),
  failure_count: z.int(),
  success_rate: percentage(),
  success_rate_change: figure().describe('To the period of equal length before, in points'),
  failures_by_agent: z.array(agentSchema).describe('The 20 with most failures'),
  failures_by_hour: z
    .array(z.object({ hour: z.int(), total: z.int(), failure: z.int(), failure_rate: percentage() }))
    .describe('By the hour of the day (UTC) in which executions started'),
  slowest: z.array(agentSchema).describe('The 10 of highest p95 duration'),
  most_failing: z
    .array(agentSchema)
    .describe('The 10 of lowest success rate, of those with 5 final executions or more'),
}
export const performanceSchema = z.object(performance).meta({ id: 'PerformanceMetrics' })
export type Performance = z.infer<typeof performanceSchema>

const filterSchema = z
  .object({
    from: isoTime(),
    to: isoTime(),
    query: z.string().describe('The list of the executions behind it: a path of this API'),
  })
  .meta({ id: 'PatternFilter' })

const patternSchema = z
  .object({
    pattern: z.enum(['spike', 'drop', 'failures', 'slow', 'burst']),
    started_at: isoTime(),
    ended_at: isoTime(),
    value: z
      .number()
      .describe(
        'Executions of the hour, percent of failures, milliseconds on average, or executions of the busiest minute',
      ),
    expected: z.number(),
    expected_low: z.number(),
    expected_high: z.number(),
    score: z
      .number()
      .describe('Distance from the expected in standard deviations, robustly estimated; 3.5 is the bound'),
    basis: z.enum(['hour_of_week', 'hour_of_day', 'recent', 'minutes']).describe('What the expected follows from'),
    samples: z.int().describe('How many hours or minutes that were'),
    executions: z.int(),
    failures: z.int(),
    reason: z.string(),
    executions_filter: filterSchema,
  })
  .meta({ id: 'Pattern' })
export type Pattern = z.infer<typeof patternSchema>

const anomalySchema = patternSchema
  .extend({
    moved_with: z
      .array(
        z.object({
          service: z.string(),
          metric: z.string(),
          during: z.number(),
          before: z.number().describe('Mean of the day before'),
          change_percent: figure(),
        }),
      )
      .describe('Resource metrics that were not as the day before; of the 5 anomalies of highest score'),
  })
  .meta({ id: 'Anomaly' })
export type Anomaly = z.infer<typeof anomalySchema>

const comparisonSchema = z
  .object({
    total_executions: figure(),
    success_rate: figure().describe('In points'),
    avg_duration_ms: figure(),
    p95_duration_ms: figure(),
  })
  .describe('Change in percent; null from zero or nothing')
  .meta({ id: 'PatternComparison' })

const patterns = {
  timeline: z.array(
    z.object({ timestamp: isoTime(), total: z.int(), success: z.int(), failure: z.int(), success_rate: percentage() }),
  ),
  bursts: z
    .array(patternSchema)
    .describe('Newest first; beyond 7 days those that the worker found, of all kinds and environments'),
  anomalies: z
    .array(anomalySchema)
    .describe('Whole hours (UTC) that ended in the range, highest score first, 100 at most'),
  comparison: z.object({
    previous_period: comparisonSchema,
    last_week: comparisonSchema.nullable().describe('The same time a week before; null for ranges of more than 7 days'),
  }),
}
export const patternsSchema = z.object(patterns).meta({ id: 'PatternMetrics' })
export type Patterns = z.infer<typeof patternsSchema>

const usageSchema = z
  .object({
    metric: z.string().describe('That it was read from'),
    unit: z.string(),
    current: figure().describe('In the last interval that has any'),
    average: figure(),
    peak: figure(),
    series: z.array(z.object({ timestamp: isoTime(), value: figure() })),
  })
  .meta({ id: 'ResourceUsage' })
export type ResourceUsage = z.infer<typeof usageSchema>

const usage = () => usageSchema.nullable()
const resources = {
  services: z.array(
    z.object({
      service: name(),
      instances: z.int().describe('Resources that told of it, in the busiest interval'),
      cpu: usage().describe('Share of one processor or of all, as its metric defines'),
      memory: usage(),
      event_loop_utilization: usage(),
      event_loop_delay: usage(),
      workers_busy: usage(),
    }),
  ),
}
export const resourcesSchema = z.object(resources).meta({ id: 'ResourceMetrics' })
export type Resources = z.infer<typeof resourcesSchema>

const meta = { meta: metaSchema }
export const realtimeAnswerSchema = z.object({ ...realtime, ...meta }).meta({ id: 'RealtimeAnswer' })
export const throughputAnswerSchema = z.object({ ...throughput, ...meta }).meta({ id: 'ThroughputAnswer' })
export const latencyAnswerSchema = z.object({ ...latency, ...meta }).meta({ id: 'LatencyAnswer' })
export const performanceAnswerSchema = z.object({ ...performance, ...meta }).meta({ id: 'PerformanceAnswer' })
export const patternsAnswerSchema = z.object({ ...patterns, ...meta }).meta({ id: 'PatternsAnswer' })
export const resourcesAnswerSchema = z.object({ ...resources, ...meta }).meta({ id: 'ResourcesAnswer' })

export const executionMetricsSchema = z
  .object({
    realtime: realtimeSchema,
    throughput: throughputSchema,
    latency: latencySchema,
    performance: performanceSchema,
    patterns: patternsSchema,
    resources: resourcesSchema,
    ...meta,
  })
  .meta({ id: 'ExecutionMetrics' })
export type ExecutionMetrics = z.infer<typeof executionMetricsSchema>
