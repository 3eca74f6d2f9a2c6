/** Bodies and answers of the view of workflow history: runs that are begun and told of through this API, and all others. */
import { STATUSES } from '@runlens/conventions'
import { z } from 'zod'
import { statusesOf, wordsOf } from '../status-words.ts'
import { TEXT_MAX, time } from './parameters.ts'

const isoTime = () => z.string().meta({ format: 'date-time' })
const name = () => z.string().nullable()
const figure = () => z.number().nullable()

export const WORDS = wordsOf('history')
export type HistoryWord = (typeof WORDS)[number]

const text = () => z.string().min(1, 'must not be empty').max(TEXT_MAX, `must have at most ${TEXT_MAX} characters`)
const amount = () => z.number('must be a number').min(0, 'must be 0 or more')
const json = (words: string) => z.unknown().optional().describe(words)

/** The defaults of what a run is begun with. */
export const createRunSchema = z
  .strictObject({
    workflow_id: text(),
    inputs: z.record(z.string(), z.unknown()).default({}).describe('What the workflow is run with'),
    mode: text().default('cloud-run').describe('cloud-run, local-run or any other'),
    visual_enabled: z.boolean().default(false),
    visual_streaming_enabled: z.boolean().default(false),
    visual_quality: text().nullish(),
    session_id: text().nullish().describe('Of the visual session'),
  })
  .meta({ id: 'CreateRun' })
export type CreateRun = z.output<typeof createRunSchema>

/** Words of this view, and the canonical ones. */
const STATUS_NAMES = [...new Set([...WORDS, ...STATUSES.filter((status) => status !== 'lost')])] as [
  string,
  ...string[],
]

export const patchRunSchema = z
  .strictObject({
    execution_id: text().optional().describe('If given, the one in the path'),
    status: z.enum(STATUS_NAMES, `must be one of ${STATUS_NAMES.join(', ')}`).optional(),
    result: json('What came out, any JSON'),
    error: z
      .union([z.string(), z.record(z.string(), z.unknown())])
      .nullish()
      .describe('Why it failed: a message, or an object with a message'),
    logs: z
      .union([z.string(), z.array(z.unknown()).max(10_000, 'must have at most 10000 entries')])
      .nullish()
      .describe('The whole log so far: a text, or one entry each; it takes the place of what was sent before'),
    execution_time_seconds: amount().nullish(),
    visual_events_captured: z.int('must be a whole number').min(0, 'must be 0 or more').nullish(),
    visual_stream_duration: amount().nullish().describe('Seconds'),
  })
  .meta({ id: 'PatchRun' })
export type PatchRun = z.output<typeof patchRunSchema>

export const historyBodySchema = z
  .strictObject({
    workflow_id: text().nullish(),
    page: z.int('must be a whole number').min(1, 'must be 1 or more').max(100_000).default(1),
    page_size: z
      .int('must be a whole number')
      .min(1, 'must be from 1 to 200')
      .max(200, 'must be from 1 to 200')
      .default(20),
    status_filter: z.enum(STATUS_NAMES, `must be one of ${STATUS_NAMES.join(', ')}`).nullish(),
    mode_filter: text().nullish(),
    visual_streaming_only: z.boolean().default(false),
    from: time().nullish(),
    to: time().nullish(),
  })
  .meta({ id: 'HistoryQuery' })

export const runRecordSchema = z
  .object({
    execution_id: z.string(),
    workflow_id: name(),
    user_id: name(),
    status: z.enum(WORDS),
    mode: name(),
    visual_enabled: z.boolean(),
    visual_streaming_enabled: z.boolean(),
    visual_quality: name(),
    session_id: name(),
    inputs: z.unknown().describe('As it was given; {} where nothing is known of it'),
    result: z.unknown().describe('As it was given; null where nothing is known of it'),
    error: name(),
    logs: z.unknown().describe('As it was given; null without any'),
    execution_time_seconds: figure(),
    visual_events_captured: figure(),
    visual_stream_duration: figure().describe('Seconds'),
    created_at: isoTime(),
    completed_at: isoTime().nullable(),
    updated_at: isoTime().describe('When what is known of it last changed'),
  })
  .meta({ id: 'RunRecord' })
export type RunRecord = z.infer<typeof runRecordSchema>

export const createdRunSchema = z.object({ execution_id: z.string() })

export const historySchema = z
  .object({
    executions: z.array(runRecordSchema),
    total: z.int(),
    page: z.int(),
    page_size: z.int(),
    has_more: z.boolean(),
  })
  .meta({ id: 'History' })
export type History = z.infer<typeof historySchema>

export const historyStatsSchema = z
  .object({
    workflow_id: z.string(),
    total_executions: z.int(),
    successful_executions: z.int().describe('success'),
    failed_executions: z.int().describe('partial, failed, error, timeout and lost'),
    cancelled_executions: z.int(),
    success_rate: figure().describe('Percent of those that are over'),
    average_execution_time_seconds: figure(),
    mode_usage: z.record(z.string(), z.int()).describe('Executions by mode; "unknown" where none was given'),
    visual: z.object({
      enabled: z.int(),
      streaming: z.int(),
      average_events_captured: figure().describe('Of those that tell'),
      average_stream_duration: figure().describe('Seconds, of those that tell'),
    }),
    last_execution_at: isoTime().nullable(),
  })
  .meta({ id: 'HistoryStats' })
export type HistoryStats = z.infer<typeof historyStatsSchema>

export const activeRunSchema = z
  .object({
    execution_id: z.string(),
    workflow_id: name(),
    workflow_name: name(),
    user_id: name(),
    status: z.enum(WORDS),
    mode: name(),
    progress: figure(),
    started_at: isoTime(),
    elapsed_seconds: z.number(),
    expected_end_at: isoTime().nullable(),
    overdue: z.boolean(),
    current_step: name().describe('The step that started last and has not ended'),
  })
  .meta({ id: 'ActiveRun' })
export const activeRunsSchema = z.object({ executions: z.array(activeRunSchema) }).meta({ id: 'ActiveRuns' })
export type ActiveRun = z.infer<typeof activeRunSchema>

export const visualSessionSchema = z
  .object({
    session_id: name(),
    execution_id: z.string(),
    workflow_id: name(),
    user_id: name(),
    status: z.enum(WORDS).describe('Of the execution'),
    state: z
      .enum(['streaming', 'recording', 'ended'])
      .describe('streaming while it runs and streams, recording while it runs'),
    streaming: z.boolean(),
    quality: name(),
    events_captured: figure(),
    stream_duration: figure().describe('Seconds'),
    started_at: isoTime(),
    ended_at: isoTime().nullable(),
  })
  .meta({ id: 'VisualSession' })
export const visualSessionsSchema = z.object({ sessions: z.array(visualSessionSchema) }).meta({ id: 'VisualSessions' })
export type VisualSession = z.infer<typeof visualSessionSchema>

/** A word of this view means all its statuses, a canonical one itself. */
export function statusesNamed(status: string): readonly string[] {
  return isWord(status) ? statusesOf('history', [status]) : [status]
}

/** What a word stands for when it is written: `completed` is a success. */
export function statusWritten(status: string): string {
  return status === 'completed' ? 'success' : status
}

function isWord(status: string): status is HistoryWord {
  return (WORDS as readonly string[]).includes(status)
}
