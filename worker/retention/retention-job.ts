/** The job that runs retention: what is asked for first, then whose turn it is. Each step is as short as the statement it makes. */
import { randomUUID } from 'node:crypto'
import type { ClickHouseClient } from '@runlens/clickhouse'
import type { Logger } from '@runlens/runtime'
import type { Job } from '../jobs/run-job.ts'
import { writeStatus } from '../jobs/status.ts'
import type { RetentionObserver } from '../metrics.ts'
import type { Swept } from './mutate.ts'
import { isDue } from './plan.ts'
import { ALL_TENANTS, runRetention } from './run-retention.ts'
import { type Run, readLastRuns, readQueue, readTenants, writeRun } from './runs.ts'

export interface RetentionJobOptions {
  client: ClickHouseClient
  log: Logger
  owner: string
  observe: RetentionObserver
  /** Milliseconds since the epoch. */
  now: () => number
}

export const RETENTION_JOB = 'retention'

const POLL_MS = 5_000
const SCHEDULE_INTERVAL_MS = 60_000
const STATUS_INTERVAL_MS = 10_000
const MUTATION_PAUSE_MS = 100

interface Running {
  run: Run
  steps: AsyncGenerator<Swept>
  removed: Record<string, number>
  /** Once it came to its end: why it failed, '' if it did not. */
  fault?: string
}

export class RetentionJob implements Job {
  private running: Running | undefined
  private heldSinceMs = 0
  private scheduleDue = 0
  private statusDue = 0
  /** Runs that nobody began, or that another worker left. */
  private queue: Run[] = []
  /** Why the last run of a tenant failed, until one succeeds. */
  private readonly faults = new Map<string, string>()

  constructor(private readonly options: RetentionJobOptions) {}

  async begin(): Promise<void> {
    this.running = undefined
    this.heldSinceMs = this.options.now()
    this.scheduleDue = 0
    this.queue = await readQueue(this.options.client, true)
    this.faults.clear()
    for (const [tenant, { fault }] of await readLastRuns(this.options.client)) {
      if (fault !== '') this.faults.set(tenant, fault)
    }
  }

  async step(): Promise<number> {
    const now = this.options.now()
    if (now >= this.statusDue) await this.writeStatus(now)
    if (this.running) return this.goOn(this.running)
    const run = await this.next(now)
    if (!run) return POLL_MS
    await this.start({ ...run, startedMs: now })
    return 0
  }

  async end(): Promise<void> {
    await this.writeStatus(this.options.now())
  }

  private async next(now: number): Promise<Run | undefined> {
    const { client } = this.options
    if (this.queue.length === 0) this.queue = await readQueue(client, false)
    const asked = this.queue.shift()
    if (asked || now < this.scheduleDue) return asked
    const last = await readLastRuns(client)
    const due = [...(await readTenants(client)), ALL_TENANTS].find((tenant) =>
      isDue(tenant, last.get(tenant), this.heldSinceMs, now),
    )
    if (due === undefined) {
      this.scheduleDue = now + SCHEDULE_INTERVAL_MS
      return undefined
    }
    return { tenant: due, id: randomUUID(), trigger: 'schedule', requestedMs: now, startedMs: now }
  }

  private async start(run: Run): Promise<void> {
    const { client } = this.options
    await writeRun(client, run, { state: 'running', endedMs: 0, removed: {}, fault: '' })
    const withSweep = run.trigger === 'request'
    const steps = runRetention({ client, tenant: run.tenant, withSweep, nowMs: run.startedMs })
    this.running = { run, steps, removed: {} }
  }

  /** Gives how long to pause. */
  private async goOn(running: Running): Promise<number> {
    const { run, steps, removed } = running
    const { log, observe } = this.options
    if (running.fault === undefined) {
      try {
        const { done, value } = await steps.next()
        if (!done) {
          if (value.rows === 0) return MUTATION_PAUSE_MS
          removed[value.table] = (removed[value.table] ?? 0) + value.rows
          observe.removed(value.table, value.rows)
          return 0
        }
        running.fault = ''
      } catch (error) {
        running.fault = error instanceof Error ? error.message : String(error)
        log.error({ err: error, tenant: run.tenant }, 'retention failed; the next run does the rest')
      }
      observe.ran(running.fault === '')
    }
    await this.finish(running, running.fault)
    return 0
  }

  private async finish({ run, removed }: Running, fault: string): Promise<void> {
    const { client, now } = this.options
    await writeRun(client, run, { state: fault === '' ? 'done' : 'failed', endedMs: now(), removed, fault })
    if (fault === '') this.faults.delete(run.tenant)
    else this.faults.set(run.tenant, fault)
    this.running = undefined
    this.statusDue = 0
  }

  private async writeStatus(now: number): Promise<void> {
    const [failed] = this.faults
    await writeStatus(this.options.client, RETENTION_JOB, {
      owner: this.options.owner,
      position: 0n,
      lag_ms: 0,
      traces_waiting: 0,
      traces_settled: 0,
      executions_written: 0,
      fault: failed ? `retention of ${failed[0] || 'what is left behind'} failed: ${failed[1]}` : '',
    })
    this.statusDue = now + STATUS_INTERVAL_MS
  }
}
