/** Figures of a set of executions as answers tell them: rates, averages, percentiles, and changes to the period before. */
import type { FigureRow } from './questions/figures.ts'
import type { Deltas } from './schema/statistics.ts'

/** Null where there is nothing to measure. */
export interface Figures {
  total_executions: number
  success_count: number
  failure_count: number
  success_rate: number | null
  avg_duration_ms: number | null
  p50_duration_ms: number | null
  p95_duration_ms: number | null
  p99_duration_ms: number | null
}

/** The place of a level in `QUANTILE_LEVELS`. */
const P50 = 0
const P95 = 3
const P99 = 4

/** @param row undefined when nothing happened */
export function shapeFigures(row: FigureRow | undefined): Figures {
  const success = Number(row?.success ?? 0)
  const failure = Number(row?.failure ?? 0)
  const durations = Number(row?.durations_count ?? 0)
  const percentile = (index: number) => (row && durations > 0 ? round(row.quantiles[index] ?? null, 3) : null)
  return {
    total_executions: Number(row?.total ?? 0),
    success_count: success,
    failure_count: failure,
    success_rate: successRate(success, failure),
    avg_duration_ms: row && durations > 0 ? round(row.duration_total / durations, 3) : null,
    p50_duration_ms: percentile(P50),
    p95_duration_ms: percentile(P95),
    p99_duration_ms: percentile(P99),
  }
}

/** Success of everything final, in percent with two decimals. */
export function successRate(success: number, failure: number): number | null {
  return success + failure === 0 ? null : round((success / (success + failure)) * 100, 2)
}

/** Change in percent; of the rate in points. From zero or from nothing there is no change to tell. */
export function deltasOf(current: Figures, previous: Figures): Deltas {
  const percent = (name: keyof Figures) => percentChange(current[name], previous[name])
  return {
    total_executions: percent('total_executions'),
    success_count: percent('success_count'),
    failure_count: percent('failure_count'),
    success_rate: pointChange(current.success_rate, previous.success_rate),
    avg_duration_ms: percent('avg_duration_ms'),
    p50_duration_ms: percent('p50_duration_ms'),
    p95_duration_ms: percent('p95_duration_ms'),
    p99_duration_ms: percent('p99_duration_ms'),
  }
}

export function percentChange(now: number | null, before: number | null): number | null {
  return now === null || before === null || before === 0 ? null : round(((now - before) / before) * 100, 2)
}

export function pointChange(now: number | null, before: number | null): number | null {
  return now === null || before === null ? null : round(now - before, 2)
}

export function round(value: number, digits: number): number
export function round(value: number | null, digits: number): number | null
export function round(value: number | null, digits: number): number | null {
  if (value === null) return null
  const unit = 10 ** digits
  return Math.round(value * unit) / unit
}
