/** `GET /api/v1/sse/…`: what happens to executions, as it happens, as server-sent events. */
import { z } from 'zod'
import { eventStream } from '../../live/sse.ts'
import { changeFilterOf, countsQuerySchema, streamQuerySchema } from '../../schema/live.ts'
import { text } from '../../schema/parameters.ts'
import { type Asked, QUESTION_PROBLEMS, route } from '../route.ts'

/** No change of a query or a request is told where counts leave them out. */
const COUNTED_KINDS = ['workflow', 'agent', 'pipeline', 'job'] as const

const ABOUT_EVENTS =
  'Events: execution.started, execution.updated, execution.completed (one that is over when it is first seen is completed only), counts.update (of the last 24 hours, at most once a second), sync.progress, snapshot, gap. Each has an id; a client that comes back with Last-Event-ID gets what it missed, or one gap and a new snapshot where that is not possible.'

const nothing = z.strictObject({})
const contentTypes = ['text/event-stream']

export const streamCounts = route({
  path: '/api/v1/sse/counts/{tenant_id}',
  id: 'streamCounts',
  tag: 'Live',
  summary: 'Counts and changes of a tenant, live',
  description: ABOUT_EVENTS,
  parameters: z.strictObject({ tenant_id: text().describe('The tenant of the credential') }),
  query: countsQuerySchema,
  contentTypes,
  ticket: true,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async ({ query, scope, headers, signal, services }) => {
    const filter = { equal: {}, kind: query.kind ?? COUNTED_KINDS, status: null }
    const lastEventId = lastEventIdOf(headers, query.last_event_id)
    return eventStream(await services.live.open({ scope, filter, lastEventId, signal }))
  },
})

export const streamExecutions = route({
  path: '/api/v1/sse/executions',
  id: 'streamExecutions',
  tag: 'Live',
  summary: 'Changes of executions, live',
  description: `Filters narrow together. ${ABOUT_EVENTS}`,
  parameters: nothing,
  query: streamQuerySchema,
  contentTypes,
  ticket: true,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async ({ query, scope, headers, signal, services }) => {
    const filter = changeFilterOf(query)
    const lastEventId = lastEventIdOf(headers, query.last_event_id)
    return eventStream(await services.live.open({ scope, filter, lastEventId, signal }))
  },
})

function lastEventIdOf(headers: Asked<unknown, unknown>['headers'], parameter: string | undefined): string | null {
  const header = headers['last-event-id']
  return (typeof header === 'string' && header !== '' ? header : parameter) ?? null
}
