/** The rows that ask for runs of retention and tell of them. */
import { type ClickHouseClient, RETENTION_RUNS } from '@runlens/clickhouse'
import type { LastRun } from './plan.ts'

export interface Run {
  tenant: string
  id: string
  trigger: 'schedule' | 'request'
  requestedMs: number
  startedMs: number
}

interface RunAnswer {
  tenant: string
  id: string
  trigger: Run['trigger']
  requested_ms: string
}

/** Asked for and not begun, the oldest first; after a take-over also those that a killed worker left. */
export async function readQueue(client: ClickHouseClient, withRunning: boolean): Promise<Run[]> {
  const result = await client.query({
    query: `SELECT tenant, id, trigger, toString(toUnixTimestamp64Milli(requested_at)) AS requested_ms
FROM retention_runs FINAL
WHERE state IN ('queued'${withRunning ? ", 'running'" : ''})
ORDER BY requested_at LIMIT 100`,
    format: 'JSONEachRow',
  })
  return (await result.json<RunAnswer>()).map(({ requested_ms, ...run }) => ({
    ...run,
    requestedMs: Number(requested_ms),
    startedMs: 0,
  }))
}

/** The last run of each tenant that came to an end. */
export async function readLastRuns(client: ClickHouseClient): Promise<Map<string, LastRun>> {
  const result = await client.query({
    query: `SELECT tenant, toString(toUnixTimestamp64Milli(max(started_at))) AS started, argMax(fault, started_at) AS fault
FROM retention_runs FINAL
WHERE state IN ('done', 'failed')
GROUP BY tenant`,
    format: 'JSONEachRow',
  })
  const rows = await result.json<{ tenant: string; started: string; fault: string }>()
  return new Map(rows.map((row) => [row.tenant, { startedMs: Number(row.started), fault: row.fault }]))
}

/** Every tenant that ever had an execution. */
export async function readTenants(client: ClickHouseClient): Promise<string[]> {
  const result = await client.query({
    query: 'SELECT DISTINCT tenant FROM dirty_hours ORDER BY tenant',
    format: 'JSONEachRow',
  })
  return (await result.json<{ tenant: string }>()).map(({ tenant }) => tenant)
}

export interface RunState {
  state: 'running' | 'done' | 'failed'
  endedMs: number
  /** Rows by table. */
  removed: Readonly<Record<string, number>>
  fault: string
}

export async function writeRun(client: ClickHouseClient, run: Run, state: RunState): Promise<void> {
  await client.insert({
    table: RETENTION_RUNS.name,
    format: 'JSONEachRow',
    values: [
      {
        tenant: run.tenant,
        id: run.id,
        state: state.state,
        trigger: run.trigger,
        requested_at: timeText(run.requestedMs),
        started_at: timeText(run.startedMs),
        ended_at: timeText(state.endedMs),
        removed_json: JSON.stringify(state.removed),
        fault: state.fault,
      },
    ],
  })
}

/** As ClickHouse reads a DateTime64(6) in JSON. */
function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, -1).replace('T', ' ')
}
