/** The filters of the list: from the address and back, and what they are in a question to the API. Pure. */
import { EXECUTION_KINDS, type ExecutionKind, STATUSES, type Status } from '@runlens/conventions'

export const RANGES = ['1h', '6h', '24h', '7d', '30d', 'all'] as const
export type Range = (typeof RANGES)[number]
export const RANGE_DEFAULT: Range = '24h'

export const SORTS = ['started_at', 'duration_ms'] as const
export type Sort = (typeof SORTS)[number]

/** Filters with a control of their own. */
const CONTROLLED_TEXTS = ['q', 'workflow_name', 'environment', 'user_id'] as const
/** Filters that links set and a chip shows. The words are the API's. */
const OTHER_TEXTS = [
  'workflow_id',
  'provider',
  'instance',
  'service',
  'conversation_id',
  'database_type',
  'error_type',
  'error_class',
  'error_fingerprint',
  'failed_step',
  'version',
  'mode',
  'parent_execution_id',
  'min_duration_ms',
  'max_duration_ms',
] as const
export type TextFilter = (typeof CONTROLLED_TEXTS)[number] | (typeof OTHER_TEXTS)[number] | `attr.${string}`

export interface Filters {
  status: readonly Status[]
  kind: readonly ExecutionKind[]
  range: Range
  sort: Sort
  /** Present ones only, in a fixed order. */
  texts: ReadonlyMap<TextFilter, string>
}

export const PAGE_SIZE = 100

/** What an address says; what it says wrongly is left out, so that any address gives a list. */
export function parseFilters(search: string): Filters {
  const query = new URLSearchParams(search)
  const texts = new Map<TextFilter, string>()
  const attributes = [...new Set(query.keys())].filter(isAttribute).sort()
  for (const name of [...CONTROLLED_TEXTS, ...OTHER_TEXTS, ...attributes]) {
    const value = query.get(name)
    if (value) texts.set(name, value)
  }
  return {
    status: STATUSES.filter((one) => query.getAll('status').includes(one)),
    kind: EXECUTION_KINDS.filter((one) => query.getAll('kind').includes(one)),
    range: RANGES.find((one) => one === query.get('time_range')) ?? RANGE_DEFAULT,
    sort: SORTS.find((one) => one === query.get('sort')) ?? 'started_at',
    texts,
  }
}

/** Parameters of the list's address: the API's own names, defaults left out, in one order. */
export function formatFilters(filters: Filters): string {
  const query = narrowing(filters)
  if (filters.range !== RANGE_DEFAULT) query.append('time_range', filters.range)
  if (filters.sort !== 'started_at') query.append('sort', filters.sort)
  return query.toString()
}

/** Parameters of the question for a page of the list. */
export function listQuestion(filters: Filters): string {
  const query = narrowing(filters)
  if (filters.range !== 'all') query.append('time_range', filters.range)
  if (filters.sort !== 'started_at') query.append('sort', filters.sort)
  query.append('limit', String(PAGE_SIZE))
  return query.toString()
}

/** Parameters of the question for the key figures, which know range, kind and environment only. */
export function kpisQuestion(filters: Filters): string {
  const query = new URLSearchParams({ time_range: filters.range === 'all' ? '90d' : filters.range })
  for (const kind of filters.kind) query.append('kind', kind)
  const environment = filters.texts.get('environment')
  if (environment !== undefined) query.append('environment', environment)
  return query.toString()
}

export function withText(filters: Filters, name: TextFilter, value: string): Filters {
  const texts = new Map(filters.texts)
  if (value.trim() === '') texts.delete(name)
  else texts.set(name, value.trim())
  return { ...filters, texts }
}

/** Filters that have no control of their own, for chips. */
export function otherTexts(filters: Filters): [TextFilter, string][] {
  return [...filters.texts].filter(([name]) => !(CONTROLLED_TEXTS as readonly string[]).includes(name))
}

/** Whether anything but range and order narrows the list. */
export function isNarrowed({ status, kind, texts }: Filters): boolean {
  return status.length + kind.length + texts.size > 0
}

/** Whether a filter is set that the key figures do not know. */
export function isNarrowerThanKpis(filters: Filters): boolean {
  return filters.status.length > 0 || [...filters.texts.keys()].some((name) => name !== 'environment')
}

function narrowing({ status, kind, texts }: Filters): URLSearchParams {
  const query = new URLSearchParams()
  for (const one of status) query.append('status', one)
  for (const one of kind) query.append('kind', one)
  for (const [name, value] of texts) query.append(name, value)
  return query
}

function isAttribute(name: string): name is `attr.${string}` {
  return name.startsWith('attr.') && name.length > 'attr.'.length
}
