/** Parameters and answer of a workflow's anatomy. */
import { STEP_TYPES } from '@runlens/conventions'
import { z } from 'zod'
import { metaSchema } from './execution.ts'
import { integer, statisticsRange, text } from './parameters.ts'
import { figures } from './statistics.ts'

export const anatomyQuerySchema = z.strictObject({
  ...statisticsRange,
  environment: text().optional(),
  limit: integer(1, 500).default(100).describe('Steps at most, those that took most time first'),
})

const change = () => z.number().nullable()
const milliseconds = () => z.number().nullable()

export const anatomySchema = z
  .object({
    workflow_id: z.string(),
    workflow_name: z.string().nullable(),
    executions: z.object(figures).describe('Of its executions in the range'),
    steps: z.array(
      z.object({
        name: z.string(),
        type: z.enum(STEP_TYPES),
        runs: z.int(),
        error_count: z.int().describe('Runs that ended other than in success'),
        error_rate: z.number().nullable().describe('Of its runs, in percent with two decimals'),
        avg_duration_ms: milliseconds(),
        p50_duration_ms: milliseconds(),
        p95_duration_ms: milliseconds(),
        time_ms: z.number().describe('All of its runs together'),
        share_of_time: z
          .number()
          .nullable()
          .describe('Of the time of all steps together, in percent; a step inside another counts in both'),
        trend: z
          .object({
            runs: change(),
            error_rate: change().describe('In percentage points'),
            p50_duration_ms: change(),
            p95_duration_ms: change(),
          })
          .describe('Change to the period of equal length before, in percent; null from zero or nothing'),
      }),
    ),
    steps_total: z.int().describe('How many steps there are'),
    edges: z
      .array(
        z.object({
          from: z.string().nullable().describe('null: the beginning'),
          to: z.string().nullable().describe('null: the end'),
          count: z.int(),
        }),
      )
      .describe('Which step began after which, most frequent first, at most 1000'),
    edges_of: z.int().describe('Executions that the edges are from: the newest that are over, at most 10000'),
    meta: metaSchema,
  })
  .meta({ id: 'WorkflowAnatomy' })
export type WorkflowAnatomy = z.infer<typeof anatomySchema>
