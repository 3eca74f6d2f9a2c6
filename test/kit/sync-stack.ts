/** ClickHouse, collector and worker with an n8n server to synchronise with, for tests; the worker in this process, or as one of its own. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  newSyncJob,
  readSyncJob,
  SYNC_JOB_COLUMNS,
  type SyncJob,
  type SyncJobRow,
  writeSyncJob,
} from '@runlens/clickhouse'
import { settle } from '@runlens/mapping'
import { createLogger, loadSettings } from '@runlens/runtime'
import { createMetrics } from '../../worker/metrics.ts'
import { startWorker, type Worker } from '../../worker/worker.ts'
import type { TestClickHouse } from './clickhouse.ts'
import { type Collector, startCollector } from './collector.ts'
import { type N8nServer, STUB_KEY, startN8nServer } from './n8n-server.ts'
import { rowsOf, startDatabase } from './stack-db.ts'

const WORKER = fileURLToPath(new URL('../../worker/dist/main.js', import.meta.url))

export interface SyncStack {
  db: TestClickHouse
  collector: Collector
  n8n: N8nServer
  /** Keys of `sync` and `outgoing` may be laid over what fits a test. */
  startWorker(more?: { sync?: object; outgoing?: object; environments?: object }): Worker
  /** The built process. */
  forkWorker(): Promise<ChildProcess>
  /** `kill -9` of all that were forked. */
  killWorkers(): Promise<void>
  queue(environment: string): Promise<string>
  job(id: string): Promise<SyncJob>
  /** Waits until the job is over. */
  ended(id: string, timeoutMs?: number): Promise<SyncJob>
  /** What is stored of an instance's executions. */
  totals(instance: string): Promise<Totals | undefined>
  /** OTLP/JSON, as n8n would send it. */
  send(body: object): Promise<void>
  stop(): Promise<void>
}

export interface Totals {
  executions: number
  steps: number
  failed: number
  names: string[]
  first: string
}

/** Every environment is one of its own at the same server; `env-*` are instances of their own as well. */
export const ENVIRONMENTS = ['main', 'env-a', 'env-b', 'env-c', 'env-d', 'env-e'] as const

export async function startSyncStack(): Promise<SyncStack> {
  const db = await startDatabase()
  const collector = await startCollector({ clickhouseUrl: db.url })
  const n8n = await startN8nServer()
  const directory = mkdtempSync(join(tmpdir(), 'runlens-sync-'))
  const children: ChildProcess[] = []
  const file = (more: object) => ({
    api: { collectorUrl: collector.urls.otlpHttp },
    sync: { pollMs: 50, giveUpMs: 3_000 },
    outgoing: { allowPrivate: ['127.0.0.1'], timeoutMs: 30_000 },
    worker: { leaseSeconds: 2 },
    environments: Object.fromEntries(
      ENVIRONMENTS.map((id) => [id, { n8n: { url: n8n.url, api_key: STUB_KEY, instance_id: `instance-${id}` } }]),
    ),
    ...more,
  })
  const write = (more: object) => {
    const path = join(directory, 'runlens.yaml')
    writeFileSync(path, JSON.stringify(file(more)))
    return path
  }
  const job = async (id: string) => {
    const rows = await rowsOf<SyncJobRow>(
      db.client,
      `SELECT ${SYNC_JOB_COLUMNS} FROM sync_jobs FINAL WHERE job_id = '${id}'`,
    )
    return readSyncJob(rows[0]!)
  }
  const killWorkers = async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
  }
  let queued = 0
  return {
    db,
    collector,
    n8n,
    startWorker: (more = {}) => {
      const settings = loadSettings({ RUNLENS_CONFIG: write(more) })
      const log = createLogger('worker', 'silent')
      return startWorker({ client: db.client, log, settings, settle, metrics: createMetrics() })
    },
    forkWorker: async () => {
      const env = { ...process.env, RUNLENS_CLICKHOUSE_URL: db.url, RUNLENS_CONFIG: write({}) }
      const child = fork(WORKER, [], { env, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
      children.push(child)
      await once(child, 'message')
      return child
    },
    killWorkers,
    queue: async (environment) => {
      const id = `job-${++queued}-${environment}`
      await writeSyncJob(db.client, newSyncJob('default', environment, id, Date.now()), Date.now())
      return id
    },
    job,
    ended: async (id, timeoutMs = 60_000) => {
      const until = performance.now() + timeoutMs
      for (;;) {
        const seen = await job(id)
        if (seen.state !== 'queued' && seen.state !== 'running') return seen
        if (performance.now() > until) throw new Error(`still ${JSON.stringify({ ...seen, created_at: 0 })}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    totals: async (instance) => {
      const [row] = await rowsOf<Totals>(
        db.client,
        `SELECT toUInt32(count()) AS executions, toUInt32(sum(step_count)) AS steps, toUInt32(countIf(status = 'error' AND failed_step = 'Fetch')) AS failed,
       arraySort(groupUniqArray(toString(workflow_name))) AS names, min(execution_id) AS first
     FROM executions FINAL WHERE instance = '${instance}'`,
      )
      return row
    },
    send: async (body) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${collector.urls.otlpHttp}/v1/traces`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      })
      if (!answer.ok) throw new Error(await answer.text())
    },
    stop: async () => {
      await killWorkers()
      await n8n.stop()
      await collector.stop()
      await db.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
