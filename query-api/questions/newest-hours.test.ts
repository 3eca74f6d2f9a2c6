import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertExecutions } from '../../test/kit/api.ts'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { rebuildDirtyHours } from '../../test/kit/rollups.ts'
import { rowsOf as readRows, startDatabase } from '../../test/kit/stack-db.ts'
import { sinceNewest } from './newest-hours.ts'
import { Parameters, rowsOf } from './question.ts'

let clickhouse: TestClickHouse
beforeAll(async () => {
  clickhouse = await startDatabase()
  const hours = ['08', '09', '11']
  await insertExecutions(
    clickhouse.client,
    hours.flatMap((hour) =>
      Array.from({ length: 10 }, (_, n) => ({
        execution_id: `${hour}-${n}`,
        started_at: `2026-11-20 ${hour}:0${n}:00`,
      })),
    ),
  )
  await rebuildDirtyHours(clickhouse.client)
})
afterAll(() => clickhouse?.stop())

const scope = { tenant: 'default' }

async function startsOf(wanted: number): Promise<string[]> {
  const parameters = new Parameters()
  const bound = sinceNewest('execution_hours', scope, ["status = 'success'"], wanted, parameters)
  const result = await clickhouse.client.query({
    query: `SELECT DISTINCT formatDateTime(started_at, '%H') AS hour ${rowsOf('executions', scope, parameters, [bound])} ORDER BY hour`,
    query_params: parameters.values,
    format: 'JSONEachRow',
  })
  return (await result.json<{ hour: string }>()).map(({ hour }) => hour)
}

it('goes back as many hours as hold twice as many as are wanted', async () => {
  expect(await readRows(clickhouse.client, 'SELECT toUInt32(sum(executions)) AS n FROM execution_hours FINAL')).toEqual(
    [{ n: 30 }],
  )
  expect(await startsOf(5)).toEqual(['11'])
  expect(await startsOf(6)).toEqual(['09', '11'])
  expect(await startsOf(10)).toEqual(['09', '11'])
})

it('is no bound where there are fewer', async () => {
  expect(await startsOf(16)).toEqual(['08', '09', '11'])
  expect(await startsOf(1_000)).toEqual(['08', '09', '11'])
})
