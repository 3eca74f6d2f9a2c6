/** The job that erases what was asked for, and again what comes late of it. Each step is as short as the statement it makes. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import type { Logger } from '@runlens/runtime'
import type { Job } from '../jobs/run-job.ts'
import { writeStatus } from '../jobs/status.ts'
import type { ErasureObserver } from '../metrics.ts'
import { erase } from './erase.ts'
import { isErasureDue, readErasures, type StoredErasure, writeErasure } from './erasures.ts'
import type { Progress } from './mutations.ts'
import type { SettleSettings } from './shared-traces.ts'

export interface ErasureJobOptions {
  client: ClickHouseClient
  log: Logger
  owner: string
  settings: SettleSettings
  observe: ErasureObserver
  /** Milliseconds since the epoch. */
  now: () => number
}

export const ERASURE_JOB = 'erasure'

const POLL_MS = 2_000
const STATUS_INTERVAL_MS = 10_000
const MUTATION_PAUSE_MS = 100

interface Running {
  erasure: StoredErasure
  steps: AsyncGenerator<Progress>
}

export class ErasureJob implements Job {
  private running: Running | undefined
  private statusDue = 0
  private fault = ''

  constructor(private readonly options: ErasureJobOptions) {}

  async begin(): Promise<void> {
    this.running = undefined
  }

  async step(): Promise<number> {
    const now = this.options.now()
    if (now >= this.statusDue) await this.writeStatus(now)
    if (this.running) return this.goOn(this.running)
    const { client, settings } = this.options
    const open = await readErasures(client)
    this.fault = open.find(({ state }) => state === 'failed')?.fault ?? ''
    const due = open.find((one) => isErasureDue(one, now))
    if (!due) return POLL_MS
    const erasure: StoredErasure = due.state === 'done' ? due : { ...due, state: 'running' }
    if (erasure.state !== due.state) await this.put(erasure)
    const steps = erase({ client, erasure, settings, nowMs: now, found: erasure.found })
    this.running = { erasure, steps }
    return 0
  }

  async end(): Promise<void> {
    await this.writeStatus(this.options.now())
  }

  private async goOn(running: Running): Promise<number> {
    const { log, observe, now } = this.options
    const { erasure } = running
    try {
      const { done, value } = await running.steps.next()
      if (done) {
        this.running = undefined
        await this.put(finished(erasure, now()))
        return 0
      }
      return await this.note(running, value)
    } catch (error) {
      this.running = undefined
      const fault = error instanceof Error ? error.message : String(error)
      observe.erasureFailed()
      log.error({ err: error, erasure: erasure.id }, 'an erasure failed; it is tried again')
      await this.put({ ...erasure, state: 'failed', sweptMs: now(), fault })
      this.statusDue = 0
      return 0
    }
  }

  private async note(running: Running, progress: Progress): Promise<number> {
    const { erasure } = running
    if ('hours' in progress) {
      running.erasure = { ...erasure, found: progress }
      if (progress.hours.length + progress.traces.length > 0) await this.put(running.erasure)
      return 0
    }
    if ('table' in progress) {
      const before = erasure.rows[progress.table] ?? 0
      running.erasure = { ...erasure, rows: { ...erasure.rows, [progress.table]: before + progress.rows } }
      this.options.observe.erased(progress.table, progress.rows)
      await this.put(running.erasure)
      return 0
    }
    if (erasure.state === 'running') {
      running.erasure = { ...erasure, state: 'waiting_for_mutation' }
      await this.put(running.erasure)
    }
    return MUTATION_PAUSE_MS
  }

  private async put(erasure: StoredErasure): Promise<void> {
    await writeErasure(this.options.client, erasure)
  }

  private async writeStatus(now: number): Promise<void> {
    await writeStatus(this.options.client, ERASURE_JOB, {
      owner: this.options.owner,
      position: 0n,
      lag_ms: 0,
      traces_waiting: 0,
      traces_settled: 0,
      executions_written: 0,
      fault: this.fault === '' ? '' : `an erasure failed: ${this.fault}`,
    })
    this.statusDue = now + STATUS_INTERVAL_MS
  }
}

/** Once nothing late is waited for, its subject is forgotten, too. */
function finished(erasure: StoredErasure, now: number): StoredErasure {
  const isOver = now >= erasure.suppressedUntilMs
  return {
    ...erasure,
    state: 'done',
    endedMs: erasure.endedMs || now,
    sweptMs: now,
    subjectHash: isOver ? '' : erasure.subjectHash,
    found: { hours: [], traces: [] },
    fault: '',
  }
}
