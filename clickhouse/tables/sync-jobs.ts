/** Jobs that read executions out of an engine's own records, and how far they are. */
import { table } from './column.ts'

export const SYNC_STATE_ENUM =
  "Enum8('queued' = 1, 'running' = 2, 'done' = 3, 'partial' = 4, 'failed' = 5, 'cancelled' = 6)"

/** ReplacingMergeTree(version), ORDER BY (tenant, environment, job_id), TTL 90 days after the last change: read with FINAL. */
export const SYNC_JOBS = table('sync_jobs', {
  tenant: 'LowCardinality(String)',
  environment: 'LowCardinality(String)',
  job_id: 'String',
  created_at: 'DateTime64(6)',
  updated_at: 'DateTime64(6)',
  state: SYNC_STATE_ENUM,
  /** Under which the executions are stored; '' until it is known. */
  instance: 'String',
  /** Of the first page that is not committed; '' for the first of all. */
  cursor: 'String',
  pages_committed: 'UInt32',
  /** Executions of these pages. */
  current: 'UInt64',
  /** Executions there were when the job began; null where nobody counted them. */
  total: 'Nullable(UInt64)',
  /** Of `current`: those that were known already, or are not over. */
  skipped: 'UInt64',
  /** Those that could not be read at all, and what was wrong with the first. */
  unread: 'UInt64',
  unread_first: 'String',
  /** Those that are told without all of their nodes, and why the first. */
  incomplete: 'UInt64',
  incomplete_first: 'String',
  /** Why it failed, or is not whole; '' otherwise. */
  error: 'String',
  /** The worker that wrote this version; '' for the API. */
  owner: 'String',
  version: 'UInt64',
})
