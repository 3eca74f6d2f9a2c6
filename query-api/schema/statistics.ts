/** Parameters and answers of the workflow observability view: key figures and workflows. */
import { z } from 'zod'
import { metaSchema } from './execution.ts'
import { integer, kinds, statisticsRange, text } from './parameters.ts'

export const percentage = () => z.number().nullable().describe('Percent with two decimals; null over nothing')
const duration = () => z.number().nullable().describe('Over final executions that have a duration')
const change = () => z.number().nullable()
const isoTime = () => z.string().meta({ format: 'date-time' })

export const scope = {
  kind: kinds().describe('All but query and request unless given'),
  environment: text().optional(),
}

export const kpisQuerySchema = z.strictObject({ ...statisticsRange, ...scope })
export type KpisQuery = z.infer<typeof kpisQuerySchema>

export const workflowsQuerySchema = z.strictObject({
  ...statisticsRange,
  ...scope,
  limit: integer(1, 1000).default(100).describe('How many workflows, those of most impact first'),
})
export type WorkflowsQuery = z.infer<typeof workflowsQuerySchema>

/** Figures of a set of executions. */
export const figures = {
  total_executions: z.int().describe('In every status'),
  success_count: z.int(),
  failure_count: z.int().describe('Final and not success'),
  success_rate: percentage(),
  avg_duration_ms: duration(),
  p50_duration_ms: duration(),
  p95_duration_ms: duration(),
  p99_duration_ms: duration(),
}

const deltas = {
  total_executions: change(),
  success_count: change(),
  failure_count: change(),
  success_rate: change().describe('In percentage points'),
  avg_duration_ms: change(),
  p50_duration_ms: change(),
  p95_duration_ms: change(),
  p99_duration_ms: change(),
}

const deltaSchema = z
  .object(deltas)
  .describe('Change to the period of equal length before, in percent; null from zero or nothing')
  .meta({ id: 'Deltas' })
export type Deltas = z.infer<typeof deltaSchema>

export const sparklinePointSchema = z
  .object({
    timestamp: isoTime().describe('Start of the bucket'),
    total: z.int(),
    success: z.int(),
    failure: z.int(),
    success_rate: percentage(),
    avg_duration_ms: duration(),
    p95_duration_ms: duration(),
  })
  .meta({ id: 'SparklinePoint' })

export const kpisSchema = z
  .object({
    ...figures,
    sparkline_data: z.array(sparklinePointSchema).describe('Buckets of equal width; the last ends at meta.to'),
    delta_vs_previous: deltaSchema,
    meta: metaSchema,
  })
  .meta({ id: 'Kpis' })
export type Kpis = z.infer<typeof kpisSchema>

export const workflowSchema = z
  .object({
    workflow_id: z.string().nullable(),
    workflow_name: z.string().nullable(),
    ...figures,
    trend: deltaSchema,
    affected_users: z.int().describe('Distinct users of its failures'),
    time_lost_ms: z.number().describe('Duration of its failures together'),
    last_execution_at: isoTime(),
    last_failure_at: isoTime().nullable(),
    last_error: z
      .object({
        execution_id: z.string(),
        error_type: z.string().nullable(),
        error_message: z.string().nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'Workflow' })

export const workflowsSchema = z
  .object({
    workflows: z
      .array(workflowSchema)
      .describe('Most impact first: failures × affected users (at least one), then time lost, then executions'),
    count: z.int(),
    total: z.int().describe('How many workflows ran in the range'),
    meta: metaSchema,
  })
  .meta({ id: 'Workflows' })
export type Workflows = z.infer<typeof workflowsSchema>
