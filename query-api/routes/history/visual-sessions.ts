/** `GET /api/v1/workflows/visual/sessions/enhanced`: visual sessions, and the executions that they show. */
import { RUNLENS_VISUAL, type Status } from '@runlens/conventions'
import { z } from 'zod'
import { attributesOf, figureOf, RECORD_COLUMNS } from '../../history/shape-record.ts'
import { momentsOf } from '../../meta.ts'
import { resolveListRange } from '../../range.ts'
import { readPage } from '../../read-page.ts'
import { type VisualSession, visualSessionsSchema } from '../../schema/history.ts'
import { integer, listRange, text } from '../../schema/parameters.ts'
import { isOpen, known } from '../../shape-execution.ts'
import { wordOf } from '../../status-words.ts'
import { formatTimeText } from '../../time.ts'
import { kindsOf } from '../monitoring/shape-log.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import { alsoWithoutPrefix } from './also-without-prefix.ts'

const { enabled, streaming, quality, sessionId, eventsCaptured, streamDurationSeconds } = RUNLENS_VISUAL

export const visualSessions = alsoWithoutPrefix(
  route({
    path: '/api/v1/workflows/visual/sessions/enhanced',
    id: 'listVisualSessions',
    tag: 'Workflow history',
    sessionToken: true,
    summary: 'List visual sessions with their executions',
    description: 'Executions with visual_enabled, newest first.',
    parameters: z.strictObject({}),
    query: z.strictObject({
      workflow_id: text().optional(),
      limit: integer(1, 200).default(100).describe('How many at most'),
      ...listRange,
    }),
    answer: visualSessionsSchema,
    problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
    handle: async ({ query, scope, signal, services }) => {
      const { nowMs, nowNs, silence } = momentsOf(services)
      const filter = {
        equal: query.workflow_id === undefined ? {} : { workflow_id: query.workflow_id },
        status: null,
        kind: kindsOf(undefined),
        min_duration_ms: null,
        max_duration_ms: null,
        attributes: [{ key: enabled, value: 'true' }],
        q: null,
        range: { field: 'started_at', ...resolveListRange(query, nowMs) },
        silence,
      } as const
      const reader = { runner: services.runner, scope, filter, nowNs, signal }
      const page = { sort: 'started_at', order: 'desc', after: null } as const
      const rows = await readPage(reader, page, query.limit, RECORD_COLUMNS)
      const sessions: VisualSession[] = rows.map((row) => {
        const attribute = attributesOf(row)
        const streams = attribute(streaming) === 'true'
        return {
          session_id: attribute(sessionId),
          execution_id: row.execution_id,
          workflow_id: known(row.workflow_id),
          user_id: known(row.user_id),
          status: wordOf('history', row.shown_status as Status),
          state: !isOpen(row.shown_status) ? 'ended' : streams ? 'streaming' : 'recording',
          streaming: streams,
          quality: attribute(quality),
          events_captured: figureOf(attribute(eventsCaptured)),
          stream_duration: figureOf(attribute(streamDurationSeconds)),
          started_at: formatTimeText(row.started_ns),
          ended_at: formatTimeText(row.ended_ns),
        }
      })
      return { json: { sessions } }
    },
  }),
)
