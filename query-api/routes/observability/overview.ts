/** `GET /api/v1/observability/overview`: the first page of this view in one answer, its parts asked at once. */
import { z } from 'zod'
import { withoutMoment } from '../../meta.ts'
import { type Overview, observedQuerySchema, overviewSchema } from '../../schema/observability.ts'
import { readErrors } from '../errors/list-errors.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import { readEnvironments } from './environments.ts'
import { readKpis } from './kpis.ts'
import { readStatus } from './status.ts'
import { readWorkflows } from './workflows.ts'

/** Workflows and errors: as many as a first page shows. */
const TOP = 10

export const overview = route({
  path: '/api/v1/observability/overview',
  id: 'getOverview',
  tag: 'Observability',
  summary: 'Key figures, workflows, environments, errors and status in one answer',
  parameters: z.strictObject({}),
  query: observedQuerySchema,
  answer: overviewSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async (asked) => {
    const [kpis, { workflows }, { environments }, { errors }, status] = await Promise.all([
      readKpis(asked),
      readWorkflows(asked, TOP),
      readEnvironments(asked),
      readErrors(asked, TOP),
      readStatus(asked),
    ])
    const answer: Overview = { kpis, workflows, environments, errors, status }
    const { as_of: _asOf, ...lasting } = status
    return { json: answer, identity: { ...answer, kpis: withoutMoment(kpis), status: lasting } }
  },
})
