/** Parameters and answers of query tracking: database queries by user. */
import { z } from 'zod'
import { wordsOf } from '../status-words.ts'
import { metaSchema } from './execution.ts'
import { choice, integer, rangeEnds, repeatable, tenantNames, text } from './parameters.ts'

const isoTime = () => z.string().meta({ format: 'date-time' })
const name = () => z.string().nullable()
const figure = () => z.number().nullable()
const seconds = () => figure().describe('Seconds')

const WORDS = wordsOf('queries')
const DAYS_MAX = 365

const days = () => integer(1, DAYS_MAX).optional()

export const userPath = z.strictObject({ user_id: text() })

export const queryListSchema = z.strictObject({
  status: repeatable(choice(WORDS)).optional().describe('success: also partial; error: also cancelled and lost'),
  database_type: text().optional(),
  days: days().describe(
    'Length of the range that ends now; instead of from and to. Without a range: everything retained',
  ),
  ...rangeEnds,
  limit: integer(1, 1000).default(100).describe('Size of a page'),
  offset: integer(0, 10_000).default(0).describe('How many to pass over; further than this goes a cursor'),
  cursor: z.string().min(1).max(4096).optional().describe('`next_cursor` of the page before; instead of offset'),
  ...tenantNames,
})

export const queryStatsQuerySchema = z.strictObject({
  days: days().describe('Length of the range that ends now, default 7; instead of from and to'),
  database_type: text().optional(),
  ...rangeEnds,
  ...tenantNames,
})
export type QueryStatsQuery = z.output<typeof queryStatsQuerySchema>

const trackedQuerySchema = z
  .object({
    id: z.string(),
    execution_id: z.string().describe('As id. `<trace id>-<span id>` of a step of another execution'),
    query: name().describe('Of a step its first 1000 characters; the whole stands on the span'),
    database_type: name(),
    query_complexity: name(),
    status: z.enum(WORDS),
    execution_time: seconds().describe('Seconds; null while it has not ended'),
    total_rows: figure(),
    returned_rows: figure(),
    page: figure(),
    page_size: figure(),
    error_message: name(),
    error_type: name(),
    started_at: isoTime(),
    completed_at: isoTime().nullable(),
    conversation_id: name(),
  })
  .meta({ id: 'TrackedQuery' })
export type TrackedQuery = z.infer<typeof trackedQuerySchema>

export const queryPageSchema = z
  .object({
    user_id: z.string(),
    executions: z.array(trackedQuerySchema).describe('Newest first'),
    count: z.int().describe('Size of this page'),
    limit: z.int(),
    offset: z.int(),
    next_cursor: z.string().nullable().describe('Give it as `cursor` for the next page; null on the last'),
  })
  .meta({ id: 'TrackedQueryPage' })
export type QueryPage = z.infer<typeof queryPageSchema>

const statsShape = {
  period_days: z.number(),
  total_executions: z.int().describe('In every status'),
  success_count: z.int(),
  failed_count: z.int(),
  error_count: z.int(),
  timeout_count: z.int(),
  success_rate: figure().describe('Success ÷ everything final, percent with two decimals; null over nothing'),
  avg_execution_time: seconds().describe('Seconds, over final ones that have a duration'),
  max_execution_time: seconds().describe('Seconds, over final ones that have a duration'),
  total_rows_processed: z.int().describe('Total rows, of a query that tells none the returned ones'),
  meta: metaSchema,
}
export const globalQueryStatsSchema = z.object(statsShape).meta({ id: 'GlobalQueryStats' })
export type GlobalQueryStats = z.infer<typeof globalQueryStatsSchema>
export const queryStatsSchema = z.object({ user_id: z.string(), ...statsShape }).meta({ id: 'QueryStats' })

const databaseSchema = z
  .object({
    database_type: name(),
    execution_count: z.int(),
    success_count: z.int(),
    failed_count: z.int().describe('failed, error and timeout together'),
    avg_execution_time: seconds().describe('Seconds, over final ones that have a duration'),
  })
  .meta({ id: 'DatabaseStats' })
const databases = {
  database_stats: z.array(databaseSchema).describe('Most queries first'),
  meta: metaSchema,
}
export type DatabaseStats = z.infer<typeof databaseSchema>
export const globalDatabaseStatsSchema = z.object(databases).meta({ id: 'GlobalDatabaseStatsList' })
export const databaseStatsSchema = z.object({ user_id: z.string(), ...databases }).meta({ id: 'DatabaseStatsList' })
