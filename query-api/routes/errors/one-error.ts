/** `GET /api/v1/errors/{fingerprint}`: one group of errors, and what its executions have in common. */
import { findError } from '../../errors/find-error.ts'
import { lifecycleOf, stateOf } from '../../errors/lifecycle.ts'
import { readCommon } from '../../errors/read-common.ts'
import {
  type ErrorReader,
  emptyGroup,
  readGroups,
  readSeries,
  readWords,
  shapeGroup,
  shapeSample,
} from '../../errors/read-errors.ts'
import { momentsOf, readMeta, withoutMoment } from '../../meta.ts'
import { type BreakdownField, type BreakdownRow, errorBreakdown } from '../../questions/errors/error-breakdown.ts'
import { type ErrorEndRow, errorEnds } from '../../questions/errors/error-ends.ts'
import type { ErrorFilter } from '../../questions/errors/error-rows.ts'
import { resolveRange } from '../../range.ts'
import { type ErrorDetail, errorDetailSchema, errorQuerySchema, fingerprintPath } from '../../schema/errors.ts'
import { known } from '../../shape-execution.ts'
import { formatTimeText } from '../../time.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'

/** Values of a field in a breakdown. */
const VALUES_MAX = 20

export const oneError = route({
  path: '/api/v1/errors/{fingerprint}',
  id: 'getError',
  tag: 'Errors',
  summary: 'Get one group of errors and what its executions have in common',
  description:
    'Figures are of the range; first_seen, last_seen and the state are of everything retained. A group of which nothing is in the range has zeros.',
  parameters: fingerprintPath,
  query: errorQuerySchema,
  answer: errorDetailSchema,
  problems: ['invalid_parameter', 'error_group_not_found', ...QUESTION_PROBLEMS],
  handle: async ({ path: { fingerprint }, query, scope, signal, services }) => {
    const moments = momentsOf(services)
    const { runner } = services
    const reader: ErrorReader = { services, scope, moments, signal }
    const range = resolveRange(query, moments.nowMs, '24h')
    const [ever, words] = await Promise.all([findError(reader, fingerprint), readWords(reader)])
    const { kind = 'all', environment = null, workflow_id: workflowId = null } = query
    const these = { are: true, of: [fingerprint] }
    const filter: ErrorFilter = { range, kind, environment, workflowId, fingerprints: these, silence: moments.silence }
    const reading = readGroups(reader, filter, 1)
    const parts = reading.then(({ plan }) => ({ range, source: plan.source, running: 0 }))
    const [read, ends, breakdown, meta] = await Promise.all([
      reading,
      runner.ask(errorEnds(scope, fingerprint, [ever.first_ns, ever.last_ns], moments.silence), signal),
      runner.ask(errorBreakdown(scope, filter, fingerprint, VALUES_MAX), signal),
      readMeta(services, moments, parts),
    ])
    const { groups, buckets } = read
    const [series, common] = await Promise.all([
      readSeries(reader, filter, read),
      groups.length === 0 ? [] : readCommon(reader, filter, fingerprint, workflowsOf(breakdown), read.plan),
    ])
    const endAt = (ns: string) => ends.find(({ started_ns }) => started_ns === ns)
    const last = endAt(ever.last_ns)
    const [said, since] = [words.said.get(fingerprint), words.since.get(fingerprint)]
    const lifecycle = lifecycleOf(said, since)
    const answer: ErrorDetail = {
      ...shapeGroup({
        row: groups[0] ?? emptyGroup(fingerprint, last),
        series: series.get(fingerprint),
        ever,
        state: stateOf(said, since),
        range,
        buckets,
        message: last?.message ?? '',
      }),
      // Who said so is of no concern to those who see their own executions only.
      lifecycle: scope.owner === undefined ? lifecycle : { ...lifecycle, set_by: null },
      first_execution: shapeEnd(endAt(ever.first_ns)),
      last_execution: shapeEnd(last),
      ...shapeBreakdown(breakdown),
      common,
      meta,
    }
    return { json: answer, identity: withoutMoment(answer) }
  },
})

function shapeEnd(row: ErrorEndRow | undefined): ErrorDetail['last_execution'] {
  return row ? shapeSample({ ...row, ns: row.started_ns }) : null
}

function workflowsOf(rows: readonly BreakdownRow[]): string[] {
  return rows.filter(({ field }) => field === 'workflow').map(({ value }) => value)
}

function shapeBreakdown(rows: readonly BreakdownRow[]) {
  const of = <T>(field: BreakdownField, shape: (row: BreakdownRow) => T) =>
    rows
      .filter((row) => row.field === field)
      .map((row) => ({ ...shape(row), count: Number(row.executions), last_seen: formatTimeText(row.last_ns) }))
  return {
    workflows: of('workflow', ({ value, more }) => ({ workflow_id: value, workflow_name: known(more) })),
    versions: of('version', ({ value, more }) => ({ workflow_id: known(more), version: value })),
    users: of('user', ({ value }) => ({ user_id: value })),
    environments: of('environment', ({ value }) => ({ environment: value })),
    services: of('service', ({ value }) => ({ service: value })),
  }
}
