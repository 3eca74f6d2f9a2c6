/** `GET /api/v1/monitoring/logs` and `/monitoring/conversations/{conversation_id}/logs`: graph runs, newest first. */
import { z } from 'zod'
import { resolveLength, resolveListRange } from '../../range.ts'
import { conversationQuerySchema, logsQuerySchema, runLogListSchema } from '../../schema/monitoring.ts'
import { text } from '../../schema/parameters.ts'
import { NS_PER_DAY, NS_PER_HOUR } from '../../time.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import { listLogs } from './list-logs.ts'

export const logs = route({
  path: '/api/v1/monitoring/logs',
  id: 'listRunLogs',
  tag: 'Monitoring',
  summary: 'List graph runs with their messages',
  description: 'Those that started in the last 24 hours unless `hours` or from and to say otherwise, newest first.',
  parameters: z.strictObject({}),
  query: logsQuerySchema,
  answer: runLogListSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async (asked) => {
    const { hours, user_id, conversation_id } = asked.query
    const length = { name: 'hours', ns: hours === undefined ? undefined : BigInt(hours) * NS_PER_HOUR }
    const equal = { ...(user_id && { user_id }), ...(conversation_id && { conversation_id }) }
    return { json: await listLogs(asked, equal, (nowMs) => resolveLength(length, asked.query, nowMs, NS_PER_DAY)) }
  },
})

export const conversationLogs = route({
  path: '/api/v1/monitoring/conversations/{conversation_id}/logs',
  id: 'listConversationLogs',
  tag: 'Monitoring',
  summary: 'List the graph runs of a conversation',
  description: 'All that are retained, newest first, unless from or to narrow them.',
  parameters: z.strictObject({ conversation_id: text() }),
  query: conversationQuerySchema,
  answer: runLogListSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async (asked) => {
    const equal = { conversation_id: asked.path.conversation_id }
    return { json: await listLogs(asked, equal, (nowMs) => resolveListRange(asked.query, nowMs)) }
  },
})
