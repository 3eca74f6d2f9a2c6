/** Explanations of payloads: what one must be, and what is answered. */
import { EXECUTION_KINDS, MARKER_KINDS, ROLES, STATUSES } from '@runlens/conventions'
import { ATTRIBUTE_HOLDERS, BECAME, type Explanation } from '@runlens/mapping'
import { z } from 'zod'

/** Checked by the same code that reads what senders send; here only that there is something to read. */
export const explainBodySchema = z
  .looseObject({
    resourceSpans: z.array(z.looseObject({})).optional(),
    resourceLogs: z.array(z.looseObject({})).optional(),
  })
  .refine(({ resourceSpans, resourceLogs }) => resourceSpans !== undefined || resourceLogs !== undefined, {
    message: 'must have resourceSpans or resourceLogs',
  })
  .describe(
    'ExportTraceServiceRequest or ExportLogsServiceRequest of opentelemetry-proto in its JSON encoding, or both in one',
  )
  .meta({ id: 'ExplainRequest' })

const field = z.object({
  field: z.string(),
  value: z.string().describe('At most 500 characters of it'),
  attribute: z.string().nullable().describe('The attribute that it came from; null: from elsewhere, see `from`'),
  on: z.enum(ATTRIBUTE_HOLDERS).nullable().describe('`event`: the last exception event'),
  from: z.string().describe('In words'),
  instead_of: z.array(z.string()).describe('Attributes with a value that a stronger one kept from counting'),
})

const rule = z
  .object({
    rule: z.int().min(0).max(5).describe('0: of a step or marker'),
    profile: z.string(),
    file: z.string(),
    line: z.int(),
    wants: z.string(),
  })
  .nullable()
  .describe('What decided; null: nothing did')

const ids = { trace_id: z.string(), span_id: z.string(), parent_span_id: z.string(), name: z.string() }

const span = z.object({
  ...ids,
  scope: z.string(),
  role: z.enum(ROLES).describe('What it is as far as it alone can say'),
  became: z.enum(BECAME),
  execution_id: z.string().nullable(),
  step_of: z.string().nullable().describe('Of a child execution: the execution in which it is a step'),
  provider: z.string(),
  rule,
  profiles: z.array(z.object({ profile: z.string(), file: z.string(), by: z.array(z.string()) })),
  fields: z.array(field),
  why: z.string(),
  why_not_more: z.array(z.string()),
})

const marker = z.object({
  marker: z.enum(MARKER_KINDS),
  told_by: z.enum(['span', 'log_record']),
  ...ids,
  recorded_at: z.string(),
  role: z.enum(ROLES),
  rule,
  fields: z.array(field),
})

const execution = z.object({
  execution_id: z.string(),
  kind: z.enum(EXECUTION_KINDS),
  provider: z.string(),
  workflow_name: z.string(),
  status: z.enum(STATUSES),
  instance: z.string(),
  segments: z.array(z.string()).describe('Span ids; the first began it'),
  step_count: z.int(),
  failed_steps: z.int(),
  error_type: z.string(),
  error_message: z.string(),
  notes: z.array(z.string()).describe('What does not follow from its own span alone'),
})

export const explanationSchema = z
  .object({
    spans: z.array(span).describe('In the order of the payload'),
    markers: z.array(marker).describe('What spans and log records tell of spans before they end'),
    executions: z.array(execution),
    log_records: z.int(),
    rejected: z.array(z.string()).describe('Why spans and log records would not be stored'),
  })
  .meta({ id: 'Explanation' }) satisfies z.ZodType<Explanation>
