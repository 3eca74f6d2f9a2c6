/** How many executions of some environments failed since a time of each. */
import { FAILURE_STATUSES } from '@runlens/conventions'
import { type FiguresFilter, scopeConditions } from '../figures.ts'
import { Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { BESIDE_STATUS_INDEX, statusConditions } from '../status.ts'

export interface EnvironmentSince {
  environment: string
  /** Exclusive, nanoseconds. */
  sinceNs: bigint
}

export interface FailuresSinceRow {
  environment: string
  failures: string | number
}

/** @param sinces at least one */
export function failuresSince(
  scope: Scope,
  filter: FiguresFilter,
  sinces: readonly EnvironmentSince[],
): Question<FailuresSinceRow> {
  const parameters = new Parameters()
  const environments = parameters.bind(
    'environments',
    'Array(String)',
    sinces.map(({ environment }) => environment),
  )
  const times = parameters.bindTimes(
    'sinces',
    sinces.map(({ sinceNs }) => String(sinceNs)),
  )
  const [earliest = filter.range.to] = sinces.map(({ sinceNs }) => sinceNs).sort((a, b) => (a < b ? -1 : 1))
  const rows = rowsOf('executions', scope, parameters, [
    // The index is about a plain bound.
    `started_at > ${parameters.bindTime('earliest', earliest)}`,
    `started_at < ${parameters.bindTime('to', filter.range.to)}`,
    `environment IN ${environments}`,
    `started_at > ${times}[indexOf(${environments}, environment)]`,
    ...scopeConditions({ ...filter, environment: null }, parameters),
    ...statusConditions(FAILURE_STATUSES, parameters, filter.silence),
  ])
  const sql = `SELECT\n  environment,\n  count() AS failures\n${rows}\nGROUP BY environment\n${BESIDE_STATUS_INDEX}`
  return { name: 'failures-since', sql, params: parameters.values }
}
