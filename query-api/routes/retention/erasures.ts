/** Erasure: an execution, a user's data, a conversation, everywhere. It is asked for here and done by the worker. */
import { randomUUID } from 'node:crypto'
import { type ErasureTarget, SUPPRESSION_MS } from '@runlens/clickhouse'
import { z } from 'zod'
import { ProblemError } from '../../problem.ts'
import type { ProblemCode } from '../../problem-codes.ts'
import type { Scope } from '../../questions/question.ts'
import { askForErasure } from '../../questions/retention/ask-for-erasure.ts'
import { countErasures, findErasure, type StoredErasure } from '../../questions/retention/erasures.ts'
import {
  conversationPath,
  type ErasureAnswer,
  erasurePath,
  erasureSchema,
  executionPath,
  executionQuery,
  userPath,
} from '../../schema/erasure.ts'
import { noRange } from '../../schema/parameters.ts'
import { known } from '../../shape-execution.ts'
import { formatTimeText } from '../../time.ts'
import { QUESTION_PROBLEMS, type Route, route, type Services } from '../route.ts'

/** Erasures of a tenant that wait at once. */
const WAITING_MAX = 1_000
const PROBLEMS: readonly ProblemCode[] = ['invalid_parameter', 'limit_reached', ...QUESTION_PROBLEMS]
const DESCRIPTION =
  'Rows go from every table, and what is still on its way is erased as it comes. It can not be undone. What is not there is erased, too: the answer does not tell whether there was anything.'

const eraseExecution = route({
  method: 'delete',
  path: '/api/v1/executions/id/{execution_id}',
  id: 'eraseExecution',
  tag: 'Administration',
  summary: 'Erase an execution',
  description: DESCRIPTION,
  parameters: executionPath,
  query: executionQuery,
  status: 202,
  answer: erasureSchema,
  problems: PROBLEMS,
  handle: ({ path: { execution_id }, query: { instance }, scope, services }) =>
    instance === undefined
      ? ask(services, scope, 'execution', [execution_id])
      : ask(services, scope, 'instance_execution', [execution_id, instance]),
})

const eraseUser = route({
  method: 'delete',
  path: '/api/v1/users/{user_id}/data',
  id: 'eraseUser',
  tag: 'Administration',
  summary: 'Erase all executions of a user, and all spans that name the user',
  description: DESCRIPTION,
  parameters: userPath,
  query: z.strictObject(noRange),
  status: 202,
  answer: erasureSchema,
  problems: PROBLEMS,
  handle: ({ path, scope, services }) => ask(services, scope, 'user', [path.user_id]),
})

const eraseConversation = route({
  method: 'delete',
  path: '/api/v1/conversations/{conversation_id}',
  id: 'eraseConversation',
  tag: 'Administration',
  summary: 'Erase all executions of a conversation',
  description: DESCRIPTION,
  parameters: conversationPath,
  query: z.strictObject(noRange),
  status: 202,
  answer: erasureSchema,
  problems: PROBLEMS,
  handle: ({ path, scope, services }) => ask(services, scope, 'conversation', [path.conversation_id]),
})

const getErasure = route({
  path: '/api/v1/erasures/{erasure_id}',
  id: 'getErasure',
  tag: 'Administration',
  summary: 'Tell how far an erasure has come',
  parameters: erasurePath,
  query: z.strictObject(noRange),
  answer: erasureSchema,
  problems: ['invalid_parameter', 'erasure_not_found', ...QUESTION_PROBLEMS],
  handle: async ({ path, scope, services }) => ({ json: await read(services, scope, path.erasure_id) }),
})

export const erasures: readonly Route[] = [eraseExecution, eraseUser, eraseConversation, getErasure]

async function ask(services: Services, scope: Scope, target: ErasureTarget, subject: readonly [string, string?]) {
  const { runner, now } = services
  const [waiting] = await runner.askAnew(countErasures(scope))
  if (Number(waiting?.n ?? 0) >= WAITING_MAX) {
    throw new ProblemError('limit_reached', `${WAITING_MAX} erasures wait already; ask again when some are done.`)
  }
  const id = randomUUID()
  const [value, instance = ''] = subject
  const nowMs = now()
  const asked = { id, target, value, instance, nowMs, suppressedUntilMs: nowMs + SUPPRESSION_MS }
  await runner.write((client) => client.command(askForErasure(scope, asked)))
  return { json: await read(services, scope, id) }
}

async function read({ runner }: Services, scope: Scope, id: string): Promise<ErasureAnswer> {
  const [row] = await runner.askAnew(findErasure(scope, id))
  if (!row) throw new ProblemError('erasure_not_found', 'No erasure has this id.')
  return shape(row)
}

function shape(row: StoredErasure): ErasureAnswer {
  const { rows = {} } = JSON.parse(row.erased_json || '{}') as { rows?: Record<string, number> }
  return {
    erasure_id: row.id,
    target: row.target === 'instance_execution' ? 'execution' : row.target,
    state: row.state,
    requested_at: formatTimeText(row.requested_ns),
    ended_at: row.ended_ns === '0' ? null : formatTimeText(row.ended_ns),
    suppressed_until: formatTimeText(row.suppressed_ns),
    rows,
    fault: known(row.fault),
  }
}
