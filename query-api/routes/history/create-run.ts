/** `POST /api/v1/workflows/executions`: begins a run. */
import { z } from 'zod'
import { createRun } from '../../history/write-run.ts'
import { createdRunSchema, createRunSchema } from '../../schema/history.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import { alsoWithoutPrefix } from './also-without-prefix.ts'

/** What a write may end with. */
export const WRITE_PROBLEMS = [
  'malformed_body',
  'invalid_body',
  'unsupported_media_type',
  'body_too_large',
  'collector_down',
  'collector_busy',
  'write_not_visible',
] as const

export const createRuns = alsoWithoutPrefix(
  route({
    method: 'post',
    path: '/api/v1/workflows/executions',
    id: 'createRun',
    tag: 'Workflow history',
    sessionToken: true,
    summary: 'Begin an execution',
    description:
      'Answers when it can be read back, as running. It is as durable as any span: it goes through the collector.',
    parameters: z.strictObject({}),
    query: z.strictObject({}),
    body: createRunSchema,
    status: 201,
    answer: createdRunSchema,
    problems: [...WRITE_PROBLEMS, ...QUESTION_PROBLEMS],
    handle: async ({ body, caller, scope, signal, services }) => {
      const executionId = await createRun({ services, scope, userId: caller.subject, signal }, body)
      return { json: { execution_id: executionId } }
    },
  }),
)
