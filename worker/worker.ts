/** The worker: its jobs over one ClickHouse, started and stopped together. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import type { Logger, Settings } from '@runlens/runtime'
import { ERASURE_JOB, ErasureJob } from './erasure/erasure-job.ts'
import { runJob } from './jobs/run-job.ts'
import type { WorkerMetrics } from './metrics.ts'
import { RETENTION_JOB, RetentionJob } from './retention/retention-job.ts'
import { ROLLUP_JOB, RollupJob } from './rollup/rollup-job.ts'
import type { Settle } from './settle/follow-executions.ts'
import { SETTLE_JOB, SettleJob } from './settle/settle-job.ts'
import { waitForSchema } from './wait-for-schema.ts'

export interface WorkerOptions {
  client: ClickHouseClient
  log: Logger
  settings: Pick<Settings, 'worker' | 'mapping'>
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

export function startWorker({ client, log, settings, settle, metrics }: WorkerOptions): Worker {
  const controller = new AbortController()
  const { signal } = controller
  const { leaseSeconds, overlapMs, rollupIntervalMs } = settings.worker
  const observe = metrics
  let started = false
  const run = async () => {
    await waitForSchema(client, log, signal)
    started = true
    await Promise.all([
      runJob({
        client,
        log,
        leaseSeconds,
        observe,
        signal,
        name: SETTLE_JOB,
        createJob: (owner) =>
          new SettleJob({
            client,
            log,
            owner,
            settle,
            settings: settings.worker,
            payloadBytesMax: settings.mapping.payloadBytesMax,
            observe,
          }),
      }),
      runJob({
        client,
        log,
        leaseSeconds,
        observe,
        signal,
        name: ROLLUP_JOB,
        createJob: () => new RollupJob({ client, rollupIntervalMs, settlingMs: overlapMs, observe }),
      }),
      runJob({
        client,
        log,
        leaseSeconds,
        observe,
        signal,
        name: RETENTION_JOB,
        createJob: (owner) => new RetentionJob({ client, log, owner, observe, now: Date.now }),
      }),
      runJob({
        client,
        log,
        leaseSeconds,
        observe,
        signal,
        name: ERASURE_JOB,
        createJob: (owner) => {
          const { spansPerTraceMax, candidateTimeoutMs } = settings.worker
          const { payloadBytesMax } = settings.mapping
          const settling = { settle, spansPerTraceMax, candidateTimeoutMs, payloadBytesMax }
          return new ErasureJob({ client, log, owner, settings: settling, observe, now: Date.now })
        },
      }),
    ])
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
