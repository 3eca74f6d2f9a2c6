/** Tells readers of live streams how synchronisations get on: one look a second while anybody listens, at what the worker wrote last. */
import { setTimeout as sleep } from 'node:timers/promises'
import { syncProgress } from '../questions/sync/sync-jobs.ts'
import type { Runner } from '../run.ts'
import { percentageOf } from './shape-job.ts'

export interface Progress {
  current: number
  total: number | null
  percentage: number | null
}

export interface SyncProgressOptions {
  runner: Pick<Runner, 'askAnew'>
  tell: (tenant: string, progress: Progress) => void
  /** A look failed; the next one may not. */
  failed: (error: unknown) => void
  /** Default 1 000. */
  pollMs?: number
}

const POLL_MS = 1_000

export class SyncProgress {
  readonly #options: SyncProgressOptions
  #running: AbortController | undefined

  constructor(options: SyncProgressOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#running) return
    this.#running = new AbortController()
    void this.#follow(this.#running.signal)
  }

  stop(): void {
    this.#running?.abort()
    this.#running = undefined
  }

  async #follow(signal: AbortSignal): Promise<void> {
    // What was told of each job; none of those that were over when somebody began to listen.
    let told: ReadonlyMap<string, string> | undefined
    while (!signal.aborted) {
      told = await this.#look(told, signal)
      await sleep(this.#options.pollMs ?? POLL_MS, undefined, { signal, ref: false }).catch(() => {})
    }
  }

  async #look(told: ReadonlyMap<string, string> | undefined, signal: AbortSignal) {
    const next = new Map<string, string>()
    try {
      for (const row of await this.#options.runner.askAnew(syncProgress(), signal)) {
        const isOpen = row.is_open === 1
        const progress: Progress = {
          current: row.seen,
          total: row.of_all,
          percentage: percentageOf(row.seen, row.of_all, isOpen),
        }
        const text = JSON.stringify([progress, isOpen])
        next.set(row.job_id, text)
        if (signal.aborted || told?.get(row.job_id) === text || (told === undefined && !isOpen)) continue
        this.#options.tell(row.tenant, progress)
      }
      return next
    } catch (error) {
      if (!signal.aborted) this.#options.failed(error)
      return told
    }
  }
}
