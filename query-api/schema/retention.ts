/** Retention in requests and answers. */
import { RETENTION_DAYS_MAX, RETENTION_DEFAULTS, RETENTION_RULES_MAX } from '@runlens/clickhouse'
import { EXECUTION_KINDS, STATUSES } from '@runlens/conventions'
import { z } from 'zod'
import { choice, TEXT_MAX } from './parameters.ts'

const KEEP_MAX = 100_000
const isoTime = () => z.string().meta({ format: 'date-time' })

const whole = (min: number, max: number) => {
  const words = `must be a whole number from ${min} to ${max}`
  return z.int(words).min(min, words).max(max, words)
}
const days = () => whole(1, RETENTION_DAYS_MAX)
const name = () => z.string('must be a text').min(1, 'must not be empty').max(TEXT_MAX)

const matchSchema = z
  .strictObject({
    status: z.array(choice(STATUSES)).min(1, 'must name a status').max(STATUSES.length).optional(),
    workflow_id: name().optional(),
    environment: name().optional(),
    kind: choice(EXECUTION_KINDS).optional(),
  })
  .describe('What an execution must be; what is absent matches all')

const ruleSchema = z.strictObject({
  match: matchSchema,
  days: days().describe('Since something was last heard of the execution'),
  payload_days: days()
    .optional()
    .describe('The same for input, output, attributes, spans and log records; as the execution unless given'),
})

export const retentionBodySchema = z.strictObject({
  rules: z
    .array(ruleSchema)
    .max(RETENTION_RULES_MAX, `must have at most ${RETENTION_RULES_MAX} rules`)
    .describe('The first that matches counts'),
  default_days: days()
    .default(RETENTION_DEFAULTS.default_days)
    .describe('Of what no rule matches, and of spans and log records that belong to no execution'),
  default_payload_days: days().optional(),
  keep_at_least: whole(0, KEEP_MAX)
    .default(RETENTION_DEFAULTS.keep_at_least)
    .describe('So many of the latest executions stay whole whatever the rules say'),
  rollup_days: days()
    .default(RETENTION_DEFAULTS.rollup_days)
    .describe('Of the figures by day, hour and minute; they go by whole days of UTC'),
})

export const retentionRunSchema = z
  .object({
    id: z.string(),
    state: z.enum(['queued', 'running', 'done', 'failed']),
    trigger: z.enum(['schedule', 'request']),
    requested_at: isoTime(),
    started_at: isoTime().nullable(),
    ended_at: isoTime().nullable(),
    removed: z.record(z.string(), z.int()).describe('Rows by table; payloads are executions that lost their payload'),
    fault: z.string().nullable(),
  })
  .meta({ id: 'RetentionRun' })
export type RetentionRunAnswer = z.infer<typeof retentionRunSchema>

const ruleAnswerSchema = z.object({
  match: z.object({
    status: z.array(z.enum(STATUSES)).optional(),
    workflow_id: z.string().optional(),
    environment: z.string().optional(),
    kind: z.enum(EXECUTION_KINDS).optional(),
  }),
  days: z.int(),
  payload_days: z.int().optional(),
})

export const retentionSchema = z
  .object({
    rules: z.array(ruleAnswerSchema),
    default_days: z.int(),
    default_payload_days: z.int().optional(),
    keep_at_least: z.int(),
    rollup_days: z.int(),
    updated_at: isoTime().nullable().describe('null while the defaults hold'),
    updated_by: z.string().nullable(),
    runs: z.array(retentionRunSchema).describe('The last ten, the newest first'),
  })
  .meta({ id: 'Retention' })

export const runQuery = z.strictObject({
  dry_run: choice(['true', 'false'])
    .default('true')
    .describe('true: count what would go and do nothing; false: run it as soon as the worker can'),
})

export const retentionPreviewSchema = z
  .object({
    dry_run: z.literal(true),
    tables: z.array(
      z.object({
        table: z.string().describe('payloads: executions that would lose their payload and stay'),
        rule: z.int().nullable().describe('Index of the rule; null for the defaults and for figures'),
        rows: z.int(),
        bytes: z.int().nullable().describe('Estimated from the average row of the table on disk; null where unknown'),
      }),
    ),
    rows: z.int(),
    bytes: z.int(),
    as_of: isoTime(),
  })
  .meta({ id: 'RetentionPreview' })
export type RetentionPreview = z.infer<typeof retentionPreviewSchema>
export const runAnswerSchema = z.union([retentionPreviewSchema, retentionRunSchema])
