/** `GET /api/v1/ws` without an upgrade. The upgrade itself never reaches a route: `live/web-socket.ts`. */
import { z } from 'zod'
import { ProblemError } from '../../problem.ts'
import { streamQuerySchema } from '../../schema/live.ts'
import { route } from '../route.ts'

export const webSocket = route({
  path: '/api/v1/ws',
  id: 'openWebSocket',
  tag: 'Live',
  summary: 'Changes of executions, live, over a WebSocket',
  description:
    'Takes the parameters of the stream of executions, last_event_id among them. Messages are JSON, {type, id, data}, with the types execution_started, execution_update, execution_completed, counts_update, sync_progress, snapshot and gap.',
  parameters: z.strictObject({}),
  query: streamQuerySchema,
  contentTypes: ['application/json'],
  ticket: true,
  problems: ['invalid_parameter', 'upgrade_required', 'too_busy'],
  handle: () => {
    throw new ProblemError('upgrade_required', 'Connect with a WebSocket client: ws:// instead of http://.')
  },
})
