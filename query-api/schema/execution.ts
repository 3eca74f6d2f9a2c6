/** An execution in an answer. What is unknown is null. */
import { EXECUTION_KINDS, STATUSES } from '@runlens/conventions'
import { z } from 'zod'

const isoTime = () => z.string().meta({ format: 'date-time' })
const name = () => z.string().nullable()
const figure = () => z.number().nullable()

export const executionSchema = z
  .object({
    execution_id: z.string(),
    kind: z.enum(EXECUTION_KINDS),
    provider: name(),
    instance: name(),
    workflow_id: name(),
    workflow_name: name(),
    version: name().describe('Of the workflow'),
    status: z.enum(STATUSES),
    mode: name(),
    environment: z.string(),
    service: name(),
    user_id: name(),
    conversation_id: name(),
    database_type: name(),
    query: name(),
    started_at: isoTime(),
    ended_at: isoTime().nullable(),
    last_seen_at: isoTime().describe('Latest time that any of its spans names, or that is told of it while it runs'),
    duration_ms: figure(),
    queue_ms: figure(),
    progress: figure(),
    expected_end_at: isoTime()
      .nullable()
      .describe(
        'As the emitter says; of a queued or running one else by half of its workflow’s successes of the last 7 days',
      ),
    overdue: z
      .boolean()
      .describe(
        'Open, and longer than the emitter expects, or than 95 % of its workflow’s successes of the last 7 days took',
      ),
    error_type: name(),
    error_class: name(),
    error_message: name(),
    error_fingerprint: name(),
    status_code: name().describe('Of the database, HTTP or RPC response'),
    failed_step: name(),
    step_count: z.int(),
    failed_steps: z.int(),
    rows_total: figure(),
    rows_returned: figure(),
    trace_id: z.string().describe('Of the last segment'),
    parent_execution_id: name(),
    retry_of: name(),
    attempt: z.int().nullable(),
    input_preview: name().describe('The first 200 characters'),
    output_preview: name().describe('The first 200 characters'),
  })
  .meta({ id: 'Execution' })
export type Execution = z.infer<typeof executionSchema>

const linkSchema = z
  .object({
    execution_id: z.string(),
    instance: name(),
    workflow_name: name(),
    status: z.enum(STATUSES),
    started_at: isoTime(),
  })
  .meta({ id: 'ExecutionLink' })
export type ExecutionLink = z.infer<typeof linkSchema>

/** A map that query tracking puts into attributes, one for each member; without any it is empty. */
const queryMap = (what: string) => z.record(z.string(), z.string()).describe(`${what}: members of \`runlens.query.*\``)

export const executionDetailSchema = executionSchema
  .omit({ input_preview: true, output_preview: true })
  .extend({
    input: name().describe('As text; see input_truncated'),
    input_truncated: z.boolean().describe('There is more; the whole stands on the span'),
    output: name(),
    output_truncated: z.boolean(),
    error_stack: name(),
    status_explicit: z.boolean().describe('The emitter named the status; otherwise it follows from span and error'),
    queued_at: isoTime().nullable(),
    replay_of: name(),
    attributes: z.record(z.string(), z.string()).describe('Of the entry span; values cut at 1 KiB'),
    connection: queryMap('The connection that a query went over'),
    request: queryMap('What a query was asked with'),
    response: queryMap('What came back with the rows'),
    spans_truncated: z.boolean().describe('It has more spans than are settled: counts of steps are lower bounds'),
    segments: z.array(
      z.object({
        trace_id: z.string(),
        span_id: z.string(),
        started_at: isoTime(),
        ended_at: isoTime().nullable(),
        status: z.enum(STATUSES).nullable(),
      }),
    ),
    links: z.object({
      parent: linkSchema.nullable(),
      children: z.array(linkSchema).describe('At most 100, oldest first'),
      attempts: z.array(linkSchema).describe('What it retries and what retries it; at most 100, oldest first'),
      replay_of: linkSchema.nullable(),
      replays: z.array(linkSchema).describe('At most 100, oldest first'),
    }),
    instances: z
      .array(name())
      .describe(
        'Every instance that gave this execution id, null for one that is unknown; several: `?instance=` tells them apart',
      ),
  })
  .meta({ id: 'ExecutionDetail' })
export type ExecutionDetail = z.infer<typeof executionDetailSchema>

/** What lets a reader judge an answer. */
export const metaSchema = z
  .object({
    from: isoTime().nullable().describe('Start of the range; null: everything retained'),
    to: isoTime().nullable(),
    source: z.enum(['raw', 'rollup']),
    as_of: isoTime().describe('When the question was asked'),
    lag_ms: figure().describe(
      'Age of the oldest arrival that is not settled yet, as of a second ago at most; null when unknown',
    ),
    running: z.int().describe('How many of the counted executions are open'),
  })
  .meta({ id: 'Meta' })
export type Meta = z.infer<typeof metaSchema>

export const executionListSchema = z
  .object({
    executions: z.array(executionSchema),
    count: z.int().describe('Size of this page'),
    total: z
      .int()
      .describe('Size of the whole filtered set, counted up to 10000; with q or an attribute as far as was looked'),
    total_is_bound: z.boolean().describe('The filtered set may be larger than `total`'),
    searched_from: isoTime()
      .nullable()
      .describe('With q or an attribute: what started earlier was not looked at yet; null: everything was'),
    next_cursor: z
      .string()
      .nullable()
      .describe('Give it as `cursor` for the next page, also where this one is not full; null on the last'),
    meta: metaSchema,
  })
  .meta({ id: 'ExecutionList' })
export type ExecutionList = z.infer<typeof executionListSchema>
