/** The most frequent values of some fields among what a filter matches, each with its count. */
import { type ExecutionFilter, filterConditions } from '../execution-filter.ts'
import type { RollupColumn } from '../figure-grouping.ts'
import { type FiguresPlan, figureParts } from '../figures.ts'
import { indent, Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { shownStatus } from '../status.ts'

/** Name in the API → column. `status` is the one shown, which no column holds. */
export const FACET_COLUMNS = {
  kind: 'kind',
  provider: 'provider',
  instance: 'instance',
  workflow_id: 'workflow_id',
  workflow_name: 'workflow_name',
  version: 'workflow_version',
  mode: 'mode',
  environment: 'environment',
  service: 'service',
  user_id: 'user_id',
  conversation_id: 'conversation_id',
  database_type: 'database_type',
  error_type: 'error_type',
  error_class: 'error_class',
  error_fingerprint: 'error_fingerprint',
  status_code: 'response_status_code',
  failed_step: 'failed_step',
  parent_execution_id: 'parent_execution_id',
} as const
export type FacetColumn = keyof typeof FACET_COLUMNS
export type Facet = 'status' | FacetColumn | { attribute: string }

export interface FacetRow {
  /** Place of the facet among those asked for, from 1; 0 is the status, which is always counted. */
  facet: number
  value: string
  n: string | number
  /** Executions, and values that are not empty, of the whole facet. */
  total: string | number
  values_total: string | number
}

export interface FacetsOf {
  filter: ExecutionFilter
  /** Half-open, nanoseconds; about the filter's time field. */
  range: { from: bigint; to: bigint }
  facets: readonly Facet[]
  /** Values of each that are not empty, at most; the empty one comes beside. Of the status all. */
  limit: number
}

const IN_ROLLUPS: readonly Facet[] = ['status', 'kind', 'environment', 'workflow_id']
/** More than there are statuses. */
const STATUS_ROWS = 100

/** Whether rollups have everything that is asked for. */
export function areInRollups(facets: readonly Facet[]): boolean {
  return facets.every((facet) => IN_ROLLUPS.includes(facet))
}

export function facets(scope: Scope, of: FacetsOf, plan: FiguresPlan): Question<FacetRow> {
  const parameters = new Parameters()
  const counted = plan.source === 'raw' ? rawCounts(scope, of, parameters) : rolledCounts(scope, of, plan, parameters)
  const limit = parameters.bind('limit', 'UInt32', of.limit)
  const sql = `SELECT facet, value, n, total, values_total
FROM (
  SELECT
    facet,
    value,
    n,
    sum(n) OVER (PARTITION BY facet) AS total,
    countIf(value != '') OVER (PARTITION BY facet) AS values_total,
    row_number() OVER (PARTITION BY facet, value = '' ORDER BY n DESC, value) AS place
  FROM (
${indent(indent(counted))}
  )
)
WHERE place <= if(facet = 0, ${STATUS_ROWS}, ${limit})
ORDER BY facet, value = '', n DESC, value`
  return { name: `facets-${plan.source}`, sql, params: parameters.values }
}

function rawCounts(scope: Scope, { filter, range, facets }: FacetsOf, parameters: Parameters): string {
  const { field } = filter.range
  const conditions = filterConditions({ ...filter, range: { field, ...range } }, parameters)
  const keys = keysOf(facets, shownStatus(parameters, filter.silence), parameters)
  return countedByKey(keys, 'count()', rowsOf('executions', scope, parameters, conditions))
}

function rolledCounts(scope: Scope, of: FacetsOf, plan: FiguresPlan, parameters: Parameters): string {
  const { filter, range, facets } = of
  const columns = facets.filter((facet): facet is RollupColumn => facet !== 'status' && typeof facet === 'string')
  const figures = {
    range,
    kind: null,
    environment: null,
    silence: filter.silence,
    matching: filter,
    previousFrom: range.from,
  } as const
  const parts = figureParts(scope, figures, plan, { by: 'facets', columns: [...new Set(columns)] }, parameters)
  return countedByKey(keysOf(facets, 'shown', parameters), 'sum(n)', `FROM (\n${indent(parts)}\n)`)
}

/** What each facet is counted by, the status first. */
function keysOf(facets: readonly Facet[], shown: string, parameters: Parameters): string[] {
  const values = facets.map((facet, index) => {
    if (facet === 'status') return shown
    if (typeof facet === 'string') return FACET_COLUMNS[facet]
    return `attributes[${parameters.bind(`attribute_${index}`, 'String', facet.attribute)}]`
  })
  return [shown, ...values]
}

/** Rows of `(facet, value, n)`. Each key is grouped by as it is stored: text is made of groups only, and no row is copied. */
function countedByKey(keys: readonly string[], count: string, rows: string): string {
  const names = keys.map((_, index) => `key_${index}`)
  const columns = keys.map((key, index) => `${key} AS ${names[index]}`)
  return `SELECT
  toUInt16(indexOf([${names.map((name) => `grouping(${name})`).join(', ')}], 0) - 1) AS facet,
  [${names.map((name) => `toString(${name})`).join(', ')}][facet + 1] AS value,
  ${count} AS n
FROM (
  SELECT${count === 'count()' ? '' : '\n    n,'}
    ${columns.join(',\n    ')}
${indent(rows)}
)
GROUP BY GROUPING SETS (${names.map((name) => `(${name})`).join(', ')})`
}
