/** Reads groups of errors: their states, figures, series, and when they were seen first and last. */
import { type ErrorClass, errorTemplate } from '@runlens/mapping'
import { bucketCount, bucketStart } from '../buckets.ts'
import type { Moments } from '../meta.ts'
import { planFigures, planHours } from '../plan-figures.ts'
import type { ErrorEndRow } from '../questions/errors/error-ends.ts'
import { type ErrorEverRow, errorEver } from '../questions/errors/error-ever.ts'
import { type ErrorGroupRow, errorGroups } from '../questions/errors/error-groups.ts'
import type { ErrorFilter } from '../questions/errors/error-rows.ts'
import { type ErrorSeriesRow, errorSamples, errorSeries } from '../questions/errors/error-series.ts'
import { type ErrorStateRow, errorStates } from '../questions/errors/error-states.ts'
import { type ErrorsSinceRow, errorsSince } from '../questions/errors/errors-since.ts'
import { type FiguresPlan, RAW_PLAN } from '../questions/figures.ts'
import type { Scope } from '../questions/question.ts'
import type { Range } from '../range.ts'
import type { Services } from '../routes/route.ts'
import type { ErrorGroup, ErrorSample } from '../schema/errors.ts'
import { known } from '../shape-execution.ts'
import { round } from '../shape-figures.ts'
import { floorDiv, formatTime, formatTimeText, NS_PER_DAY, NS_PER_HOUR, NS_PER_SECOND } from '../time.ts'
import { markOf } from './lifecycle.ts'

export interface ErrorReader {
  services: Pick<Services, 'runner'>
  scope: Scope
  moments: Moments
  signal: AbortSignal
}

export const UNKNOWN_ERROR = 'Unknown error'

/** What people said, by fingerprint, and what was seen since. */
export interface ErrorWords {
  said: ReadonlyMap<string, ErrorStateRow>
  since: ReadonlyMap<string, ErrorsSinceRow>
}

/** Always asked anew, so that whoever changed a state sees it, through whatever process. */
export async function readWords(reader: ErrorReader): Promise<ErrorWords> {
  const { services, scope, signal } = reader
  const rows = await services.runner.askAnew(errorStates(withoutOwner(scope)), signal)
  const said = new Map(rows.map((row) => [row.fingerprint, row]))
  const marks = rows.filter(({ state }) => state !== 'open').map(markOf)
  if (marks.length === 0) return { said, since: new Map() }
  const fromHour = Math.min(...marks.map(({ hour }) => hour))
  const range = { from: BigInt(fromHour) * NS_PER_SECOND, to: endOfTime(reader) }
  const filter = everywhere(
    reader,
    range,
    marks.map(({ fingerprint }) => fingerprint),
  )
  const plan = await planHours(reader.services.runner, reader.scope, range, [], reader.signal)
  const since = await services.runner.ask(errorsSince(scope, filter, plan, marks), signal)
  return { said, since: new Map(since.map((row) => [row.fingerprint, row])) }
}

/** States belong to the tenant; what they follow from is counted within the scope. */
function withoutOwner({ tenant }: Scope): Scope {
  return { tenant }
}

/** Of some groups, over everything retained, whatever the filter. */
export async function readEver(
  reader: ErrorReader,
  fingerprints: readonly string[],
): Promise<ReadonlyMap<string, ErrorEverRow>> {
  const { services, scope, signal } = reader
  if (fingerprints.length === 0) return new Map()
  const range = { from: 0n, to: endOfTime(reader) }
  const plan = await planHours(reader.services.runner, reader.scope, range, [], reader.signal)
  const rows = await services.runner.ask(errorEver(scope, everywhere(reader, range, fingerprints), plan), signal)
  return new Map(rows.map((row) => [row.fingerprint, row]))
}

/** How many of a group started in the hour that is running, by now. */
export async function readCountOfHour(reader: ErrorReader, fingerprint: string): Promise<number> {
  const { services, scope, moments, signal } = reader
  const from = floorDiv(moments.nowNs, NS_PER_HOUR) * NS_PER_HOUR
  const filter = everywhere(reader, { from, to: from + NS_PER_HOUR }, [fingerprint])
  const [row] = await services.runner.askAnew(errorEver(scope, filter, RAW_PLAN), signal)
  return Number(row?.executions ?? 0)
}

export interface ReadGroups {
  groups: readonly ErrorGroupRow[]
  plan: FiguresPlan
  buckets: number
}

