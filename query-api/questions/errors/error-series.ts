/** Of some groups of errors: how often each bucket of a range had them, and the newest of them. */
import { ERROR_SAMPLES_MAX } from '@runlens/clickhouse'
import { type FiguresPlan, RAW_PLAN } from '../figures.ts'
import { indent, Parameters, type Question, type Scope } from '../question.ts'
import { BESIDE_STATUS_INDEX } from '../status.ts'
import { type ErrorFilter, errorRows } from './error-rows.ts'

export interface ErrorSeriesRow {
  fingerprint: string
  /** Bucket → executions; buckets without any are missing. */
  series: Record<string, string | number>
  /** Newest first. */
  samples: { ns: string; execution_id: string; instance: string; message: string; workflow_id: string }[]
}

const INT64_MAX = 2n ** 63n - 1n

export function errorSeries(
  scope: Scope,
  filter: ErrorFilter,
  plan: FiguresPlan,
  buckets: number,
): Question<ErrorSeriesRow> {
  const parameters = new Parameters()
  const rows = errorRows(scope, filter, plan, parameters)
  const columns = [seriesColumn(filter, buckets, '1', parameters), samplesColumn('1')]
  const sql = `SELECT
  fingerprint,
  ${columns.join(',\n  ')}
FROM (
${indent(rows)}
)
GROUP BY fingerprint`
  return { name: `error-series-${plan.source}`, sql, params: parameters.values }
}

export type ErrorSamplesRow = Pick<ErrorSeriesRow, 'fingerprint' | 'samples'>

/**
 * Samples alone, of executions with known starts: whoever reads all failures of a day for their figures finds the newest by their starts, and
 * the ids and texts of all would cost more than everything else.
 * @param starts nanoseconds; all of them that the newest of a group may have
 */
export function errorSamples(scope: Scope, filter: ErrorFilter, starts: readonly string[]): Question<ErrorSamplesRow> {
  const parameters = new Parameters()
  const rows = errorRows(scope, { ...filter, starts }, RAW_PLAN, parameters)
  const sql = `SELECT
  fingerprint,
  ${samplesColumn('1')}
FROM (
${indent(rows)}
)
GROUP BY fingerprint
${BESIDE_STATUS_INDEX}`
  return { name: 'error-samples', sql, params: parameters.values }
}

/** Of rows of `errorRows` for which `condition` holds: how many each bucket has. */
export function seriesColumn(
  { range: { from, to } }: ErrorFilter,
  buckets: number,
  condition: string,
  parameters: Parameters,
): string {
  const start = parameters.bind('from', 'Int64', from)
  const count = parameters.bind('buckets', 'UInt32', buckets)
  // Nanoseconds of years times buckets are more than an Int64 holds.
  const isWide = (to - from) * BigInt(buckets) > INT64_MAX
  const elapsed = isWide ? `toInt128(at - ${start})` : `(at - ${start})`
  const bucket = `toUInt32(intDiv(${elapsed} * ${count}, ${parameters.bind('length', 'Int64', to - from)}))`
  return `sumMapIf(map(${bucket}, n), ${condition}) AS series`
}

/** The newest of such rows. */
function samplesColumn(condition: string): string {
  const newest = `groupArraySortedArrayIf(${ERROR_SAMPLES_MAX})(arrayMap(s -> (s.1, s.2, s.3, s.4, toString(workflow_id)), newest), ${condition})`
  const named = 'Tuple(ns String, execution_id String, instance String, message String, workflow_id String)'
  return `arrayMap(s -> CAST((toString(-s.1), s.2, s.3, s.4, s.5), '${named}'), ${newest}) AS samples`
}
