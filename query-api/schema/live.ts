/** Parameters of streams: the filters of a list that a change can be weighed by, and where to go on. */
import { z } from 'zod'
import { type ChangeFilter, FILTER_FIELDS } from '../live/change.ts'
import { kinds, noRange, statuses, text } from './parameters.ts'

const resume = {
  last_event_id: text().optional().describe('As the header Last-Event-ID, for clients that can not set it'),
}

export const countsQuerySchema = z.strictObject({
  kind: kinds().describe('What the executions are runs of; default: all but query and request'),
  ...resume,
  ...noRange,
})

export const streamQuerySchema = z.strictObject({
  status: statuses().describe('Only changes to these statuses'),
  kind: kinds(),
  execution_id: text().optional(),
  instance: text().optional(),
  provider: text().optional(),
  workflow_id: text().optional(),
  workflow_name: text().optional(),
  environment: text().optional(),
  service: text().optional(),
  user_id: text().optional(),
  conversation_id: text().optional(),
  ...resume,
  ...noRange,
})
export type StreamQuery = z.infer<typeof streamQuerySchema>

export function changeFilterOf(query: StreamQuery): ChangeFilter {
  const equal: ChangeFilter['equal'] = {}
  for (const field of FILTER_FIELDS) {
    const value = query[field]
    if (value !== undefined) equal[field] = value
  }
  return { equal, kind: query.kind ?? null, status: query.status ?? null }
}
