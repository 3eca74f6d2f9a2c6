/** What is not as usual in a range: odd hours, bursts, and how it compares with before. */
import { BURST_HISTORY_SECONDS, type PatternRow } from '@runlens/clickhouse'
import { FAILURE_STATUSES } from '@runlens/conventions'
import { bucketCount, bucketStart } from '../../buckets.ts'
import { planFigures, planHours } from '../../plan-figures.ts'
import { bursts, storedBursts } from '../../questions/metrics/bursts.ts'
import { type ResourceMove, resourceMoves } from '../../questions/metrics/resource-values.ts'
import { historyStart, unusualHours } from '../../questions/metrics/unusual-hours.ts'
import { type KpiRow, kpiFigures } from '../../questions/observability/kpi-figures.ts'
import type { Range } from '../../range.ts'
import { LEVEL_METRICS, RATE_METRICS } from '../../resource-measures.ts'
import type { Anomaly, Pattern, Patterns } from '../../schema/metrics.ts'
import { deltasOf, round, shapeFigures } from '../../shape-figures.ts'
import { floorDiv, formatTime, NS_PER_DAY, NS_PER_HOUR, NS_PER_SECOND } from '../../time.ts'
import type { MetricsAsked, Part } from './asked.ts'
import { readWhole, type WholeFigures } from './whole-figures.ts'

const WEEK = 7n * NS_PER_DAY
/** Anomalies whose resource metrics are looked at. */
const MOVES_OF_MAX = 5

export async function readPatterns(asked: MetricsAsked): Promise<Part<Patterns>> {
  const { filter } = asked
  const { range } = filter
  const lastWeek = { from: range.from - WEEK, to: range.to - WEEK }
  const isShort = range.to - range.from <= WEEK
  const [timeline, whole, before, anomalies, found] = await Promise.all([
    readTimeline(asked),
    readWhole(asked),
    isShort ? readWhole(asked, lastWeek) : undefined,
    readAnomalies(asked),
    readBursts(asked, isShort),
  ])
  const body: Patterns = {
    timeline,
    bursts: found.map((row) => shapePattern(row, asked)),
    anomalies,
    comparison: {
      previous_period: comparison(whole.current, whole.previous),
      last_week: before ? comparison(whole.current, before.current) : null,
    },
  }
  return { body, source: whole.plan.source, running: Number(whole.current?.running ?? 0) }
}

async function readTimeline({ services, scope, filter, signal }: MetricsAsked): Promise<Patterns['timeline']> {
  const { range } = filter
  const buckets = bucketCount(range)
  const edges = Array.from({ length: buckets + 1 }, (_, index) => bucketStart(range, buckets, index))
  const plan = await planFigures(
    services.runner,
    scope,
    range,
    [range.from - (range.to - range.from), ...edges],
    signal,
  )
  const rows = await services.runner.ask(kpiFigures(scope, filter, plan, buckets), signal)
  const points = new Map(
    rows.filter((row) => row.is_current === 1 && row.whole === 0).map((row) => [row.bucket, shapeFigures(row)]),
  )
  return Array.from({ length: buckets }, (_, index) => {
    const point = points.get(index) ?? shapeFigures(undefined)
    return {
      timestamp: formatTime(bucketStart(range, buckets, index)),
      total: point.total_executions,
      success: point.success_count,
      failure: point.failure_count,
      success_rate: point.success_rate,
    }
  })
}

