/** The worker: its jobs over one ClickHouse, started and stopped together. */
import { internalHeaders } from '@runlens/access'
import type { ClickHouseClient } from '@runlens/clickhouse'
import { collectorUrl, type Logger, type Settings } from '@runlens/runtime'
import { ERASURE_JOB, ErasureJob } from './erasure/erasure-job.ts'
import { createLeases } from './jobs/leases.ts'
import { type RunJobOptions, runJob } from './jobs/run-job.ts'
import type { WorkerMetrics } from './metrics.ts'
import { PATTERN_JOB, PatternJob } from './patterns/pattern-job.ts'
import { RETENTION_JOB, RetentionJob } from './retention/retention-job.ts'
import { ROLLUP_JOB, RollupJob } from './rollup/rollup-job.ts'
import type { Settle } from './settle/follow-executions.ts'
import { SETTLE_JOB, SettleJob } from './settle/settle-job.ts'
import { createSendSpans } from './sync/send-spans.ts'
import { type N8nServer, serversOf } from './sync/servers.ts'
import { SYNC_JOB, SyncJobs } from './sync/sync-jobs.ts'
import { waitForSchema } from './wait-for-schema.ts'

export interface WorkerOptions {
  client: ClickHouseClient
  log: Logger
  settings: Pick<
    Settings,
    'worker' | 'mapping' | 'environments' | 'sync' | 'outgoing' | 'api' | 'otlpHttp' | 'auth' | 'secrets' | 'dataDir'
  >
  settle: Settle
  metrics: WorkerMetrics
}

export interface Worker {
  /** Whether ClickHouse was reached and has the schema of this build. */
  readonly started: boolean
  /** Rejects when the worker can't go on; resolves after `stop`. */
  done: Promise<void>
  /** Finishes what runs. */
  stop(): Promise<void>
}

/** @throws RunlensError `config_invalid` when the key of an n8n server is missing */
export function startWorker(options: WorkerOptions): Worker {
  const { client, log, settings, metrics } = options
  const servers = serversOf(settings.environments)
  const controller = new AbortController()
  const { signal } = controller
  let started = false
  const run = async () => {
    await waitForSchema(client, log, signal)
    started = true
    const { leaseSeconds } = settings.worker
    const common = { leases: createLeases({ client, leaseSeconds }), log, leaseSeconds, observe: metrics, signal }
    await Promise.all(jobsOf(options, servers).map((job) => runJob({ ...common, ...job })))
  }
  const done = run().catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  return {
    get started() {
      return started
    },
    done,
    stop: async () => {
      controller.abort()
      await done
    },
  }
}

type NamedJob = Pick<RunJobOptions, 'name' | 'createJob'>

/** Every job, each with one owner at a time. The last one only where there are servers to read. */
function jobsOf(options: WorkerOptions, servers: ReadonlyMap<string, N8nServer>): NamedJob[] {
  const { client, log, settings, settle, metrics: observe } = options
  const { overlapMs, rollupIntervalMs, patternsIntervalMs, spansPerTraceMax, candidateTimeoutMs } = settings.worker
  const { payloadBytesMax } = settings.mapping
  const now = Date.now
  const settling = { settle, spansPerTraceMax, candidateTimeoutMs, payloadBytesMax }
  const jobs: NamedJob[] = [
    {
      name: SETTLE_JOB,
      createJob: (owner) =>
        new SettleJob({ client, log, owner, settle, settings: settings.worker, payloadBytesMax, observe }),
    },
    {
      name: ROLLUP_JOB,
      createJob: () => new RollupJob({ client, rollupIntervalMs, settlingMs: overlapMs, observe }),
    },
    { name: PATTERN_JOB, createJob: () => new PatternJob({ client, patternsIntervalMs, observe }) },
    { name: RETENTION_JOB, createJob: (owner) => new RetentionJob({ client, log, owner, observe, now }) },
    {
      name: ERASURE_JOB,
      createJob: (owner) => new ErasureJob({ client, log, owner, settings: settling, observe, now }),
    },
  ]
  if (servers.size === 0) return jobs
  const sendSpans = createSendSpans({
    collectorUrl: collectorUrl(settings),
    headersFor: internalHeaders(settings, now),
  })
  const createJob = (owner: string) => new SyncJobs({ client, log, owner, servers, settings, sendSpans, observe })
  return [...jobs, { name: SYNC_JOB, createJob }]
}