/** Figures of the groups of most impact. */
export async function readGroups(reader: ErrorReader, filter: ErrorFilter, limit: number): Promise<ReadGroups> {
  const { services, scope, signal } = reader
  const { range } = filter
  const buckets = bucketCount(range)
  const edges = Array.from({ length: buckets + 1 }, (_, index) => bucketStart(range, buckets, index))
  const before = range.from - (range.to - range.from)
  const plan = await planFigures(services.runner, scope, range, [before, ...edges], signal)
  const groups = await services.runner.ask(errorGroups(scope, filter, plan, buckets, limit), signal)
  return { groups, plan, buckets }
}

export type ErrorSeries = Pick<ErrorSeriesRow, 'series' | 'samples'>

/** Series and samples of the groups of an answer; of series, what did not come with the figures. */
export async function readSeries(
  { services, scope, signal }: ErrorReader,
  filter: ErrorFilter,
  { groups, plan, buckets }: ReadGroups,
): Promise<ReadonlyMap<string, ErrorSeries>> {
  if (groups.length === 0) return new Map()
  const these = { ...filter, fingerprints: { are: true, of: groups.map(({ fingerprint }) => fingerprint) } }
  if (plan.source === 'rollup') {
    const read = await services.runner.ask(errorSeries(scope, these, plan, buckets), signal)
    return new Map(read.map((row) => [row.fingerprint, row]))
  }
  const starts = [...new Set(groups.flatMap(({ newest_starts = [] }) => newest_starts))]
  const read = await services.runner.ask(errorSamples(scope, these, starts), signal)
  const samplesOf = new Map(read.map(({ fingerprint, samples }) => [fingerprint, samples]))
  return new Map(
    groups.map(({ fingerprint, series = {} }) => [fingerprint, { series, samples: samplesOf.get(fingerprint) ?? [] }]),
  )
}

export interface GroupParts {
  row: ErrorGroupRow
  series: ErrorSeries | undefined
  ever: ErrorEverRow
  state: ErrorGroup['state']
  range: Range
  buckets: number
  /** Stands for the message where nothing of the group is in the range. */
  message?: string
}

export function shapeGroup({ row, series, ever, state, range, buckets, message }: GroupParts): ErrorGroup {
  const [count, previous] = [Number(row.executions), Number(row.previous_executions)]
  const samples = (series?.samples ?? []).map(shapeSample)
  return {
    fingerprint: row.fingerprint,
    error_type: known(row.error_type),
    error_class: (row.error_class || 'unknown') as ErrorClass,
    template: errorTemplate(series?.samples[0]?.message ?? message ?? '') || UNKNOWN_ERROR,
    state,
    count,
    first_seen: formatTimeText(ever.first_ns),
    last_seen: formatTimeText(ever.last_ns),
    affected_workflows: Number(row.workflows),
    affected_users: Number(row.users),
    trend: {
      previous_count: previous,
      change: previous === 0 ? null : round(((count - previous) / previous) * 100, 2),
    },
    sparkline_data: Array.from({ length: buckets }, (_, index) => ({
      timestamp: formatTime(bucketStart(range, buckets, index)),
      count: Number(series?.series[index] ?? 0),
    })),
    failed_steps: row.failed_steps,
    sample_messages: samples,
  }
}

export function shapeSample(sample: {
  execution_id: string
  instance: string
  workflow_id: string
  message: string
  ns: string
}): ErrorSample {
  return {
    execution_id: sample.execution_id,
    instance: known(sample.instance),
    workflow_id: known(sample.workflow_id),
    error_message: sample.message || UNKNOWN_ERROR,
    started_at: formatTimeText(sample.ns),
  }
}

function everywhere({ moments }: ErrorReader, range: Range, fingerprints: readonly string[]): ErrorFilter {
  const of = { are: true, of: fingerprints }
  return { range, kind: 'all', environment: null, workflowId: null, fingerprints: of, silence: moments.silence }
}

/** After every start that is accepted: clocks may be ahead by a day. */
function endOfTime({ moments }: ErrorReader): bigint {
  return (moments.nowNs / NS_PER_DAY + 3n) * NS_PER_DAY
}

/** A group of which nothing is in the range, as its last execution tells of it. */
export function emptyGroup(fingerprint: string, last: ErrorEndRow | undefined): ErrorGroupRow {
  return {
    fingerprint,
    error_type: last?.error_type ?? '',
    error_class: last?.error_class ?? '',
    failed_steps: last?.failed_step ? [last.failed_step] : [],
    executions: 0,
    previous_executions: 0,
    workflows: 0,
    users: 0,
    groups_total: 0,
    executions_total: 0,
  }
}
