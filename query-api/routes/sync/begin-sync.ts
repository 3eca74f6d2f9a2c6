/** `POST /api/v1/environments/{id}/sync`: reads the executions of the environment's n8n server. */
import { ProblemError } from '../../problem.ts'
import { beginSyncQuerySchema, environmentPath, syncJobSchema } from '../../schema/sync.ts'
import { shapeJob } from '../../sync/shape-job.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'

export const beginSyncRoute = route({
  method: 'post',
  path: '/api/v1/environments/{id}/sync',
  id: 'beginSync',
  tag: 'Observability',
  summary: 'Read the executions of an n8n server',
  description:
    'Queues a job that reads all executions of the n8n server configured for the environment, the newest first; what is known already is not read again. While one is under way that one is answered.',
  parameters: environmentPath,
  query: beginSyncQuerySchema,
  status: 202,
  answer: syncJobSchema,
  problems: ['invalid_parameter', 'environment_not_configured', ...QUESTION_PROBLEMS],
  handle: async ({ path, scope, services }) => {
    // One of another tenant is as if it were not there.
    if (services.syncEnvironments.get(path.id) !== scope.tenant) {
      const detail = 'Name the server and a key of its API under environments.<id>.n8n in the configuration.'
      throw new ProblemError('environment_not_configured', detail)
    }
    return { json: shapeJob(await services.beginSync(scope.tenant, path.id)) }
  },
})
