/** What figures are grouped by: buckets of time, or columns that raw rows and rollups both have. */
import type { Parameters } from './question.ts'

/** What parts are grouped by, beside period and status. Facets and what is only to be counted are not timed. */
export type Grouping =
  | { by: 'bucket'; buckets: number }
  | { by: 'workflow' }
  | { by: 'environment'; counted?: true }
  | { by: 'workflow-environment' }
  | { by: 'facets'; columns: readonly RollupColumn[] }

/** Columns that rollups are grouped by. */
export type RollupColumn = 'kind' | 'environment' | 'workflow_id'

const INT64_MAX = 2n ** 63n - 1n

/** Whether durations are read, whose digests are most of the cost of a rollup. */
export function isTimed(grouping: Grouping): boolean {
  return isDated(grouping) && !('counted' in grouping)
}

/** Whether the last start is. */
export function isDated({ by }: Grouping): boolean {
  return by !== 'facets'
}

/** Whether a row is one workflow's, which has a name and users. */
export function isNamed({ by }: Grouping): boolean {
  return by === 'workflow' || by === 'workflow-environment'
}

/** Their columns. */
export function groupNames(grouping: Grouping): readonly string[] {
  switch (grouping.by) {
    case 'bucket':
      return ['bucket']
    case 'workflow':
      return ['workflow_id']
    case 'environment':
      return ['environment']
    case 'workflow-environment':
      return ['workflow_id', 'environment']
    case 'facets':
      return grouping.columns
  }
}

/**
 * The same as a select list, with `is_current` before.
 * @param range half-open, nanoseconds
 * @param time SQL for nanoseconds
 */
export function groupColumns(
  { from, to }: { from: bigint; to: bigint },
  grouping: Grouping,
  time: string,
  parameters: Parameters,
): string[] {
  const start = parameters.bind('from', 'Int64', from)
  const current = `${time} >= ${start} AS is_current`
  if (grouping.by !== 'bucket') return [current, ...groupNames(grouping)]
  const count = parameters.bind('buckets', 'UInt32', grouping.buckets)
  const length = parameters.bind('length', 'Int64', to - from)
  // Nanoseconds of years times buckets are more than an Int64 holds.
  const elapsed =
    (to - from) * BigInt(grouping.buckets) > INT64_MAX ? `toInt128(${time} - ${start})` : `(${time} - ${start})`
  return [current, `if(is_current, toInt32(intDiv(${elapsed} * ${count}, ${length})), 0) AS bucket`]
}
