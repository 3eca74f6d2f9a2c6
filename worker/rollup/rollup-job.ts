/** The job that keeps the hourly rollups true. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import type { Job } from '../jobs/run-job.ts'
import type { RollupObserver } from '../metrics.ts'
import { readDirtyHours, rebuildHours } from './rebuild-hours.ts'

export interface RollupJobOptions {
  client: ClickHouseClient
  rollupIntervalMs: number
  /** How long after its mark a changed execution may still become visible. */
  settlingMs: number
  observe: RollupObserver
}

export const ROLLUP_JOB = 'rollup'

export class RollupJob implements Job {
  constructor(private readonly options: RollupJobOptions) {}

  async begin(): Promise<void> {}

  async step(signal: AbortSignal): Promise<number> {
    const { client, settlingMs, rollupIntervalMs, observe } = this.options
    const hours = await readDirtyHours(client, settlingMs)
    observe.dirtyHours(hours.length)
    if (signal.aborted) return rollupIntervalMs
    for await (const seconds of rebuildHours(client, hours)) {
      observe.rebuilt(seconds)
      if (signal.aborted) break
    }
    return rollupIntervalMs
  }

  async end(): Promise<void> {}
}
