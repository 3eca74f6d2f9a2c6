/** The order of a page of executions, and conditions for rows behind or up to a position in it. */
import type { Parameters } from './question.ts'

export interface PageOrder {
  sort: 'started_at' | 'ended_at' | 'duration_ms'
  order: 'asc' | 'desc'
}

/** For rows at known anchors: no other index leads closer, and asking them takes a tenth of the CPU. */
export const AT_ANCHORS = 'SETTINGS use_skip_indexes = 0'

/** Where a row stands in the order; null: it lacks what is sorted by. */
export interface Position {
  /** Nanoseconds or milliseconds as text. */
  value: string | null
  execution_id: string
  instance: string
}

/** Where a row stands that tells its {@link sortValue}. */
export function positionOf({
  sort_value,
  execution_id,
  instance,
}: Omit<Position, 'value'> & { sort_value: string | null }): Position {
  return { value: sort_value, execution_id, instance }
}

/**
 * What an execution lacks puts it last, in either order; equal values are ordered by execution id and instance, which together
 * are unique.
 */
export function orderBy({ sort, order }: PageOrder): string {
  const direction = order.toUpperCase()
  return `ORDER BY ${sort} ${direction} NULLS LAST, execution_id ${direction}, instance ${direction}`
}

/** The value of a row's position, exactly. */
export function sortValue({ sort }: PageOrder): string {
  return `${sort === 'duration_ms' ? 'toString(duration_ms)' : `toString(toUnixTimestamp64Nano(${sort}))`} AS sort_value`
}

/** Rows behind a position. The plain bound on `started_at` lets ClickHouse skip what lies before. */
export function behind({ sort, order }: PageOrder, at: Position, name: string, parameters: Parameters): string[] {
  const beyond = order === 'desc' ? '<' : '>'
  const id = parameters.bind(`${name}_id`, 'String', at.execution_id)
  const instance = parameters.bind(`${name}_instance`, 'String', at.instance)
  const identity = `(execution_id, instance) ${beyond} (${id}, ${instance})`
  if (at.value === null) return [`${sort} IS NULL`, identity]
  const value =
    sort === 'duration_ms'
      ? parameters.bind(`${name}_value`, 'Float64', Number(at.value))
      : parameters.bindTime(`${name}_value`, BigInt(at.value))
  const next = `(${sort} ${beyond} ${value} OR (${sort} = ${value} AND ${identity}))`
  return sort === 'started_at' ? [`${sort} ${beyond}= ${value}`, next] : [`(${next} OR ${sort} IS NULL)`]
}

/** Whether one position stands behind another, as {@link orderBy} orders them. */
export function isBehind({ sort, order }: PageOrder, one: Position, other: Position): boolean {
  const direction = order === 'desc' ? -1 : 1
  if (one.value !== other.value) {
    if (one.value === null || other.value === null) return one.value === null
    const read = (text: string) => (sort === 'duration_ms' ? Number(text) : BigInt(text))
    const [a, b] = [read(one.value), read(other.value)]
    if (a !== b) return (a < b ? -1 : 1) === direction
  }
  return (
    (compareBytes(one.execution_id, other.execution_id) || compareBytes(one.instance, other.instance)) === direction
  )
}

/** As ClickHouse compares texts. */
function compareBytes(a: string, b: string): -1 | 0 | 1 {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
