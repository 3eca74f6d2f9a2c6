/** How long executions take, wait, and both; and how their durations are spread. */
import { DURATION_BINS_MS, type WaitingTimes, waitingTimes } from '../../questions/metrics/waiting-times.ts'
import type { Latency, LatencyQuantiles } from '../../schema/metrics.ts'
import { round } from '../../shape-figures.ts'
import type { MetricsAsked, Part } from './asked.ts'
import { readWhole } from './whole-figures.ts'

export async function readLatency(asked: MetricsAsked): Promise<Part<Latency>> {
  const { services, scope, filter, signal } = asked
  const { current, plan } = await readWhole(asked)
  const [times] = await services.runner.ask(waitingTimes(scope, filter, plan.source === 'raw'), signal)
  const body: Latency = {
    execution: quantiles(current?.durations_count, current?.duration_total, current?.quantiles),
    queue: quantiles(times?.waits, times?.wait_sum, times?.wait_quantiles),
    total: quantiles(times?.totals, times?.total_sum, times?.total_quantiles),
    histogram: bins(times),
  }
  return { body, source: plan.source, running: Number(current?.running ?? 0) }
}

/** @param of in the order of `QUANTILE_LEVELS` */
function quantiles(
  count: string | number | undefined = 0,
  sum = 0,
  of: readonly (number | null)[] = [],
): LatencyQuantiles {
  const n = Number(count)
  const at = (index: number) => (n === 0 ? null : round(of[index] ?? null, 3))
  return {
    count: n,
    average_ms: n === 0 ? null : round(sum / n, 3),
    p50_ms: at(0),
    p75_ms: at(1),
    p90_ms: at(2),
    p95_ms: at(3),
    p99_ms: at(4),
  }
}

/** Empty bins between others are there, too. */
function bins(times: WaitingTimes | undefined): Latency['histogram'] {
  const counts = new Map(times?.bins.map((bin, index) => [bin, Number(times.counts[index])]))
  const filled = DURATION_BINS_MS.map((from, index) => ({
    from_ms: from,
    to_ms: DURATION_BINS_MS[index + 1] ?? null,
    count: counts.get(from) ?? 0,
  }))
  const first = filled.findIndex(({ count }) => count > 0)
  const last = filled.findLastIndex(({ count }) => count > 0)
  return first < 0 ? [] : filled.slice(first, last + 1)
}
