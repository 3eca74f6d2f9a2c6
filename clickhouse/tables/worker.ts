/** What the worker keeps about itself: who may do a job, and how far it has come. */
import { type Row, table } from './column.ts'

/**
 * Claims to a job. ReplacingMergeTree(renewed_at), ORDER BY (job, owner), TTL one day after `expires_at`; read with FINAL. The job is
 * the oldest claim's that has not expired.
 */
export const WORKER_LEASES = table('worker_leases', {
  job: 'LowCardinality(String)',
  /** Names one run of one process. */
  owner: 'String',
  host: 'String',
  pid: 'UInt32',
  claimed_at: 'DateTime64(6)',
  renewed_at: 'DateTime64(6)',
  expires_at: 'DateTime64(6)',
})
export type WorkerLeaseRow = Row<typeof WORKER_LEASES>

/** ReplacingMergeTree(updated_at), ORDER BY job: read with FINAL. */
export const WORKER_STATUS = table('worker_status', {
  job: 'LowCardinality(String)',
  updated_at: 'DateTime64(6)',
  owner: 'String',
  /** Everything that arrived before is settled; a restart reads from here. */
  position: 'DateTime64(6)',
  /** Longest time from arrival to executions written, since the row before; 0 when nothing arrived. */
  lag_ms: 'Float64',
  /** Traces that wait for being settled, or for ancestors. */
  traces_waiting: 'UInt64',
  /** Since this owner started. */
  traces_settled: 'UInt64',
  executions_written: 'UInt64',
  /** What kept it from working, '' when it works. */
  fault: 'String',
})
export type WorkerStatusRow = Row<typeof WORKER_STATUS>
