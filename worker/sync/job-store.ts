/** The jobs as they lie in ClickHouse. */
import {
  type ClickHouseClient,
  OPEN_SYNC_STATES,
  readSyncJob,
  SYNC_JOB_COLUMNS,
  type SyncJob,
  type SyncJobRow,
  wordList,
} from '@runlens/clickhouse'

/** Jobs read at once: far more than environments anybody configures. */
const JOBS_MAX = 1_000

/** Jobs that are not over, the oldest first. */
export async function readOpenJobs(client: ClickHouseClient): Promise<SyncJob[]> {
  const result = await client.query({
    query: `SELECT ${SYNC_JOB_COLUMNS}
FROM sync_jobs FINAL
WHERE state IN ${wordList(OPEN_SYNC_STATES)}
ORDER BY created_at, job_id
LIMIT ${JOBS_MAX}`,
    format: 'JSONEachRow',
  })
  return (await result.json<SyncJobRow>()).map(readSyncJob)
}

/** The instance under which an environment's executions were stored last; undefined for none. */
export async function readLastInstance(
  client: ClickHouseClient,
  { tenant, environment }: Pick<SyncJob, 'tenant' | 'environment'>,
): Promise<string | undefined> {
  const result = await client.query({
    query: `SELECT instance FROM sync_jobs FINAL
WHERE tenant = {tenant:String} AND environment = {environment:String} AND instance != '' AND pages_committed > 0
ORDER BY created_at DESC
LIMIT 1`,
    query_params: { tenant, environment },
    format: 'JSONEachRow',
  })
  const [row] = await result.json<{ instance: string }>()
  return row?.instance
}
