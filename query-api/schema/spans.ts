/** Spans of an execution in an answer, as they were sent. */
import { z } from 'zod'

const isoTime = () => z.string().meta({ format: 'date-time' })
const attributes = () => z.record(z.string(), z.string())

export const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const
export const SPAN_STATUSES = ['unset', 'ok', 'error'] as const

export const spanSchema = z
  .object({
    trace_id: z.string(),
    span_id: z.string(),
    parent_span_id: z.string().nullable(),
    part: z
      .enum(['entry', 'step', 'child', 'span'])
      .describe('What it is of the execution: its entry, a step, the entry of a child execution, or neither'),
    name: z.string(),
    kind: z.enum(SPAN_KINDS),
    started_at: isoTime(),
    ended_at: isoTime().nullable(),
    duration_ms: z.number().nullable(),
    status: z.enum(SPAN_STATUSES),
    status_message: z.string().nullable(),
    service: z.string().nullable(),
    scope: z.string().nullable(),
    attributes: attributes(),
    resource: attributes(),
    events: z.array(z.object({ time: isoTime(), name: z.string(), attributes: attributes() })),
    links: z.array(z.object({ trace_id: z.string(), span_id: z.string(), attributes: attributes() })),
  })
  .meta({ id: 'Span' })
export type Span = z.infer<typeof spanSchema>

export const spansSchema = z
  .object({
    execution_id: z.string(),
    spans: z.array(spanSchema).describe('In order of start'),
    count: z.int().describe('Size of this page'),
    total: z.int().describe('All of its spans'),
    truncated: z.boolean().describe('Its traces have more spans than the server reads'),
    next_cursor: z.string().nullable().describe('Give it as `cursor` for the next page; null on the last'),
  })
  .meta({ id: 'ExecutionSpans' })
export type ExecutionSpans = z.infer<typeof spansSchema>
