/** The worker: its jobs over one ClickHouse, started and stopped together. */
import { internalHeaders } from '@runlens/access'
import type { ClickHouseClient } from '@runlens/clickhouse'
import { collectorUrl, type Logger, type Settings } from '@runlens/runtime'
import { runJob } from './jobs/run-job.ts'
import type { WorkerMetrics } from './metrics.ts'
import { PATTERN_JOB, PatternJob } from './patterns/pattern-job.ts'
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
  const { client, log, settings, settle, metrics } = options
  const servers = serversOf(settings.environments)
  const controller = new AbortController()
  const { signal } = controller
  const { leaseSeconds, overlapMs, rollupIntervalMs, patternsIntervalMs } = settings.worker
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
        name: PATTERN_JOB,
        createJob: () => new PatternJob({ client, patternsIntervalMs, observe }),
      }),
      ...(servers.size === 0 ? [] : [synchronise(options, servers, signal)]),
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

function synchronise(
  { client, log, settings, metrics }: WorkerOptions,
  servers: ReadonlyMap<string, N8nServer>,
  signal: AbortSignal,
): Promise<void> {
  const sendSpans = createSendSpans({
    collectorUrl: collectorUrl(settings),
    headersFor: internalHeaders(settings, Date.now),
  })
  return runJob({
    client,
    log,
    leaseSeconds: settings.worker.leaseSeconds,
    observe: metrics,
    signal,
    name: SYNC_JOB,
    createJob: (owner) => new SyncJobs({ client, log, owner, servers, settings, sendSpans, observe: metrics }),
  })
}
