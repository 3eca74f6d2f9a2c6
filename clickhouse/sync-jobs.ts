/** A job's row as a value, and its next version: the API begins jobs, the worker goes on with them. */
import type { ClickHouseClient } from '@clickhouse/client'
import { insertRows } from './insert-rows.ts'
import { encodeRow } from './row-binary.ts'
import { SYNC_JOBS } from './tables/sync-jobs.ts'

export const SYNC_STATES = ['queued', 'running', 'done', 'partial', 'failed', 'cancelled'] as const
export type SyncState = (typeof SYNC_STATES)[number]
/** Those of a job that is not over. */
export const OPEN_SYNC_STATES = ['queued', 'running'] as const satisfies readonly SyncState[]

/** Columns as in `sync_jobs`. */
export interface SyncJob {
  tenant: string
  environment: string
  job_id: string
  /** Microseconds since the epoch. */
  created_at: bigint
  state: SyncState
  instance: string
  cursor: string
  pages_committed: number
  current: number
  total: number | null
  skipped: number
  unread: number
  unread_first: string
  incomplete: number
  incomplete_first: string
  error: string
  owner: string
  version: number
}

/** Columns of {@link readSyncJob}, for a SELECT from `sync_jobs`. */
export const SYNC_JOB_COLUMNS = `tenant, environment, job_id, toString(toUnixTimestamp64Micro(created_at)) AS created_us, state, instance, cursor,
  pages_committed, toFloat64(current) AS seen, toFloat64(total) AS of_all, toFloat64(skipped) AS passed_over,
  toFloat64(unread) AS not_read, unread_first, toFloat64(incomplete) AS not_whole, incomplete_first, error, owner,
  toFloat64(version) AS row_version`

export interface SyncJobRow {
  tenant: string
  environment: string
  job_id: string
  created_us: string
  state: SyncState
  instance: string
  cursor: string
  pages_committed: number
  seen: number
  of_all: number | null
  passed_over: number
  not_read: number
  unread_first: string
  not_whole: number
  incomplete_first: string
  error: string
  owner: string
  row_version: number
}

export function readSyncJob(row: SyncJobRow): SyncJob {
  const { created_us, seen, of_all, passed_over, not_read, not_whole, row_version, ...same } = row
  return {
    ...same,
    created_at: BigInt(created_us),
    current: seen,
    total: of_all,
    skipped: passed_over,
    unread: not_read,
    incomplete: not_whole,
    version: row_version,
  }
}

export function newSyncJob(tenant: string, environment: string, jobId: string, nowMs: number): SyncJob {
  return {
    tenant,
    environment,
    job_id: jobId,
    created_at: BigInt(nowMs) * 1000n,
    state: 'queued',
    instance: '',
    cursor: '',
    pages_committed: 0,
    current: 0,
    total: null,
    skipped: 0,
    unread: 0,
    unread_first: '',
    incomplete: 0,
    incomplete_first: '',
    error: '',
    owner: '',
    version: 1,
  }
}

/** Writes a version; the same may be written again. */
export async function writeSyncJob(client: ClickHouseClient, job: SyncJob, nowMs: number): Promise<void> {
  const row = { ...job, updated_at: BigInt(nowMs) * 1000n }
  await insertRows(client, { table: SYNC_JOBS, rows: [encodeRow(SYNC_JOBS, row)] })
}
