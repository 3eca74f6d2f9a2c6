/** What the worker tells Prometheus: how its jobs get on, and what they have done. Jobs tell it through `Observer`, which writes nothing else. */
import {
  addFigures,
  Counter,
  createRegistry,
  type FigureRow,
  Gauge,
  Histogram,
  type Registry,
  SECONDS_BUCKETS,
} from '@runlens/runtime'

/** What a job tells of its own running. */
export interface JobObserver {
  held: (job: string, isHeld: boolean) => void
  /** A step came to its end. */
  stepped: (job: string) => void
  /** A try of anything the job does failed; it is tried again. */
  failed: (job: string) => void
}

export interface SettleObserver {
  settled: (report: SettledTraces) => void
  /** Where to read what waits; asked when somebody looks. */
  watchWaiting: (read: () => WaitingTraces) => void
}

export interface SettledTraces {
  traces: number
  /** Rows of `executions`, those that take an execution away included. */
  executions: number
  /** From the first arrival since the trace was settled last to this settling, of traces with such arrivals. */
  delaysMs: readonly number[]
}

export interface WaitingTraces {
  traces: number
  /** Arrival of the oldest span that no settling has seen, milliseconds since the epoch; undefined for none. */
  oldestArrivalMs: number | undefined
}

export interface RollupObserver {
  /** Changed hours that a step found. */
  dirtyHours: (count: number) => void
  rebuilt: (seconds: number) => void
}

export interface PatternObserver {
  /** At the executions of one tenant. */
  lookedForPatterns: (seconds: number) => void
}

export interface SyncObserver {
  /** A request to the server or to the collector is repeated. */
  syncRetried: () => void
  /** A page is told: executions by what became of them. */
  syncTold: (executions: Readonly<Record<'told' | 'skipped' | 'unread' | 'incomplete', number>>) => void
  syncEnded: (state: string) => void
}

export interface RetentionObserver {
  /** Rows that went. */
  removed: (table: string, rows: number) => void
  /** A run came to its end. */
  ran: (isDone: boolean) => void
}

export interface ErasureObserver {
  erased: (table: string, rows: number) => void
  erasureFailed: () => void
}

export interface WorkerMetrics
  extends JobObserver,
    SettleObserver,
    RollupObserver,
    PatternObserver,
    SyncObserver,
    RetentionObserver,
    ErasureObserver {
  registry: Registry
}

interface JobFigures {
  held: Record<string, number>
  sinceStep: Record<string, number>
}

const JOBS: readonly FigureRow<JobFigures>[] = [
  ['gauge', 'runlens_job_held', '1 while this worker runs the job; 0 while it stands by.', (f) => f.held, 'job'],
  [
    'gauge',
    'runlens_job_step_age_seconds',
    'Time since the job that this worker holds was taken over or finished a step.',
    (f) => f.sinceStep,
    'job',
  ],
]

const WAITING: readonly FigureRow<WaitingTraces & { now: number }>[] = [
  ['gauge', 'runlens_traces_waiting', 'Traces that wait for being settled.', ({ traces }) => traces],
  [
    'gauge',
    'runlens_settle_lag_seconds',
    'Age of the oldest span that no settling has seen.',
    ({ now, oldestArrivalMs = now }) => Math.max(0, now - oldestArrivalMs) / 1000,
  ],
]

/** @param now milliseconds since the epoch */
export function createMetrics(now: () => number = Date.now): WorkerMetrics {
  const registry = createRegistry()
  let waiting = (): WaitingTraces => ({ traces: 0, oldestArrivalMs: undefined })
  addFigures(registry, () => ({ ...waiting(), now: now() }), WAITING)
  return {
    registry,
    ...createJobObserver(registry, now),
    ...createSettlingObserver(registry),
    ...createRollupObserver(registry),
    ...createPatternObserver(registry),
    ...createSyncObserver(registry),
    ...createRetentionObserver(registry, now),
    ...createErasureObserver(registry),
    watchWaiting: (read) => {
      waiting = read
    },
  }
}

function createJobObserver(registry: Registry, now: () => number): JobObserver {
  const jobs = new Map<string, { held: boolean; steppedAt: number }>()
  const figures = (): JobFigures => ({
    held: Object.fromEntries([...jobs].map(([job, { held }]) => [job, held ? 1 : 0])),
    sinceStep: Object.fromEntries(
      [...jobs].flatMap(([job, { held, steppedAt }]) => (held ? [[job, (now() - steppedAt) / 1000]] : [])),
    ),
  })
  addFigures(registry, figures, JOBS)
  const failures = new Counter({
    name: 'runlens_job_failures_total',
    help: 'Tries of a job that failed and were repeated.',
    labelNames: ['job'],
    registers: [registry],
  })
  return {
    held: (job, held) => jobs.set(job, { held, steppedAt: now() }),
    stepped: (job) => jobs.set(job, { held: true, steppedAt: now() }),
    failed: (job) => failures.inc({ job }),
  }
}

