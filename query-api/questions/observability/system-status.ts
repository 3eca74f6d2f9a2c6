/** How the stack itself is, as far as ClickHouse knows: its jobs, its storage, its version. About the system, so it belongs to no tenant. */
import type { Question } from '../question.ts'

export interface JobRow {
  job: string
  owner: string
  host: string
  /** Microseconds of the lease's end as text; null: nobody holds it. */
  expires_us: string
}

export interface JobStatusRow {
  job: string
  updated_us: string
  position_us: string
  lag_ms: number
  traces_waiting: string | number
  traces_settled: string | number
  executions_written: string | number
  fault: string
}

export interface StorageRow {
  table: string
  parts: string | number
  rows: string | number
  bytes: string | number
}

export interface DiskRow {
  name: string
  free: string | number
  total: string | number
  version: string
}

const micros = (column: string) => `toString(toUnixTimestamp64Micro(${column}))`

/** Who holds which job: the oldest claim that has not expired. */
export function jobLeases(nowMs: number): Question<JobRow> {
  const sql = `SELECT
  job,
  argMin(owner, claimed_at) AS owner,
  argMin(host, claimed_at) AS host,
  ${micros('argMin(expires_at, claimed_at)')} AS expires_us
FROM worker_leases FINAL
WHERE expires_at > fromUnixTimestamp64Milli({now_ms:Int64}, 'UTC')
GROUP BY job
ORDER BY job`
  return { name: 'job-leases', sql, params: { now_ms: nowMs } }
}

export function jobStatus(): Question<JobStatusRow> {
  const sql = `SELECT
  job,
  ${micros('updated_at')} AS updated_us,
  ${micros('position')} AS position_us,
  lag_ms,
  traces_waiting,
  traces_settled,
  executions_written,
  fault
FROM worker_status FINAL
ORDER BY job`
  return { name: 'job-status', sql, params: {} }
}

export function storage(): Question<StorageRow> {
  const sql = `SELECT
  table,
  count() AS parts,
  sum(rows) AS rows,
  sum(bytes_on_disk) AS bytes
FROM system.parts
WHERE active AND database = currentDatabase()
GROUP BY table
ORDER BY bytes DESC, table`
  return { name: 'storage', sql, params: {} }
}

export function disks(): Question<DiskRow> {
  const sql = `SELECT
  name,
  free_space AS free,
  total_space AS total,
  version() AS version
FROM system.disks
ORDER BY name`
  return { name: 'disks', sql, params: {} }
}
