/** The row that tells how far a job has come: for its next start, and for people. */
import { type ClickHouseClient, encodeRow, insertRows, WORKER_STATUS } from '@runlens/clickhouse'

export interface JobStatus {
  owner: string
  /** Microseconds since the epoch. */
  position: bigint
  lag_ms: number
  traces_waiting: number
  traces_settled: number
  executions_written: number
  fault: string
}

export async function writeStatus(client: ClickHouseClient, job: string, status: JobStatus): Promise<void> {
  const row = { ...status, job, updated_at: BigInt(Date.now()) * 1000n }
  await insertRows(client, { table: WORKER_STATUS, rows: [encodeRow(WORKER_STATUS, row)] })
}

/** Where the job stopped, microseconds since the epoch; 0 if it never ran. */
export async function readPosition(client: ClickHouseClient, job: string): Promise<bigint> {
  const result = await client.query({
    query: `SELECT toString(toUnixTimestamp64Micro(position)) AS position FROM worker_status FINAL WHERE job = {job:String}`,
    query_params: { job },
    format: 'JSONEachRow',
  })
  const [row] = await result.json<{ position: string }>()
  return BigInt(row?.position ?? 0)
}
