import { afterAll, expect, it } from 'vitest'
import { startClickHouse, type TestClickHouse } from '../test/kit/clickhouse.ts'
import { rowsOf } from '../test/kit/stack-db.ts'
import { migrate, readMigrations } from './migrate.ts'

let clickhouse: TestClickHouse | undefined
afterAll(() => clickhouse?.stop())

it('gives a database of before its days and columns out of what it holds', async () => {
  clickhouse = await startClickHouse()
  const { client } = clickhouse
  const migrations = readMigrations()
  const before = migrations.findIndex(({ name }) => name === 'alter_executions_visual_table')
  await migrate(client, { migrations: migrations.slice(0, before) })
  const hour = (day: number, at: number) => `toDateTime('2026-11-${day} ${at}:00:00', 'UTC')`
  const state = (ms: number) =>
    `(SELECT quantilesTimingState(0.5, 0.75, 0.9, 0.95, 0.99)(toUInt16(${ms})) FROM numbers(3))`
  const insert = (table: string, columns: string, rows: readonly string[]) =>
    client.command({
      query: `INSERT INTO ${table} (${columns}) SELECT * FROM (${rows.map((row) => `SELECT ${row}`).join(' UNION ALL ')})`,
    })
  const users = (n: number) => `[toFixedString('${'u'.repeat(15)}${n}', 16)]`
  await insert(
    'execution_hours',
    'tenant, hour, kind, environment, workflow_id, status, workflow_name, failed_users, executions, duration_ms_max, duration_bucket, last_started_at, generation',
    [
      `'t', ${hour(20, 10)}, 'workflow', 'e', 'w', 'error', 'Old', ${users(1)}, 3, 5., ${state(100)}, toDateTime64('2026-11-20 10:30:00', 9), 5`,
      `'t', ${hour(20, 11)}, 'workflow', 'e', 'w', 'error', 'New', ${users(2)}, 4, 9., ${state(100)}, toDateTime64('2026-11-20 11:30:00', 9), 5`,
      // Vanished: of nothing.
      `'t', ${hour(20, 12)}, 'workflow', 'e', 'w', 'error', 'None', [], 0, 0., ${state(100)}, toDateTime64('2026-11-20 12:30:00', 9), 5`,
      `'t', ${hour(21, 0)}, 'workflow', 'e', 'w', 'error', 'New', [], 5, 1., ${state(7)}, toDateTime64('2026-11-21 00:30:00', 9), 5`,
    ],
  )
  await insert('step_hours', 'tenant, hour, workflow_id, step_name, steps', [
    `'t', ${hour(20, 10)}, 'w', 's', 1`,
    `'t', ${hour(20, 11)}, 'w', 's', 2`,
  ])
  await insert(
    'error_hours',
    'tenant, hour, error_fingerprint, workflow_id, error_type, users, first_started_at, last_started_at, executions',
    [
      `'t', ${hour(20, 10)}, 'f', 'w', 'A', ${users(1)}, toDateTime64('2026-11-20 10:10:00', 9), toDateTime64('2026-11-20 10:30:00', 9), 2`,
      `'t', ${hour(20, 11)}, 'f', 'w', 'B', ${users(1)}, toDateTime64('2026-11-20 11:10:00', 9), toDateTime64('2026-11-20 11:30:00', 9), 6`,
    ],
  )
  const seen = { 'runlens.visual.enabled': 'true', 'runlens.visual.events_captured': '12' }
  const executions = 'executions (tenant, execution_id, attributes)'
  await client.command({
    query: `INSERT INTO ${executions} VALUES ('t', 'seen', ${JSON.stringify(seen).replaceAll('"', "'")}), ('t', 'not', {})`,
  })

  await migrate(client)
  const days = `SELECT toString(day, 'UTC') AS day, toString(workflow_name) AS name, toUInt32(length(failed_users)) AS users, toUInt32(executions) AS n, duration_ms_max AS most,
    quantilesTimingMerge(0.5)(duration_bucket)[1] AS p50 FROM execution_days FINAL GROUP BY ALL ORDER BY day`
  expect(await rowsOf(client, days)).toEqual([
    { day: '2026-11-20 00:00:00', name: 'New', users: 2, n: 7, most: 9, p50: 100 },
    { day: '2026-11-21 00:00:00', name: 'New', users: 0, n: 5, most: 1, p50: 7 },
  ])
  expect(await rowsOf(client, 'SELECT toUInt32(steps) AS n FROM step_days FINAL')).toEqual([{ n: 3 }])
  expect(
    await rowsOf(
      client,
      'SELECT toString(error_type) AS type, toUInt32(length(users)) AS users, toUInt32(executions) AS n, toString(first_started_at) AS first FROM error_days FINAL',
    ),
  ).toEqual([{ type: 'B', users: 1, n: 8, first: '2026-11-20 10:10:00.000000000' }])
  const columns =
    'toString(visual_enabled) AS enabled, toString(visual_streaming) AS streaming, visual_events_captured AS events, visual_stream_duration_s AS s'
  expect(await rowsOf(client, `SELECT execution_id AS id, ${columns} FROM executions ORDER BY id`)).toEqual([
    { id: 'not', enabled: '', streaming: '', events: null, s: null },
    { id: 'seen', enabled: 'true', streaming: '', events: 12, s: null },
  ])
})
