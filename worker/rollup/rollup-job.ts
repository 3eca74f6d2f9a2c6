/** The job that keeps the hourly rollups true. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import type { Job } from '../jobs/run-job.ts'
import type { RollupObserver } from '../metrics.ts'
import { readDirtyHours, rebuildHour } from './rebuild-hours.ts'

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
    for (const hour of hours) {
      if (signal.aborted) break
      const began = performance.now()
      await rebuildHour(client, hour)
      observe.rebuilt((performance.now() - began) / 1000)
    }
    return rollupIntervalMs
  }

  async end(): Promise<void> {}
}
