/** `GET /api/v1/observability/errors`: failures by what failed, those that hurt most first. */
import { z } from 'zod'
import { stateOf } from '../../errors/lifecycle.ts'
import {
  type ErrorReader,
  type ErrorWords,
  readEver,
  readGroups,
  readSeries,
  readWords,
  shapeGroup,
} from '../../errors/read-errors.ts'
import { momentsOf, readMeta, withoutMoment } from '../../meta.ts'
import type { ErrorFilter } from '../../questions/errors/error-rows.ts'
import { resolveRange } from '../../range.ts'
import { type ErrorState, type Errors, type ErrorsQuery, errorsQuerySchema, errorsSchema } from '../../schema/errors.ts'
import { type Asked, QUESTION_PROBLEMS, route } from '../route.ts'

export const listErrors = route({
  path: '/api/v1/observability/errors',
  id: 'listErrors',
  tag: 'Errors',
  summary: 'Groups of errors by impact',
  description:
    'Executions whose messages differ only in ids, numbers, quoted values, addresses or paths, with the same type and failed step, are one group. Everything that is final and not success is in one.',
  parameters: z.strictObject({}),
  query: errorsQuerySchema,
  answer: errorsSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async ({ query, scope, signal, services }) => {
    const answer = await readErrors({ query, scope, signal, services }, query.limit)
    return { json: answer, identity: withoutMoment(answer) }
  },
})

type ListAsked = Pick<Asked<unknown, Omit<ErrorsQuery, 'limit'>>, 'query' | 'scope' | 'signal' | 'services'>

/** @param limit groups, those of most impact first */
export async function readErrors({ query, scope, signal, services }: ListAsked, limit: number): Promise<Errors> {
  const moments = momentsOf(services)
  const reader: ErrorReader = { services, scope, moments, signal }
  const range = resolveRange(query, moments.nowMs, '24h')
  const words = await readWords(reader)
  const { kind = null, environment = null, workflow_id: workflowId = null } = query
  const fingerprints = query.state ? inStates(query.state, words) : null
  const filter: ErrorFilter = { range, kind, environment, workflowId, fingerprints, silence: moments.silence }
  const reading = readGroups(reader, filter, limit)
  const parts = reading.then(({ plan }) => ({ range, source: plan.source, running: 0 }))
  const [read, meta] = await Promise.all([reading, readMeta(services, moments, parts)])
  const names = read.groups.map(({ fingerprint }) => fingerprint)
  const [series, ever] = await Promise.all([readSeries(reader, filter, read), readEver(reader, names)])
  const errors = read.groups.flatMap((row) => {
    const seen = ever.get(row.fingerprint)
    // Erased between two statements.
    if (!seen) return []
    const state = stateOf(words.said.get(row.fingerprint), words.since.get(row.fingerprint))
    const { buckets } = read
    return [shapeGroup({ row, series: series.get(row.fingerprint), ever: seen, state, range, buckets })]
  })
  const [first] = read.groups
  return {
    errors,
    count: errors.length,
    total: Number(first?.groups_total ?? 0),
    total_executions: Number(first?.executions_total ?? 0),
    meta,
  }
}

/** Groups of which nobody said anything are open, so asking for these asks for all but the others. */
function inStates(wanted: readonly ErrorState[], { said, since }: ErrorWords): ErrorFilter['fingerprints'] {
  const states = [...said.keys()].map((each) => [each, stateOf(said.get(each), since.get(each))] as const)
  const are = !wanted.includes('open')
  return { are, of: states.filter(([, state]) => wanted.includes(state) === are).map(([fingerprint]) => fingerprint) }
}
