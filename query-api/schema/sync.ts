/** A synchronisation with an n8n server as the API tells of it. */
import { SYNC_STATES } from '@runlens/clickhouse'
import { z } from 'zod'
import { choice, text } from './parameters.ts'

export const environmentPath = z.strictObject({
  id: text().describe('The environment: a value of deployment.environment.name'),
})

export const syncJobPath = z.strictObject({ ...environmentPath.shape, job_id: text() })

export const beginSyncQuerySchema = z.strictObject({
  type: choice(['executions']).default('executions').describe('What is synchronised'),
})

const count = (description: string) => z.int().describe(description)

export const syncJobSchema = z
  .object({
    job_id: z.string(),
    environment: z.string(),
    type: z.literal('executions'),
    state: z.enum(SYNC_STATES),
    current: count('Executions that were gone over'),
    total: z.int().nullable().describe('Executions on the server when it began; null where nobody counted them'),
    percentage: z.number().nullable().describe('Of total, with one decimal'),
    pages_committed: count('Pages of 100; after a failure it goes on behind the last one'),
    skipped: count('Of current: known already, or not over yet'),
    unread: count('Of current: not to be read at all'),
    incomplete: count('Of current: told without all of their nodes'),
    error: z.string().nullable().describe('Why it failed, or what is missing'),
    created_at: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'SyncJob' })
export type SyncJobAnswer = z.infer<typeof syncJobSchema>
