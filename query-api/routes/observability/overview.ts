/** `GET /api/v1/observability/overview`: the first page of this view in one answer, its parts asked at once. */
import { z } from 'zod'
import { momentsOf, withoutMoment } from '../../meta.ts'
import { type ErrorGroupRow, errorGroups } from '../../questions/observability/error-groups.ts'
import { resolveRange } from '../../range.ts'
import { type Overview, observedQuerySchema, overviewSchema } from '../../schema/observability.ts'
import { known } from '../../shape-execution.ts'
import { formatTimeText } from '../../time.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import { readEnvironments } from './environments.ts'
import { readKpis } from './kpis.ts'
import type { Observed } from './observed.ts'
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
    const [kpis, { workflows }, { environments }, errors, status] = await Promise.all([
      readKpis(asked),
      readWorkflows(asked, TOP),
      readEnvironments(asked),
      readErrors(asked),
      readStatus(asked),
    ])
    const answer: Overview = { kpis, workflows, environments, errors, status }
    const { as_of: _asOf, ...lasting } = status
    return { json: answer, identity: { ...answer, kpis: withoutMoment(kpis), status: lasting } }
  },
})

async function readErrors({ query, scope, signal, services }: Observed): Promise<Overview['errors']> {
  const moments = momentsOf(services)
  const range = resolveRange(query, moments.nowMs, '24h')
  const { kind = null, environment = null } = query
  const filter = { range, kind, environment, silence: moments.silence }
  return (await services.runner.ask(errorGroups(scope, filter, TOP), signal)).map(shapeError)
}

function shapeError(row: ErrorGroupRow): Overview['errors'][number] {
  return {
    fingerprint: known(row.fingerprint),
    error_type: known(row.last_type),
    error_class: known(row.last_class),
    count: Number(row.n),
    first_seen_at: formatTimeText(row.first_ns),
    last_seen_at: formatTimeText(row.last_ns),
    affected_workflows: Number(row.workflows),
    affected_users: Number(row.users),
    last_execution_id: row.last_id,
    error_message: known(row.last_message) ?? 'Unknown error',
  }
}
