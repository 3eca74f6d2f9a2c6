/** The steps of an execution in an answer, depth first. */
import { EXECUTION_KINDS, STATUSES, STEP_TYPES } from '@runlens/conventions'
import { z } from 'zod'

const isoTime = () => z.string().meta({ format: 'date-time' })

export const stepSchema = z
  .object({
    step_id: z.string().describe('Id of its span'),
    parent_id: z.string().nullable().describe('The item above; null directly below the execution'),
    depth: z.int().describe('0 directly below the execution'),
    name: z.string(),
    type: z.enum(STEP_TYPES).nullable().describe('Null for a plain span'),
    status: z.enum(STATUSES).nullable().describe('Null for a plain span that says nothing'),
    started_at: isoTime(),
    start_offset_ms: z.number().describe('From the start of the execution'),
    duration_ms: z.number().nullable().describe('Null while it has not ended'),
    self_ms: z.number().describe('Own time during which nothing below it ran'),
    error_type: z.string().nullable(),
    error_message: z.string().nullable(),
    on_critical_path: z.boolean().describe('Shortening it would have shortened the execution'),
    percentile: z
      .number()
      .nullable()
      .describe(
        'Percent of the same step’s runs of that day (UTC) and the 7 before that took no longer, 0 to 99; null with fewer than 20 runs',
      ),
    part: z
      .enum(['step', 'child', 'span'])
      .describe('child: an execution of its own inside this one; span: a plain span'),
    trace_id: z.string(),
    attributes: z.record(z.string(), z.string()).describe('Values cut at 1 KiB; the whole stands in the trace'),
  })
  .meta({ id: 'Step' })
export type Step = z.infer<typeof stepSchema>

export const treeSchema = z
  .object({
    execution_id: z.string(),
    kind: z.enum(EXECUTION_KINDS),
    status: z.enum(STATUSES),
    steps: z.array(stepSchema).describe('Depth first, siblings in order of start'),
    meta: z.object({
      spans: z.int().describe('Spans of its traces that were read'),
      truncated: z.boolean().describe('Its traces have more spans than are read'),
      instances: z.array(z.string().nullable()).describe('Every instance that gave this execution id; null: unknown'),
      as_of: isoTime(),
    }),
  })
  .meta({ id: 'Tree' })
export type Tree = z.infer<typeof treeSchema>
