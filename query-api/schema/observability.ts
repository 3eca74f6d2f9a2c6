/** Parameters and answers of the workflow observability view beside its key figures: environments, analytics, status, overview. */
import { z } from 'zod'
import { HEALTHS } from '../environment-health.ts'
import { errorGroupSchema } from './errors.ts'
import { metaSchema } from './execution.ts'
import { integer, statisticsRange } from './parameters.ts'
import { figures, kpisSchema, percentage, scope, workflowSchema } from './statistics.ts'

const isoTime = () => z.string().meta({ format: 'date-time' })
const name = () => z.string().nullable()

export const observedQuerySchema = z.strictObject({ ...statisticsRange, ...scope })
export type ObservedQuery = z.infer<typeof observedQuerySchema>

const environmentSchema = z
  .object({
    environment: z.string(),
    health: z
      .enum(HEALTHS)
      .describe(
        'idle: nothing started in the range; down: its last three final executions all failed; degraded: success rate under 90 %, or 5 points under its own week before the range; else healthy',
      ),
    ...figures,
    success_rate_week_before: percentage(),
    active_runs: z.int().describe('Open executions that started in the range or in the week before'),
    last_seen_at: isoTime().describe('Start of its last execution, in the range or in the week before'),
    last_success_at: isoTime().nullable().describe('In the range'),
    last_failure_at: isoTime().nullable().describe('In the range'),
  })
  .meta({ id: 'Environment' })

export const environmentsSchema = z
  .object({
    environments: z
      .array(environmentSchema)
      .describe('Those in which something started in the range or in the week before; those in trouble first'),
    count: z.int(),
    meta: metaSchema,
  })
  .meta({ id: 'Environments' })
export type Environments = z.infer<typeof environmentsSchema>

export const analyticsQuerySchema = z.strictObject({
  ...statisticsRange,
  ...scope,
  limit: integer(1, 1000).default(100).describe('How many, those with most executions first'),
})

export const analyticsSchema = z
  .object({
    executions: z.array(
      z
        .object({
          workflow_id: name(),
          workflow_name: name(),
          environment: z.string(),
          total_count: z.int(),
          success_count: z.int(),
          failure_count: z.int(),
          avg_duration: z.number().nullable().describe('Milliseconds'),
          p50_duration: z.number().nullable().describe('Milliseconds'),
          p95_duration: z.number().nullable().describe('Milliseconds'),
          last_execution_at: isoTime(),
          last_failure_at: isoTime().nullable(),
          last_error_message: name(),
        })
        .meta({ id: 'WorkflowAnalytics' }),
    ),
    count: z.int(),
    total: z.int().describe('How many pairs of workflow and environment ran in the range'),
    meta: metaSchema,
  })
  .meta({ id: 'ExecutionAnalytics' })
export type ExecutionAnalytics = z.infer<typeof analyticsSchema>

const jobSchema = z.object({
  job: z.string(),
  holder: name().describe('Machine whose worker holds the job; null: nobody does'),
  lease_expires_at: isoTime().nullable(),
  reported_at: isoTime().nullable().describe('Last word of a job that tells how far it is'),
  lag_ms: z.number().nullable().describe('Longest time from arrival to executions written, as last reported'),
  traces_waiting: z.int().nullable(),
  fault: name().describe('What keeps it from working'),
})

export const systemStatusSchema = z
  .object({
    state: z.enum(['ok', 'attention']),
    faults: z.array(z.string()).describe('What somebody should look at'),
    ingest: z.object({
      lag_ms: z.number().nullable(),
      spool: z
        .object({ bytes: z.number(), bytes_max: z.number(), pending_records: z.int(), lag_seconds: z.number() })
        .nullable()
        .describe('null: the collector is not within reach'),
    }),
    rollups: z.object({
      waiting_hours: z.int().describe('Hours that are over and whose figures are still read from the executions'),
      oldest_waiting_ms: z.number().nullable(),
      last_rebuilt_at: isoTime().nullable(),
    }),
    reconciler: z.object({ jobs: z.array(jobSchema) }),
    storage: z
      .object({
        bytes: z.number(),
        rows: z.number(),
        parts: z.int(),
        tables: z.array(z.object({ table: z.string(), bytes: z.number(), rows: z.number(), parts: z.int() })),
        disks: z.array(z.object({ name: z.string(), free_bytes: z.number(), total_bytes: z.number() })),
      })
      .nullable()
      .describe('null: this user of ClickHouse may not see it'),
    versions: z.object({ runlens: z.string(), node: z.string(), clickhouse: name(), collector: name() }),
    as_of: isoTime(),
  })
  .meta({ id: 'SystemStatus' })
export type SystemStatus = z.infer<typeof systemStatusSchema>

export const overviewSchema = z
  .object({
    kpis: kpisSchema,
    workflows: z.array(workflowSchema).describe('Ten of most impact'),
    environments: z.array(environmentSchema),
    errors: z.array(errorGroupSchema).describe('Ten of most impact'),
    status: systemStatusSchema,
  })
  .meta({ id: 'Overview' })
export type Overview = z.infer<typeof overviewSchema>
