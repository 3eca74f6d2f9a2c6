/** `GET /api/v1/monitoring/logs/{execution_id}`: one graph run whole, with what each of its nodes did. */
import { STEP_TYPES, type Status, type StepType } from '@runlens/conventions'
import type { TreeItem } from '@runlens/mapping'
import { z } from 'zod'
import { findExecution } from '../../find-execution.ts'
import { momentsOf } from '../../meta.ts'
import { type ReadTree, readTree, shownStatuses } from '../../read-tree.ts'
import { type RunTraceEntry, type WholeRunLog, wholeRunLogSchema } from '../../schema/monitoring.ts'
import { instanceParameter, noRange } from '../../schema/parameters.ts'
import { isOpen, known } from '../../shape-execution.ts'
import { wordOf } from '../../status-words.ts'
import { formatTime } from '../../time.ts'
import { executionPath } from '../execution-detail.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import { shapeLog } from './shape-log.ts'

export const oneLog = route({
  path: '/api/v1/monitoring/logs/{execution_id}',
  id: 'getRunLog',
  tag: 'Monitoring',
  summary: 'Get one graph run with the trace of its nodes',
  description: 'Any execution, whatever its kind; messages are whole, as far as settling keeps them.',
  parameters: executionPath,
  query: z.strictObject({ instance: instanceParameter(), ...noRange }),
  answer: wholeRunLogSchema,
  problems: ['invalid_parameter', 'execution_not_found', ...QUESTION_PROBLEMS],
  handle: async ({ path, query, scope, signal, services }) => {
    const moments = momentsOf(services)
    const wanted = { executionId: path.execution_id, instance: query.instance }
    const found = await findExecution(services.runner, scope, wanted, moments, signal)
    const tree = await readTree(services, scope, found, false, moments)
    const statuses = shownStatuses(tree.settled, moments.silence)
    const isLost = found.row.shown_status === 'lost'
    const answer: WholeRunLog = {
      ...shapeLog(found.row, 'whole'),
      execution_trace: inOrderOfEnd(tree).map((item) => shapeEntry(item, statuses.get(item.span.span_id), isLost)),
    }
    return { json: answer }
  },
})

/** What ended at one moment stays in the order of the tree, children before what they are in. */
function inOrderOfEnd({ items }: ReadTree): TreeItem[] {
  const at = ({ span }: TreeItem) => span.ended_at
  return items.toReversed().sort((a, b) => {
    if (at(a) === 0n || at(b) === 0n) return Number(at(a) === 0n) - Number(at(b) === 0n)
    return at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0
  })
}

function shapeEntry(
  { span, part, parent, depth }: TreeItem,
  child: Status | undefined,
  isLost: boolean,
): RunTraceEntry {
  const own = part === 'child' && child ? child : span.status
  const status = isLost && isOpen(own) ? 'lost' : own
  const hasEnded = span.ended_at !== 0n
  const error = span.error_message || span.error_type
  return {
    node: span.step_name || span.name,
    status: status === '' ? null : wordOf('monitoring', status),
    execution_time_ms: hasEnded ? Number(span.ended_at - span.started_at) / 1e6 : null,
    ...(error === '' ? {} : { error }),
    timestamp: formatTime(hasEnded ? span.ended_at : span.started_at),
    id: span.span_id,
    parent: known(parent),
    type: (STEP_TYPES as readonly string[]).includes(span.step_type) ? (span.step_type as StepType) : 'other',
    depth,
  }
}