/** Hours that ended in the range, and lie behind us. */
async function readAnomalies(asked: MetricsAsked): Promise<Anomaly[]> {
  const { services, scope, filter, moments, signal } = asked
  const { from, to } = filter.range
  const isPast = to < moments.nowNs
  const end = isPast ? to : moments.nowNs
  const hourOf = (ns: bigint) => Number((floorDiv(ns, NS_PER_HOUR) * NS_PER_HOUR) / NS_PER_SECOND)
  const hours = { fromS: Math.max(0, hourOf(from)), toS: hourOf(end) }
  if (hours.toS <= hours.fromS) return []
  const history: Range = { from: historyStart(hours), to: BigInt(hours.toS) * NS_PER_SECOND }
  const plan = await planHours(services.runner, scope, history, [], signal)
  const rows = await services.runner.ask(unusualHours(scope, { ...filter, range: history }, plan, hours), signal)
  const moves = await readMoves(asked, rows)
  return rows.map((row, index) => ({
    ...shapePattern(row, asked),
    moved_with: index < MOVES_OF_MAX ? moves.filter(({ hour_s }) => hour_s === row.starts_s).map(shapeMove) : [],
  }))
}

/** Metrics of a tenant have no owner: a user is told nothing of them. */
async function readMoves(
  { services, scope, signal }: MetricsAsked,
  rows: readonly PatternRow[],
): Promise<readonly ResourceMove[]> {
  const hours = [...new Set(rows.slice(0, MOVES_OF_MAX).map(({ starts_s }) => starts_s))]
  if (hours.length === 0 || scope.owner !== undefined) return []
  return services.runner.ask(resourceMoves(scope, { hours, rates: RATE_METRICS, levels: LEVEL_METRICS }), signal)
}

async function readBursts(asked: MetricsAsked, isShort: boolean): Promise<readonly PatternRow[]> {
  const { services, scope, filter, signal } = asked
  const { from, to } = filter.range
  // What the worker found has no owner.
  if (!isShort) return scope.owner === undefined ? services.runner.ask(storedBursts(scope, { from, to }), signal) : []
  const fromS = Math.max(0, Number(floorDiv(from, 60n * NS_PER_SECOND) * 60n))
  const range = { from: BigInt(Math.max(0, fromS - BURST_HISTORY_SECONDS)) * NS_PER_SECOND, to }
  const plan = await planFigures(services.runner, scope, range, [range.from, range.to], signal)
  return services.runner.ask(bursts(scope, { ...filter, range }, plan, fromS), signal)
}

function shapePattern(row: PatternRow, { filter }: MetricsAsked): Pattern {
  const from = formatTime(BigInt(row.starts_s) * NS_PER_SECOND)
  const to = formatTime(BigInt(row.ends_s) * NS_PER_SECOND)
  const { kind, environment } = filter
  const query = new URLSearchParams({ from, to })
  for (const each of kind ?? ['workflow', 'agent', 'pipeline', 'job']) query.append('kind', each)
  if (environment !== null) query.set('environment', environment)
  if (row.pattern === 'failures') for (const status of FAILURE_STATUSES) query.append('status', status)
  if (row.pattern === 'slow') query.set('min_duration_ms', String(Math.floor(row.expected_high)))
  return {
    pattern: row.pattern,
    started_at: from,
    ended_at: to,
    value: round(row.value, 3),
    expected: round(row.expected, 3),
    expected_low: round(row.expected_low, 3),
    expected_high: round(row.expected_high, 3),
    score: round(row.score, 2),
    basis: row.basis as Pattern['basis'],
    samples: row.samples,
    executions: Number(row.executions),
    failures: Number(row.failures),
    reason: row.reason,
    executions_filter: { from, to, query: `/api/v1/executions?${query}` },
  }
}

function shapeMove({ service, metric, during, before }: ResourceMove): Anomaly['moved_with'][number] {
  const change = before === 0 ? null : round(((during - before) / Math.abs(before)) * 100, 2)
  return { service, metric, during, before, change_percent: change }
}

function comparison(current: KpiRow | undefined, previous: WholeFigures['previous']) {
  const deltas = deltasOf(shapeFigures(current), shapeFigures(previous))
  const { total_executions, success_rate, avg_duration_ms, p95_duration_ms } = deltas
  return { total_executions, success_rate, avg_duration_ms, p95_duration_ms }
}
