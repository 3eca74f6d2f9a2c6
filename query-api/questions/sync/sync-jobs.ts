/** Jobs that read executions out of an n8n server: one by its id, those of an environment that are not over, and how all get on. */
import { OPEN_SYNC_STATES, SYNC_JOB_COLUMNS, type SyncJobRow, wordList } from '@runlens/clickhouse'
import { Parameters, type Question, rowsOf, type Scope } from '../question.ts'

export function syncJob(scope: Scope, environment: string, jobId: string): Question<SyncJobRow> {
  const parameters = new Parameters()
  const rows = rowsOf('sync_jobs', scope, parameters, [
    `environment = ${parameters.bind('environment', 'String', environment)}`,
    `job_id = ${parameters.bind('job_id', 'String', jobId)}`,
  ])
  return { name: 'sync-job', sql: `SELECT ${SYNC_JOB_COLUMNS}\n${rows}`, params: parameters.values }
}

/** The oldest one first: it is the one that is worked on. */
export function openSyncJobs(scope: Scope, environment: string): Question<SyncJobRow> {
  const parameters = new Parameters()
  const rows = rowsOf('sync_jobs', scope, parameters, [
    `environment = ${parameters.bind('environment', 'String', environment)}`,
    `state IN ${wordList(OPEN_SYNC_STATES)}`,
  ])
  const sql = `SELECT ${SYNC_JOB_COLUMNS}\n${rows}\nORDER BY created_at, job_id\nLIMIT 10`
  return { name: 'open-sync-jobs', sql, params: parameters.values }
}

export interface SyncProgressRow {
  tenant: string
  job_id: string
  is_open: number
  seen: number
  of_all: number | null
}

/** Jobs of all tenants that changed within the last hour, for the process that tells their readers. */
export function syncProgress(): Question<SyncProgressRow> {
  return {
    name: 'sync-progress',
    sql: `SELECT tenant, job_id, state IN ${wordList(OPEN_SYNC_STATES)} AS is_open, toFloat64(current) AS seen, toFloat64(total) AS of_all
FROM sync_jobs FINAL
WHERE updated_at > now64(6) - INTERVAL 1 HOUR
ORDER BY updated_at DESC
LIMIT 200`,
    params: {},
  }
}
