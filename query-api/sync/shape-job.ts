/** A synchronisation for an answer. */
import type { SyncJob } from '@runlens/clickhouse'
import type { SyncJobAnswer } from '../schema/sync.ts'
import { formatTime } from '../time.ts'

export function shapeJob(job: SyncJob): SyncJobAnswer {
  const { job_id, environment, state, current, total, pages_committed, skipped, unread, incomplete } = job
  return {
    job_id,
    environment,
    type: 'executions',
    state,
    current,
    total,
    percentage: percentageOf(current, total, state === 'queued' || state === 'running'),
    pages_committed,
    skipped,
    unread,
    incomplete,
    error: job.error === '' ? null : job.error,
    created_at: formatTime(job.created_at * 1000n),
  }
}

/** One decimal; of nothing at all it is everything once that is sure. */
export function percentageOf(current: number, total: number | null, isOpen: boolean): number | null {
  if (total === null) return null
  if (total === 0) return isOpen ? 0 : 100
  return Math.min(100, Math.round((current / total) * 1_000) / 10)
}
