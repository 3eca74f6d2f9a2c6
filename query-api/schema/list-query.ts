/** Parameters of the list of executions and of what else is asked about any part of it: every filter of the core, order, range and page. */
import { z } from 'zod'
import { choice, decimal, integer, kinds, listRange, statisticsRange, statuses, text } from './parameters.ts'

export const SORT_FIELDS = ['started_at', 'ended_at', 'duration_ms'] as const
export type SortField = (typeof SORT_FIELDS)[number]

/** Every filter of the core but the range. */
const filters = {
  status: statuses().describe(
    'Canonical statuses; `lost` is a queued or running execution that nobody has heard of for long',
  ),
  kind: kinds().describe('What the executions are runs of'),
  provider: text().optional().describe('Profile of the emitter: n8n, mastra, runlens, …'),
  instance: text().optional().describe('Emitter instance; an execution id is unique within it'),
  workflow_id: text().optional(),
  workflow_name: text().optional(),
  environment: text().optional(),
  service: text().optional(),
  user_id: text().optional(),
  conversation_id: text().optional(),
  database_type: text().optional(),
  error_type: text().optional(),
  error_class: text().optional(),
  error_fingerprint: text().optional(),
  failed_step: text().optional().describe('Name of the first step whose last attempt failed'),
  version: text().optional().describe('Version of the workflow'),
  mode: text().optional(),
  parent_execution_id: text().optional(),
  min_duration_ms: decimal().optional(),
  max_duration_ms: decimal().optional(),
  q: z
    .string()
    .min(1, 'must not be empty')
    .max(256, 'must have at most 256 characters')
    .optional()
    .describe(
      'Part of a name, id, query text or error, in any case of letters; not of texts that are stored encrypted',
    ),
  time_field: choice(['started_at', 'ended_at'])
    .default('started_at')
    .describe('Which time the range is about; executions that have not ended are in no range of ended_at'),
}

/** What all that lists executions takes. */
export const listedQuery = { ...filters, ...listRange }

/** What statistics over a filter of the list take: the same, and a range that is never open. */
export const filteredQuery = { ...filters, ...statisticsRange }

const filterSchema = z.strictObject({ ...filters, ...listRange })
/** What any of these questions gives of its filter. */
export type FilterQuery = z.infer<typeof filterSchema>

export const listQuerySchema = z.strictObject({
  ...listedQuery,
  sort: choice(SORT_FIELDS)
    .default('started_at')
    .describe('Executions without the value come last. By duration_ms without a range: the last 30 days only'),
  order: choice(['asc', 'desc']).default('desc'),
  limit: integer(1, 1000).default(100).describe('Size of a page'),
  cursor: z.string().min(1).max(4096).optional().describe('`next_cursor` of the page before'),
})

/** `attr.<key>=<value>`: the execution's entry has this attribute with this value. */
export const ATTRIBUTE_PREFIX = 'attr.'
export const ATTRIBUTES_MAX = 10

export type ListQuery = z.infer<typeof listQuerySchema>
