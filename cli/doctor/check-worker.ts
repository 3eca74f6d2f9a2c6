/** The worker: whether its jobs get on, and how far they are behind. */
import type { Settings } from '@runlens/runtime'
import { type Finding, fault, info, ok, warning } from './finding.ts'
import { formatMs } from './format.ts'
import type { Figures } from './prometheus.ts'

/** A settling lag above this misses what users are promised (a second). */
const LAG_HIGH_SECONDS = 5
/** All jobs finish steps far more often than this. */
const STEP_AGE_MS = 60_000
/** As many as the worker rebuilds in one step. */
const DIRTY_HOURS_HIGH = 100

export function checkWorker(settings: Settings, figures: Figures): Finding[] {
  const held = figures.by('runlens_job_held', 'job')
  if (held.size === 0) {
    return [warning('worker jobs', 'none has begun', 'The worker waits for ClickHouse: see schema and clickhouse.')]
  }
  return [...held].map(([job, isHeld]) => {
    const check = `job ${job}`
    if (isHeld === 0) return info(check, 'stands by: another worker has it')
    const ageMs = (figures.by('runlens_job_step_age_seconds', 'job').get(job) ?? 0) * 1_000
    if (ageMs > stepAgeMax(settings)) {
      const failures = figures.by('runlens_job_failures_total', 'job').get(job) ?? 0
      const text = `stuck: no step finished for ${formatMs(ageMs)}, ${failures} tries failed since the process began`
      const remedy =
        'The log of the worker says what fails; most often ClickHouse is away or slow. It goes on by itself when that is mended.'
      return fault(check, text, remedy)
    }
    if (job === 'rollup') return rollup(check, figures)
    // Whether their last run failed is told by their reports, which the checks of ClickHouse read.
    return job === 'settle' ? settling(check, figures) : ok(check, 'gets on')
  })
}

function stepAgeMax({ worker }: Settings): number {
  return Math.max(STEP_AGE_MS, worker.rollupIntervalMs * 3)
}

function settling(check: string, figures: Figures): Finding {
  const lagSeconds = figures.sum('runlens_settle_lag_seconds')
  const text = `lag ${formatMs(lagSeconds * 1_000)}, ${figures.sum('runlens_traces_waiting')} traces wait`
  if (lagSeconds <= LAG_HIGH_SECONDS) return ok(check, text)
  return warning(
    check,
    text,
    'Right after a start this passes. Otherwise more arrives than one worker settles, or ClickHouse is slow: look at\nits CPU and disk.',
  )
}

function rollup(check: string, figures: Figures): Finding {
  const hours = figures.sum('runlens_rollup_dirty_hours')
  if (hours < DIRTY_HOURS_HIGH) return ok(check, `${hours} changed hours at the last look`)
  return warning(
    check,
    `${hours} or more changed hours wait for being summed up again`,
    'Old spans arrive, or more hours change than ClickHouse rebuilds. Answers stay right meanwhile, but slower: changed hours\nare read from the executions themselves. If it lasts, look at the CPU and disk of ClickHouse.',
  )
}
