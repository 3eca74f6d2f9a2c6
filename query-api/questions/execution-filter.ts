/** The filter of the core as a value, and the SQL conditions that it means. */
import { ATTRIBUTE_COLUMNS } from '@runlens/clickhouse'
import type { Parameters, Scope } from './question.ts'
import { type Silence, statusConditions } from './status.ts'

/** Columns that are filtered by one equal value. */
export const EQUAL_COLUMNS = [
  'provider',
  'instance',
  'workflow_id',
  'workflow_name',
  'environment',
  'service',
  'user_id',
  'conversation_id',
  'database_type',
  'error_type',
  'error_class',
  'error_fingerprint',
  'failed_step',
  'workflow_version',
  'mode',
  'parent_execution_id',
] as const
export type EqualColumn = (typeof EQUAL_COLUMNS)[number]

export interface ExecutionFilter {
  equal: Partial<Record<EqualColumn, string>>
  status: readonly string[] | null
  kind: readonly string[] | null
  min_duration_ms: number | null
  max_duration_ms: number | null
  attributes: readonly { key: string; value: string }[]
  /** Part of a name, id, query text or error. */
  q: string | null
  /** Half-open, nanoseconds. */
  range: { field: 'started_at' | 'ended_at'; from: bigint | null; to: bigint | null }
  /** Open executions heard of last before this are lost; nanoseconds. */
  silence: Silence
}

/** Columns of which a value is usually that of very many executions. */
const COMMON: readonly string[] = ['provider', 'instance', 'environment', 'service', 'database_type', 'mode']

/** Whether few executions are likely to match, so that little of it is found in an hour. */
export function isSelective({ equal, attributes, q }: ExecutionFilter): boolean {
  return q !== null || attributes.length > 0 || Object.keys(equal).some((column) => !COMMON.includes(column))
}

/**
 * The same text for whoever asks for the same within a while, whatever the range before the end: ranges that end now and the moment since when nobody
 * was heard move on with every asking.
 */
export function filterKey(scope: Scope, { range: { to }, silence: _, ...filter }: ExecutionFilter): string {
  return JSON.stringify([scope, filter, to === null ? null : String(to)])
}

/** Columns of which a value is that of few executions, and which an index leads to. */
export const INDIVIDUAL = ['user_id', 'conversation_id', 'parent_execution_id'] as const satisfies EqualColumn[]

/** Whether an index leads to what matches, which is likely to be few. */
export function isIndexed({ equal }: ExecutionFilter): boolean {
  return INDIVIDUAL.some((column) => equal[column] !== undefined)
}

/** Whether what matches may be much and is only found by looking through everything. */
export function isSearchedFor(filter: ExecutionFilter): boolean {
  return isUnindexed(filter) && !isIndexed(filter)
}

/** Whether everything is looked through for what matches. */
export function isUnindexed({ attributes, q }: ExecutionFilter): boolean {
  return q !== null || attributes.length > 0
}

/** Where `q` looks; in the trace id too, if it may be a part of one. */
const SEARCHED = [
  'workflow_name',
  'failed_step',
  'service',
  'execution_id',
  'workflow_id',
  'user_id',
  'conversation_id',
  'query',
  'error_type',
  'error_message',
]
const TRACE_ID_PART = /^[0-9a-f]{1,32}$/i

/** Conditions on a row of `executions`, to be joined with AND. */
export function filterConditions(filter: ExecutionFilter, parameters: Parameters): string[] {
  const conditions = rangeConditions(filter, parameters)
  for (const column of EQUAL_COLUMNS) {
    const value = filter.equal[column]
    if (value !== undefined) conditions.push(`${column} = ${parameters.bind(column, 'String', value)}`)
  }
  if (filter.kind) conditions.push(`kind IN ${parameters.bind('kinds', 'Array(String)', filter.kind)}`)
  if (filter.status) {
    conditions.push(...statusConditions(filter.status, parameters, filter.silence))
  }
  const { min_duration_ms: min, max_duration_ms: max } = filter
  if (min !== null) conditions.push(`duration_ms >= ${parameters.bind('min_duration_ms', 'Float64', min)}`)
  if (max !== null) conditions.push(`duration_ms <= ${parameters.bind('max_duration_ms', 'Float64', max)}`)
  filter.attributes.forEach(({ key, value }, index) => {
    const column = ATTRIBUTE_COLUMNS[key]
    // Nothing said and nothing said of it are one in a column.
    if (column && value !== '') {
      conditions.push(`${column} = ${parameters.bind(`attribute_value_${index}`, 'String', value)}`)
      return
    }
    const name = parameters.bind(`attribute_key_${index}`, 'String', key)
    const wanted = parameters.bind(`attribute_value_${index}`, 'String', value)
    conditions.push(`mapContains(attributes, ${name})`, `attributes[${name}] = ${wanted}`)
  })
  if (filter.q !== null) {
    const needle = parameters.bind('q', 'String', filter.q)
    const searched = TRACE_ID_PART.test(filter.q) ? [...SEARCHED, 'lower(hex(trace_id))'] : SEARCHED
    const places = searched.map((text) => `positionCaseInsensitiveUTF8(${text}, ${needle}) > 0`)
    conditions.push(`(${places.join('\n    OR ')})`)
  }
  return conditions
}

function rangeConditions({ range: { field, from, to } }: ExecutionFilter, parameters: Parameters): string[] {
  const conditions: string[] = []
  if (from !== null) conditions.push(`${field} >= ${parameters.bindTime('from', from)}`)
  if (to !== null) conditions.push(`${field} < ${parameters.bindTime('to', to)}`)
  return conditions
}
