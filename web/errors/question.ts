/** What the page of errors shows: from its address and back, and what that is in a question to the API. Pure. */
import type { ErrorState } from '../api/types.ts'
import { formatFilters, parseFilters, RANGES, type Range } from '../filters/filters.ts'
import { executionsPath } from '../routing/routes.ts'

export const STATES = ['open', 'regressed', 'ignored', 'resolved'] as const satisfies readonly ErrorState[]
/** There is no question about all time. */
export const ERROR_RANGES = RANGES.filter((range) => range !== 'all')

export interface Shown {
  range: Exclude<Range, 'all'>
  /** None: all. */
  states: readonly ErrorState[]
}

const RANGE_DEFAULT = '24h'

export function parseShown(search: string): Shown {
  const query = new URLSearchParams(search)
  return {
    range: ERROR_RANGES.find((one) => one === query.get('time_range')) ?? RANGE_DEFAULT,
    states: STATES.filter((one) => query.getAll('state').includes(one)),
  }
}

/** Parameters of the address: the API's own names, defaults left out. */
export function formatShown({ range, states }: Shown): string {
  const query = new URLSearchParams(states.map((state): [string, string] => ['state', state]))
  if (range !== RANGE_DEFAULT) query.append('time_range', range)
  return query.toString()
}

/** Parameters of the question. */
export function errorsQuestion({ range, states }: Shown): string {
  const query = new URLSearchParams({ time_range: range })
  for (const state of states) query.append('state', state)
  return query.toString()
}

/** The list of a group's executions; null where no filter says which these are. */
export function executionsOf(fingerprint: string, range: Range): string | null {
  if (fingerprint === 'unknown') return null
  const filters = { ...parseFilters(''), range }
  if (fingerprint === 'lost') return executionsPath(formatFilters({ ...filters, status: ['lost'] }))
  return executionsPath(formatFilters({ ...filters, texts: new Map([['error_fingerprint', fingerprint]]) }))
}
