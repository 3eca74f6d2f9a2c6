/** The filter of the core from the parameters of any question that takes it, so that list, export and statistics mean the same rows. */
import { EQUAL_COLUMNS, type ExecutionFilter } from './questions/execution-filter.ts'
import type { Silence } from './questions/status.ts'
import { type OpenRange, resolveListRange } from './range.ts'
import type { FilterQuery, SortField } from './schema/list-query.ts'
import { NS_PER_DAY } from './time.ts'

export interface FilterAsked {
  query: FilterQuery
  attributes: ExecutionFilter['attributes']
}

/** @param range as resolved: that of the parameters, or of a cursor */
export function filterOf({ query, attributes }: FilterAsked, range: OpenRange, silence: Silence): ExecutionFilter {
  const named: Record<string, unknown> = { ...query, workflow_version: query.version }
  const equal: ExecutionFilter['equal'] = {}
  for (const column of EQUAL_COLUMNS) {
    const value = named[column]
    if (typeof value === 'string') equal[column] = value
  }
  return {
    equal,
    status: query.status ?? null,
    kind: query.kind ?? null,
    min_duration_ms: query.min_duration_ms ?? null,
    max_duration_ms: query.max_duration_ms ?? null,
    attributes,
    q: query.q ?? null,
    range: { field: query.time_field, from: range.from, to: range.to },
    silence,
  }
}

/** Orders and searches that no key serves look back this far unless a range is given. */
const COSTLY_DEFAULT_NS = 30n * NS_PER_DAY

/** The range of what lists executions. */
export function rangeOfList(query: FilterQuery & { sort?: SortField }, nowMs: number): OpenRange {
  const range = resolveListRange(query, nowMs)
  const isCostly = query.q !== undefined || query.sort === 'duration_ms'
  const isOpen = range.from === null && range.to === null
  if (!isCostly || !isOpen) return range
  const whole = BigInt(Math.ceil((nowMs + 1) / 1000)) * 1_000_000_000n
  return { from: whole - COSTLY_DEFAULT_NS, to: null }
}

/** Everything, or what is equal in some columns and of some kinds. */
export function plainFilter(
  silence: Silence,
  equal: ExecutionFilter['equal'] = {},
  kind: ExecutionFilter['kind'] = null,
): ExecutionFilter {
  return {
    equal,
    status: null,
    kind,
    min_duration_ms: null,
    max_duration_ms: null,
    attributes: [],
    q: null,
    range: { field: 'started_at', from: null, to: null },
    silence,
  }
}
