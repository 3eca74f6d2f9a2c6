/** How many executions start, interval by interval, and how much of what was ever sustained that is. */
import { bucketCount, bucketStart } from '../../buckets.ts'
import { perRunner } from '../../per-runner.ts'
import { planFigures } from '../../plan-figures.ts'
import { recentStarts, SUSTAINED_MINUTES, sustainedRate } from '../../questions/metrics/sustained-rate.ts'
import { type KpiRow, kpiFigures } from '../../questions/observability/kpi-figures.ts'
import type { Range } from '../../range.ts'
import { Remembered } from '../../remembered.ts'
import type { Throughput } from '../../schema/metrics.ts'
import { round } from '../../shape-figures.ts'
import { ceilDiv, floorDiv, formatTime, NS_PER_DAY, NS_PER_HOUR, NS_PER_MS, NS_PER_SECOND } from '../../time.ts'
import type { MetricsAsked, Part } from './asked.ts'

const MINUTE = 60n * NS_PER_SECOND
/** How long a range may be for points of this width. */
const INTERVALS: readonly [upTo: bigint, width: bigint][] = [
  [6n * NS_PER_HOUR, MINUTE],
  [7n * NS_PER_DAY, NS_PER_HOUR],
]
const POINTS_MAX = 1000n
const CAPACITY_DAYS = 30n
/** A change below it is none. */
const STEADY_PERCENT = 5

export async function readThroughput(asked: MetricsAsked): Promise<Part<Throughput>> {
  const { services, scope, filter, moments, signal } = asked
  const { range } = filter
  const buckets = intervalsOf(range)
  const edges = Array.from({ length: buckets + 1 }, (_, index) => bucketStart(range, buckets, index))
  const plan = await planFigures(
    services.runner,
    scope,
    range,
    [range.from - (range.to - range.from), ...edges],
    signal,
  )
  const [rows, [recent], most] = await Promise.all([
    services.runner.ask(kpiFigures(scope, filter, plan, buckets), signal),
    services.runner.ask(recentStarts(scope, { ...filter, range: untilNow(range, moments.nowNs) }), signal),
    readSustained(asked),
  ])
  const whole = rows.find((row) => row.is_current === 1 && row.whole === 1)
  const series = seriesOf(rows, range, buckets)
  const minutes = (ns: bigint) => Number(ns / NS_PER_MS) / 60_000
  const current = Number(recent?.n ?? 0) / SUSTAINED_MINUTES
  const capacity = most === null ? null : Math.max(most / SUSTAINED_MINUTES, current)
  const length = range.to - range.from
  const body: Throughput = {
    interval_ms: Number(length / NS_PER_MS) / buckets,
    series,
    current_per_minute: round(current, 3),
    average_per_minute: round(Number(whole?.total ?? 0) / minutes(length), 3),
    peak: peakOf(series, minutes(length) / buckets),
    trend: trendOf(series),
    capacity_per_minute: round(capacity, 3),
    share_of_capacity: capacity ? round((current / capacity) * 100, 2) : null,
  }
  return { body, source: plan.source, running: Number(whole?.running ?? 0) }
}

/** Long ranges end at the next full hour. On whole seconds, so that questions of the same second are identical. */
function untilNow({ from, to }: Range, nowNs: bigint): Range {
  const second = (floorDiv(nowNs, NS_PER_SECOND) + 1n) * NS_PER_SECOND
  const isOver = to <= second
  return { from, to: isOver ? to : second }
}

/** It takes a month to be read, and rarely changes. */
const rememberedBy = perRunner(() => new Remembered<number | null>({ keepMs: 300_000, entriesMax: 200 }))

/** Executions in the busiest five minutes of the month before the range's end; a record of this moment may be missing. */
function readSustained({ services, scope, filter, moments }: MetricsAsked): Promise<number | null> {
  const { runner } = services
  // By the hour, so that the same is asked for a while.
  const to = ceilDiv(filter.range.to, NS_PER_HOUR) * NS_PER_HOUR
  const range = { from: to - CAPACITY_DAYS * NS_PER_DAY, to }
  const key = JSON.stringify([scope, filter.kind, filter.environment, String(to)])
  return rememberedBy(runner).get(key, moments.nowMs, async () => {
    // Asked for all who wait for it, so nobody who leaves ends it.
    const { signal } = new AbortController()
    const plan = await planFigures(runner, scope, range, [range.from, range.to], signal)
    const [row] = await runner.ask(sustainedRate(scope, { ...filter, range }, plan), signal)
    return row?.most == null ? null : Number(row.most)
  })
}

/** Of equal width, ending at the end of the range. */
function intervalsOf(range: Range): number {
  const length = range.to - range.from
  const width = INTERVALS.find(([upTo]) => length <= upTo)?.[1] ?? NS_PER_DAY
  const count = (length + width - 1n) / width
  return count > POINTS_MAX ? bucketCount(range) : Number(count)
}

function seriesOf(rows: readonly KpiRow[], range: Range, buckets: number): Throughput['series'] {
  const points = new Map(
    rows.filter((row) => row.is_current === 1 && row.whole === 0).map((row) => [row.bucket, row] as const),
  )
  return Array.from({ length: buckets }, (_, index) => ({
    timestamp: formatTime(bucketStart(range, buckets, index)),
    total: Number(points.get(index)?.total ?? 0),
    success: Number(points.get(index)?.success ?? 0),
    failure: Number(points.get(index)?.failure ?? 0),
  }))
}

function peakOf(series: Throughput['series'], minutes: number): Throughput['peak'] {
  let peak: Throughput['series'][number] | undefined
  for (const point of series) if (point.total > (peak?.total ?? 0)) peak = point
  return peak ? { per_minute: round(peak.total / minutes, 3), timestamp: peak.timestamp } : null
}

/** Of an odd number of intervals the middle one belongs to neither half. */
function trendOf(series: Throughput['series']): Throughput['trend'] {
  const half = series.length >> 1
  const sum = (points: Throughput['series']) => points.reduce((total, point) => total + point.total, 0)
  const before = sum(series.slice(0, half))
  const after = sum(series.slice(series.length - half))
  const percent = before === 0 ? null : round(((after - before) / before) * 100, 2)
  const isSteady = percent === null ? after === 0 : Math.abs(percent) <= STEADY_PERCENT
  return { direction: isSteady ? 'steady' : after > before ? 'rising' : 'falling', percent }
}
