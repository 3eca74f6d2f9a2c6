/** `GET /api/v1/environments/{id}/sync/{job_id}`: how far a synchronisation is. */
import { readSyncJob } from '@runlens/clickhouse'
import { z } from 'zod'
import { ProblemError } from '../../problem.ts'
import { syncJob } from '../../questions/sync/sync-jobs.ts'
import { syncJobPath, syncJobSchema } from '../../schema/sync.ts'
import { shapeJob } from '../../sync/shape-job.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'

export const getSync = route({
  path: '/api/v1/environments/{id}/sync/{job_id}',
  id: 'getSync',
  tag: 'Observability',
  summary: 'Get how far a synchronisation is',
  description: 'Kept for 90 days after its last change.',
  parameters: syncJobPath,
  query: z.strictObject({}),
  answer: syncJobSchema,
  problems: ['invalid_parameter', 'sync_job_not_found', ...QUESTION_PROBLEMS],
  handle: async ({ path, scope, signal, services }) => {
    const [row] = await services.runner.ask(syncJob(scope, path.id, path.job_id), signal)
    if (!row) throw new ProblemError('sync_job_not_found', 'No synchronisation of this environment has this id.')
    return { json: shapeJob(readSyncJob(row)) }
  },
})
