/** Parameters and answers of what failed: groups of errors, one of them, and what people say of it. */
import { ERROR_CLASSES } from '@runlens/mapping'
import { z } from 'zod'
import { metaSchema } from './execution.ts'
import { choice, integer, kinds, repeatable, statisticsRange, text } from './parameters.ts'

const isoTime = () => z.string().meta({ format: 'date-time' })
const name = () => z.string().nullable()

export const ERROR_STATES = ['open', 'resolved', 'ignored', 'regressed'] as const
export type ErrorState = (typeof ERROR_STATES)[number]

const filters = {
  ...statisticsRange,
  kind: kinds().describe('All but query and request unless given'),
  environment: text().optional(),
  workflow_id: text().optional(),
}

export const errorsQuerySchema = z.strictObject({
  ...filters,
  state: repeatable(choice(ERROR_STATES)).optional(),
  limit: integer(1, 200).default(50).describe('How many groups, those of most impact first'),
})
export type ErrorsQuery = z.output<typeof errorsQuerySchema>

export const errorQuerySchema = z.strictObject({ ...filters, kind: kinds().describe('Every kind unless given') })
export type ErrorQuery = z.output<typeof errorQuerySchema>

export const fingerprintPath = z.strictObject({
  fingerprint: text().describe(
    '`error_fingerprint` of its executions; `lost` and `unknown` stand for failures without one',
  ),
})

const occurrence = {
  execution_id: z.string(),
  instance: name(),
  workflow_id: name(),
  error_message: z.string().describe('Cut at 1000 characters; "Unknown error" where there is none'),
  started_at: isoTime(),
}
const sampleSchema = z.object(occurrence).meta({ id: 'ErrorSample' })
export type ErrorSample = z.infer<typeof sampleSchema>

export const errorGroupSchema = z
  .object({
    fingerprint: z.string(),
    error_type: name(),
    error_class: z.enum(ERROR_CLASSES),
    template: z.string().describe('The message without what varies; "Unknown error" where there is none'),
    state: z.enum(ERROR_STATES).describe('regressed: resolved, and seen again since'),
    count: z.int().describe('Executions that failed this way in the range'),
    first_seen: isoTime().describe('Over everything retained, in whatever environment or workflow'),
    last_seen: isoTime().describe('As first_seen'),
    affected_workflows: z.int(),
    affected_users: z.int(),
    trend: z.object({
      previous_count: z.int().describe('In the period of equal length before'),
      change: z.number().nullable().describe('In percent; null from zero'),
    }),
    sparkline_data: z
      .array(z.object({ timestamp: isoTime(), count: z.int() }).meta({ id: 'ErrorPoint' }))
      .describe('Buckets of equal width; the last ends at meta.to'),
    failed_steps: z.array(z.string()),
    sample_messages: z.array(sampleSchema).describe('At most 5, newest first'),
  })
  .meta({ id: 'ErrorGroup' })
export type ErrorGroup = z.infer<typeof errorGroupSchema>

export const errorsSchema = z
  .object({
    errors: z
      .array(errorGroupSchema)
      .describe('Most impact first: executions × affected users (at least one), then the latest'),
    count: z.int(),
    total: z.int().describe('How many groups the filter matches'),
    total_executions: z.int().describe('How many executions they have together'),
    meta: metaSchema,
  })
  .meta({ id: 'Errors' })
export type Errors = z.infer<typeof errorsSchema>

const share = (what: string) => z.object({ count: z.int(), of: z.int(), percent: z.number().nullable() }).describe(what)

const traitSchema = z
  .object({
    field: z.string().describe('workflow, version, environment, service, user, …, or attr.<key>'),
    value: z.string(),
    failing: share('Of the failures looked at'),
    succeeding: share('Of the successes looked at'),
    lift: z.number().nullable().describe('How many times as frequent among failures; null: no success has it'),
    text: z.string().describe('The same in words'),
  })
  .meta({ id: 'ErrorTrait' })
export type ErrorTrait = z.infer<typeof traitSchema>

const hit = { count: z.int(), last_seen: isoTime() }

const lifecycleSchema = z
  .object({
    state: z.enum(ERROR_STATES),
    set_at: isoTime().nullable().describe('When somebody last said so; null: nobody ever did'),
    set_by: name(),
    until_count: z.int().nullable(),
    until_rate: z.number().nullable(),
    count_since: z.int().nullable().describe('Executions since set_at; null where nobody said anything'),
  })
  .meta({ id: 'ErrorLifecycle' })
export type ErrorLifecycle = z.infer<typeof lifecycleSchema>

export const errorDetailSchema = errorGroupSchema
  .extend({
    lifecycle: lifecycleSchema,
    first_execution: sampleSchema.nullable().describe('null: no longer retained'),
    last_execution: sampleSchema.nullable(),
    workflows: z
      .array(z.object({ workflow_id: z.string(), workflow_name: name(), ...hit }))
      .describe('At most 20, as the next four'),
    versions: z.array(z.object({ workflow_id: name(), version: z.string(), ...hit })),
    users: z.array(z.object({ user_id: z.string(), ...hit })),
    environments: z.array(z.object({ environment: z.string(), ...hit })),
    services: z.array(z.object({ service: z.string(), ...hit })),
    common: z
      .array(traitSchema)
      .describe(
        'What is more frequent among its newest 250 executions of the range than among 3000 successes of the same workflows, most telling first; at most 20',
      ),
    meta: metaSchema,
  })
  .meta({ id: 'ErrorDetail' })
export type ErrorDetail = z.infer<typeof errorDetailSchema>

export const patchErrorSchema = z
  .strictObject({
    state: z.enum(['open', 'resolved', 'ignored'], 'must be one of open, resolved, ignored'),
    until_count: z
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(1e12, 'must be at most 1000000000000')
      .optional()
      .describe('Ignored until so many more executions failed this way'),
    until_rate: z
      .number('must be a number')
      .positive('must be more than 0')
      .max(1e12, 'must be at most 1000000000000')
      .optional()
      .describe('Ignored until more than so many failed within an hour, by the clock'),
  })
  .refine(({ state, until_count, until_rate }) => state === 'ignored' || (until_count ?? until_rate) === undefined, {
    error: 'until_count and until_rate go with the state ignored only',
    path: ['state'],
  })
export type PatchError = z.output<typeof patchErrorSchema>

export const patchedErrorSchema = lifecycleSchema.extend({ fingerprint: z.string() }).meta({ id: 'PatchedError' })