function createSettlingObserver(registry: Registry): Pick<SettleObserver, 'settled'> {
  const registers = [registry]
  const traces = new Counter({ name: 'runlens_traces_settled_total', help: 'Traces settled.', registers })
  const executions = new Counter({
    name: 'runlens_executions_written_total',
    help: 'Rows of executions written: new, changed and taken away.',
    registers,
  })
  const delay = new Histogram({
    name: 'runlens_settle_delay_seconds',
    help: 'From the arrival of a span in ClickHouse to the row of its execution, by trace.',
    buckets: SECONDS_BUCKETS,
    registers,
  })
  return {
    settled(report) {
      traces.inc(report.traces)
      executions.inc(report.executions)
      for (const ms of report.delaysMs) delay.observe(Math.max(0, ms) / 1000)
    },
  }
}

function createRollupObserver(registry: Registry): RollupObserver {
  const registers = [registry]
  const dirty = new Gauge({
    name: 'runlens_rollup_dirty_hours',
    help: 'Changed hours that the last step found; it looks at 100 at most.',
    registers,
  })
  const rebuilding = new Histogram({
    name: 'runlens_rollup_rebuild_seconds',
    help: 'Time to rebuild one hour.',
    buckets: SECONDS_BUCKETS,
    registers,
  })
  return {
    dirtyHours: (count) => dirty.set(count),
    rebuilt: (seconds) => rebuilding.observe(seconds),
  }
}

function createPatternObserver(registry: Registry): PatternObserver {
  const looking = new Histogram({
    name: 'runlens_pattern_look_seconds',
    help: 'Time to look for patterns of one tenant.',
    buckets: SECONDS_BUCKETS,
    registers: [registry],
  })
  return { lookedForPatterns: (seconds) => looking.observe(seconds) }
}

function createSyncObserver(registry: Registry): SyncObserver {
  const registers = [registry]
  const executions = new Counter({
    name: 'runlens_sync_executions_total',
    help: 'Executions of n8n servers that synchronisations went over, by what became of them; incomplete ones are told, too.',
    labelNames: ['result'],
    registers,
  })
  const jobs = new Counter({
    name: 'runlens_sync_jobs_total',
    help: 'Synchronisations that ended, by how.',
    labelNames: ['state'],
    registers,
  })
  const retries = new Counter({
    name: 'runlens_sync_retries_total',
    help: 'Requests of synchronisations, to the server or to the collector, that were repeated.',
    registers,
  })
  return {
    syncRetried: () => retries.inc(),
    syncTold: (counts) => {
      for (const [result, count] of Object.entries(counts)) executions.inc({ result }, count)
    },
    syncEnded: (state) => jobs.inc({ state }),
  }
}

function createRetentionObserver(registry: Registry, now: () => number): RetentionObserver {
  const registers = [registry]
  const rows = new Counter({
    name: 'runlens_retention_removed_rows_total',
    help: 'Rows that retention removed; `payloads` are executions that lost their payload.',
    labelNames: ['table'],
    registers,
  })
  const runs = new Counter({
    name: 'runlens_retention_runs_total',
    help: 'Runs of retention that came to an end.',
    labelNames: ['outcome'],
    registers,
  })
  const last = new Gauge({
    name: 'runlens_retention_last_run_timestamp_seconds',
    help: 'End of the last run of retention that did all it had to; 0 before the first.',
    registers,
  })
  return {
    removed: (table, count) => rows.inc({ table }, count),
    ran(isDone) {
      runs.inc({ outcome: isDone ? 'done' : 'failed' })
      if (isDone) last.set(Math.floor(now() / 1000))
    },
  }
}

function createErasureObserver(registry: Registry): ErasureObserver {
  const registers = [registry]
  const rows = new Counter({
    name: 'runlens_erased_rows_total',
    help: 'Rows that erasures removed.',
    labelNames: ['table'],
    registers,
  })
  const failures = new Counter({
    name: 'runlens_erasure_failures_total',
    help: 'Tries of an erasure that failed and are repeated.',
    registers,
  })
  return { erased: (table, count) => rows.inc({ table }, count), erasureFailed: () => failures.inc() }
}
