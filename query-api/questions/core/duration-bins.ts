/** How many of what a filter matches took how long, over the whole range or per bucket of time. */
import { type ExecutionFilter, filterConditions } from '../execution-filter.ts'
import { groupColumns } from '../figure-grouping.ts'
import { Parameters, type Question, rowsOf, type Scope } from '../question.ts'
import { FINAL, fellSilent, OPEN } from '../status.ts'

export interface DurationBinRow {
  bucket: number
  /** Place of the bin among the bounds, from 1; 0: without a duration, or not over. */
  bin: number
  n: string | number
  running: string | number
}

export interface BinsOf {
  /** Half-open, nanoseconds; about the filter's time field. */
  range: { from: bigint; to: bigint }
  /** Lower bounds in milliseconds, ascending, from 0. */
  bounds: readonly number[]
  buckets: number
}

/** Always from the executions: rollups hold quantiles, from which nobody can count. */
export function durationBins(scope: Scope, filter: ExecutionFilter, of: BinsOf): Question<DurationBinRow> {
  const parameters = new Parameters()
  const { field } = filter.range
  const { from, to } = of.range
  const rows = rowsOf(
    'executions',
    scope,
    parameters,
    filterConditions({ ...filter, range: { field, from, to } }, parameters),
  )
  const time = `toUnixTimestamp64Nano(${field === 'ended_at' ? 'assumeNotNull(ended_at)' : field})`
  const bounds = parameters.bind('bounds', 'Array(Float64)', of.bounds)
  const silent = fellSilent(parameters, filter.silence)
  const [current, bucket] = groupColumns(of.range, { by: 'bucket', buckets: of.buckets }, time, parameters)
  // Bounds are looked up by halving, their places only once for each that occurs.
  const sql = `SELECT
  ${current},
  ${bucket},
  if(duration_ms IS NOT NULL AND (status IN ${FINAL} OR ${silent}), roundDown(assumeNotNull(duration_ms), ${bounds}), -1) AS lower,
  toUInt16(indexOf(${bounds}, lower)) AS bin,
  count() AS n,
  countIf(status IN ${OPEN} AND NOT (${silent})) AS running
${rows}
GROUP BY is_current, bucket, lower
ORDER BY bucket, bin`
  return { name: 'duration-bins', sql, params: parameters.values }
}
