/**
 * The job of the worker that synchronises: takes up what the API queued, one synchronisation an environment, and goes on with what another worker left,
 * from its last committed page. A page that takes long does not hold up the lease: each step lasts a moment, and looks whether pages are ready.
 */
import { type ClickHouseClient, type SyncJob, writeSyncJob } from '@runlens/clickhouse'
import { createOutgoing, type Logger, type Outgoing, type Settings } from '@runlens/runtime'
import type { Job } from '../jobs/run-job.ts'
import type { SyncObserver } from '../metrics.ts'
import { readOpenJobs } from './job-store.ts'
import type { SendSpans } from './send-spans.ts'
import type { N8nServer } from './servers.ts'
import { type Advanced, SyncRun } from './sync-run.ts'

export const SYNC_JOB = 'sync'

export interface SyncJobsOptions {
  client: ClickHouseClient
  log: Logger
  owner: string
  servers: ReadonlyMap<string, N8nServer>
  settings: Pick<Settings, 'sync' | 'outgoing'>
  sendSpans: SendSpans
  observe: SyncObserver
  /** Milliseconds since the epoch. */
  now?: () => number
}

/** Environments at once; others wait for their turn. */
const RUNS_MAX = 4
/** How long a step waits for a page. */
const SLICE_MS = 500

interface Running {
  run: SyncRun
  /** The page at hand. */
  work: Promise<Advanced> | undefined
}

export class SyncJobs implements Job {
  readonly #options: SyncJobsOptions
  readonly #outgoing: Outgoing
  readonly #now: () => number
  #running = new Map<string, Running>()
  #lookAt = 0
  /** Aborted when the job is taken over anew, or given up: pages under way are then nobody's. */
  #held = new AbortController()
  #signal = this.#held.signal

  constructor(options: SyncJobsOptions) {
    this.#options = options
    this.#outgoing = createOutgoing(options.settings.outgoing)
    this.#now = options.now ?? Date.now
  }

  async begin(signal: AbortSignal): Promise<void> {
    this.#held.abort()
    this.#held = new AbortController()
    this.#signal = AbortSignal.any([signal, this.#held.signal])
    this.#running = new Map()
    this.#lookAt = 0
  }

  async step(): Promise<number> {
    const { pollMs } = this.#options.settings.sync
    if (performance.now() >= this.#lookAt) {
      await this.#look()
      this.#lookAt = performance.now() + pollMs
    }
    if (this.#running.size === 0) return pollMs
    const ready = await this.#nextReady()
    if (ready) await this.#commit(...ready)
    return 0
  }

  async end(): Promise<void> {
    this.#held.abort()
    this.#outgoing.close()
  }

  /** Takes up jobs that nobody works on here yet. */
  async #look(): Promise<void> {
    const taken = new Set<string>()
    for (const job of await readOpenJobs(this.#options.client)) {
      const key = JSON.stringify([job.tenant, job.environment])
      const server = this.#options.servers.get(job.environment)
      if (!server) await this.#cancel(job, 'no n8n server is configured for this environment any more')
      else if (taken.has(key)) await this.#cancel(job, 'another synchronisation of this environment was queued before')
      taken.add(key)
      if (server && !this.#running.has(key) && this.#running.size < RUNS_MAX) this.#start(key, job, server)
    }
  }

  #start(key: string, job: SyncJob, server: N8nServer): void {
    const { client, sendSpans, observe, owner, settings, log } = this.#options
    const { pageBytesMax, giveUpMs } = settings.sync
    const run = new SyncRun(job, {
      client,
      server,
      outgoing: this.#outgoing,
      sendSpans,
      pageBytesMax,
      giveUpMs,
      observe,
      owner,
    })
    this.#running.set(key, { run, work: undefined })
    const { environment, job_id, pages_committed } = job
    log.info({ environment, job_id, pages_committed }, job.state === 'queued' ? 'synchronising' : 'going on')
  }

  /** The first run whose page is there; undefined when a moment passed without one. Throws what a page failed with. */
  async #nextReady(): Promise<[string, Advanced] | undefined> {
    let timer: NodeJS.Timeout | undefined
    const moment = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), SLICE_MS)
    })
    const pages = [...this.#running].map(async ([key, running]): Promise<[string, Advanced]> => {
      running.work ??= running.run.advance(this.#signal)
      try {
        return [key, await running.work]
      } catch (error) {
        running.work = undefined
        throw error
      }
    })
    try {
      return await Promise.race([...pages, moment])
    } finally {
      clearTimeout(timer)
      // What fails later is seen in the next step, or nobody's any more.
      for (const page of pages) page.catch(() => {})
    }
  }

  async #commit(key: string, advanced: Advanced): Promise<void> {
    const running = this.#running.get(key)
    if (!running) return
    // Written again by the next step if it fails: the page stays at hand.
    await writeSyncJob(this.#options.client, advanced.job, this.#now())
    running.work = undefined
    running.run.commit(advanced)
    const { environment, job_id, state, current, error } = advanced.job
    if (state === 'running') return
    this.#running.delete(key)
    this.#options.observe.syncEnded(state)
    this.#options.log.info({ environment, job_id, state, executions: current, error }, 'synchronised')
  }

  async #cancel(job: SyncJob, error: string): Promise<void> {
    const { client, owner, observe } = this.#options
    await writeSyncJob(client, { ...job, state: 'cancelled', error, owner, version: job.version + 1 }, this.#now())
    observe.syncEnded('cancelled')
  }
}
