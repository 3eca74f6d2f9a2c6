/** The job that keeps the hourly rollups true. */
import type { ClickHouseClient } from '@runlens/clickhouse'
import type { Job } from '../jobs/run-job.ts'
import { readDirtyHours, rebuildHour } from './rebuild-hours.ts'

export interface RollupJobOptions {
  client: ClickHouseClient
  rollupIntervalMs: number
  /** How long after its mark a changed execution may still become visible. */
  settlingMs: number
}

export const ROLLUP_JOB = 'rollup'

export class RollupJob implements Job {
  constructor(private readonly options: RollupJobOptions) {}

  async begin(): Promise<void> {}

  async step(signal: AbortSignal): Promise<number> {
    const { client, settlingMs, rollupIntervalMs } = this.options
    const hours = await readDirtyHours(client, settlingMs)
    for (const hour of hours) {
      if (signal.aborted) break
      await rebuildHour(client, hour)
    }
    return rollupIntervalMs
  }

  async end(): Promise<void> {}
}
