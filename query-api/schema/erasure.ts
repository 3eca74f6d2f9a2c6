/** Erasures in requests and answers. */
import { ERASURE_STATES } from '@runlens/clickhouse'
import { z } from 'zod'
import { text } from './parameters.ts'

const isoTime = () => z.string().meta({ format: 'date-time' })

export const erasureSchema = z
  .object({
    erasure_id: z.string(),
    target: z.enum(['execution', 'user', 'conversation']),
    state: z.enum(ERASURE_STATES),
    requested_at: isoTime(),
    ended_at: isoTime().nullable().describe('When all that was stored by then was gone'),
    suppressed_until: isoTime().describe('Until then what comes late of it is erased again'),
    rows: z.record(z.string(), z.int()).describe('Rows erased, by table'),
    fault: z.string().nullable().describe('Why the last try failed; it is tried again'),
  })
  .meta({ id: 'Erasure' })
export type ErasureAnswer = z.infer<typeof erasureSchema>

export const executionQuery = z.strictObject({
  instance: text().optional().describe('The instance that gave the id; without it, the executions of all that did'),
})
export const executionPath = z.strictObject({ execution_id: text() })
export const userPath = z.strictObject({ user_id: text() })
export const conversationPath = z.strictObject({ conversation_id: text() })
export const erasurePath = z.strictObject({ erasure_id: z.uuid('must be an id that a DELETE answered with') })
