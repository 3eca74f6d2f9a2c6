/**
 * What the queries read: over a day at most a sixth of what 45 days hold, whether rollups answer or, for the running hour, executions. A range
 * of 24 hours lies in two days, and where anchors are looked up first, these are read up to three times.
 */
import { durationBucketSql, EXECUTION_SCALE, QUANTILE_LEVELS, STEP_SCALE } from '@runlens/clickhouse'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../test/kit/clickhouse.ts'
import { expandGrafanaSql } from '../test/kit/expand-grafana-sql.ts'
import { startDatabase } from '../test/kit/stack-db.ts'
import { executionsDashboard } from './executions-dashboard.ts'

const MINUTES = 45 * 24 * 60
/** The end of the running hour; one execution with one step starts in each minute before. */
const END = Math.ceil(Date.now() / 3_600_000) * 3_600
const { panels, templating } = executionsDashboard()
const variables = Object.fromEntries(templating.list.map(({ name, current }) => [name, current.value]))

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
  const state = (duration: string, scale: typeof STEP_SCALE) =>
    `quantilesTimingState(${QUANTILE_LEVELS.join(', ')})(${durationBucketSql(`assumeNotNull(${duration})`, scale)})`
  const over = `FROM executions FINAL WHERE started_at < toDateTime(${END - 3_600}) GROUP BY ALL`
  for (const query of [
    `INSERT INTO executions (tenant, anchor_at, execution_id, kind, workflow_id, status, started_at, duration_ms, steps.name, steps.type,
       steps.status, steps.duration_ms, version)
     SELECT 'default', toDateTime64(${END}, 6) - toIntervalMinute(number + 1) AS start, toString(number), 'workflow', 'w',
       if(number % 9 = 0, 'error', 'success'), start, 100 + number % 100, ['a'], ['db'], [if(number % 9 = 0, 'error', 'success')], [50], 1
     FROM numbers(${MINUTES})`,
    `INSERT INTO execution_minutes (tenant, minute, kind, workflow_id, status, executions, duration_bucket)
     SELECT tenant, toStartOfMinute(started_at, 'UTC') AS minute, kind, workflow_id, status, count(), ${state('duration_ms', EXECUTION_SCALE)} ${over}`,
    `INSERT INTO step_hours (tenant, hour, workflow_id, kind, step_name, step_type, step_status, steps, duration_bucket)
     SELECT tenant, toStartOfHour(started_at, 'UTC') AS hour, workflow_id, kind, 'a', 'db', steps.status[1] AS status, count(), ${state('steps.duration_ms[1]', STEP_SCALE)} ${over}`,
    `INSERT INTO dirty_hours (tenant, hour, rebuilt_at) SELECT DISTINCT tenant, hour, now64(6) FROM dirty_hours WHERE hour < toDateTime(${END - 3_600})`,
    'OPTIMIZE TABLE dirty_hours FINAL',
  ])
    await db.client.command({ query })
})
afterAll(() => db?.stop())

it.each(panels.map(({ id, title, targets: [target] }) => [title, id, target!.rawSql] as const))(
  'reads a day, not everything: %s (panel %i)',
  async (_title, _id, rawSql) => {
    const query = expandGrafanaSql(rawSql, { from: END - 86_400, to: END, interval: 600, variables })
    const answer = await db.client.query({ query, format: 'JSON' })
    const { data, statistics } = (await answer.json()) as { data: unknown[]; statistics: { rows_read: number } }
    expect(data.length).toBeGreaterThan(0)
    expect(statistics.rows_read).toBeLessThan(MINUTES / 6)
  },
)
