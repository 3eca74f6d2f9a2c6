/** `PATCH /api/v1/workflows/executions/{execution_id}`: tells how a run goes, and how it ended. */
import { z } from 'zod'
import { patchRun } from '../../history/write-run.ts'
import { invalidField } from '../../read-body.ts'
import { patchRunSchema, runRecordSchema } from '../../schema/history.ts'
import { text } from '../../schema/parameters.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import { alsoWithoutPrefix } from './also-without-prefix.ts'
import { WRITE_PROBLEMS } from './create-run.ts'

export const patchRuns = alsoWithoutPrefix(
  route({
    method: 'patch',
    path: '/api/v1/workflows/executions/{execution_id}',
    id: 'patchRun',
    tag: 'Workflow history',
    sessionToken: true,
    summary: 'Tell how an execution goes',
    description:
      'Fields that are absent or null stay as they are. One that is over may be told more of, and can not be under way again. Answers when it can be read back.',
    parameters: z.strictObject({ execution_id: text() }),
    query: z.strictObject({}),
    body: patchRunSchema,
    answer: runRecordSchema,
    problems: [
      'execution_not_found',
      'execution_foreign',
      'execution_finished',
      ...WRITE_PROBLEMS,
      ...QUESTION_PROBLEMS,
    ],
    handle: async ({ path, body, caller, scope, signal, services }) => {
      if (body.execution_id !== undefined && body.execution_id !== path.execution_id) {
        throw invalidField('execution_id', 'must be the one in the path')
      }
      const writing = { services, scope, userId: caller.subject, signal }
      return { json: await patchRun(writing, path.execution_id, body) }
    },
  }),
)
