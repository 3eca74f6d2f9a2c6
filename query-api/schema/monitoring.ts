/** Parameters and answers of the view of graph runs: logs of conversational agents. */
import { STEP_TYPES } from '@runlens/conventions'
import { z } from 'zod'
import { wordsOf } from '../status-words.ts'
import { metaSchema } from './execution.ts'
import { choice, integer, kinds, rangeEnds, repeatable, tenantNames, text } from './parameters.ts'

const isoTime = () => z.string().meta({ format: 'date-time' })
const name = () => z.string().nullable()

const WORDS = wordsOf('monitoring')
const HOURS_MAX = 168

const hours = () =>
  integer(1, HOURS_MAX).optional().describe('Length of the range that ends now; instead of from and to')

const listed = {
  status: repeatable(choice(WORDS)).optional().describe('failed: also error, timeout, cancelled and lost'),
  kind: kinds().describe('All but query and request unless given'),
  offset: integer(0, 1_000_000)
    .default(0)
    .describe('How many to pass over; a cursor is quicker, and stable while runs arrive'),
  cursor: z.string().min(1).max(4096).optional().describe('`next_cursor` of the page before; instead of offset'),
  ...rangeEnds,
  ...tenantNames,
}

export const logsQuerySchema = z.strictObject({
  ...listed,
  hours: hours().describe('Length of the range that ends now, default 24; instead of from and to'),
  user_id: text().optional(),
  conversation_id: text().optional(),
  limit: integer(1, 200).default(50).describe('Size of a page'),
})

export const conversationQuerySchema = z.strictObject({
  ...listed,
  limit: integer(1, 200).default(20).describe('Size of a page'),
})
/** What both lists are asked with. */
export type LogsQuery = z.output<typeof conversationQuerySchema> &
  Partial<Pick<z.output<typeof logsQuerySchema>, 'hours' | 'user_id' | 'conversation_id'>>

export const runStatsQuerySchema = z.strictObject({
  hours: hours().describe('Length of the range that ends now, default 24; instead of from and to'),
  kind: kinds().describe('All but query and request unless given'),
  ...rangeEnds,
  ...tenantNames,
})

const runLogSchema = z
  .object({
    id: z.string().describe('Of the execution'),
    conversation_id: name(),
    user_id: name(),
    request_message: name().describe('The last message of the user, else the input as it is'),
    response_message: name().describe('The last message of the assistant, else the output as it is'),
    status: z.enum(WORDS),
    started_at: isoTime(),
    completed_at: isoTime().nullable(),
    total_duration_ms: z.number().nullable(),
    failed_nodes: z
      .array(z.string())
      .describe('Steps whose last attempt failed, each name once, in order of start; at most 100'),
    error_summary: name(),
  })
  .meta({ id: 'RunLog' })
export type RunLog = z.infer<typeof runLogSchema>

export const runLogListSchema = z
  .object({
    total: z.int().describe('Size of the whole filtered set'),
    count: z.int().describe('Size of this page'),
    offset: z.int(),
    limit: z.int(),
    logs: z.array(runLogSchema).describe('Newest first; messages and summaries cut at 200 characters'),
    next_cursor: z.string().nullable().describe('Give it as `cursor` for the next page; null on the last'),
  })
  .meta({ id: 'RunLogList' })
export type RunLogList = z.infer<typeof runLogListSchema>

const traceEntrySchema = z
  .object({
    node: z.string(),
    status: z.enum(WORDS).nullable().describe('Null where nothing is said of it'),
    execution_time_ms: z.number().nullable().describe('Null while it has not ended'),
    error: z.string().optional().describe('Only where there is one'),
    timestamp: isoTime().describe('When it ended; when it started, while it has not'),
    id: z.string().describe('Of its span'),
    parent: z.string().nullable().describe('`id` of the step above; null directly below the execution'),
    type: z.enum(STEP_TYPES),
    depth: z.int().describe('0 directly below the execution'),
  })
  .meta({ id: 'RunTraceEntry' })
export type RunTraceEntry = z.infer<typeof traceEntrySchema>

export const wholeRunLogSchema = runLogSchema
  .extend({ execution_trace: z.array(traceEntrySchema).describe('In order of end; what has not ended comes last') })
  .meta({ id: 'WholeRunLog' })
export type WholeRunLog = z.infer<typeof wholeRunLogSchema>

const count = () => z.int()

export const runStatsSchema = z
  .object({
    time_range_hours: z.number(),
    total_executions: count().describe('In every status'),
    by_status: z.object({ completed: count(), failed: count(), partial: count(), running: count() }),
    success_rate: z.number().nullable().describe('Percent with two decimals; null over nothing'),
    avg_duration_ms: z.number().nullable().describe('Over final executions that have a duration'),
    failed_nodes_breakdown: z
      .record(z.string(), count())
      .describe('In how many executions each step failed for good; the 1000 that failed most'),
    meta: metaSchema,
  })
  .meta({ id: 'RunStats' })
export type RunStats = z.infer<typeof runStatsSchema>
