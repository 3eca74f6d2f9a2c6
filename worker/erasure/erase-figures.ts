/** Figures without what was erased: hours are built again, and rows that still name it go. */
import { type ClickHouseClient, NOT_FROZEN } from '@runlens/clickhouse'
import { DAY_ROLLUPS } from '../rollup/day-rollups.ts'
import { dayOf, readClock, rebuildDay } from '../rollup/rebuild-days.ts'
import { rebuildHours } from '../rollup/rebuild-hours.ts'
import { type Erasure, IS_ERASED_KEY, parametersOf } from './erasure-sql.ts'
import { mutate, type Progress, remove } from './mutations.ts'

const HOUR_S = 3_600

/** Every rollup of hours, with the hour in which its executions started and the column that counts. */
const ROLLUP_TABLES = [
  { table: 'execution_minutes', hour: "toStartOfHour(minute, 'UTC')", counted: 'executions' },
  { table: 'execution_hours', hour: 'hour', counted: 'executions' },
  { table: 'execution_hours_total', hour: 'hour', counted: 'executions' },
  { table: 'step_hours', hour: 'hour', counted: 'steps' },
  { table: 'query_hours', hour: 'started_hour', counted: 'queries' },
  { table: 'error_hours', hour: 'hour', counted: 'executions' },
] as const

/** Hours in which any version of a doomed execution ever started, seconds since the epoch. */
export async function readDoomedHours(client: ClickHouseClient, erasure: Erasure): Promise<number[]> {
  const result = await client.query({
    query: `SELECT DISTINCT toUInt32(toStartOfHour(started_at, 'UTC')) AS hour FROM executions
WHERE tenant = {tenant:String} AND ${IS_ERASED_KEY}`,
    query_params: parametersOf(erasure),
    format: 'JSONEachRow',
  })
  return (await result.json<{ hour: number }>()).map(({ hour }) => hour)
}

/** Until they are built again, their figures are read from the executions. */
export async function markHours(client: ClickHouseClient, tenant: string, hours: readonly number[]): Promise<void> {
  if (hours.length === 0) return
  await client.command({
    query: `INSERT INTO dirty_hours (tenant, hour, dirty_at)
SELECT {tenant:String}, toDateTime(arrayJoin({hours:Array(UInt32)}), 'UTC'), now64(6)`,
    query_params: { tenant, hours: [...hours] },
  })
}

export async function* eraseFigures(
  client: ClickHouseClient,
  erasure: Erasure,
  hours: readonly number[],
): AsyncGenerator<Progress> {
  const over = await readBuildable(client, erasure.tenant, hours)
  const dirty = over.map((hour) => ({ tenant: erasure.tenant, hour }))
  for await (const _ of rebuildHours(client, dirty)) yield { waiting: 'figures' }
  if (over.length > 0) {
    yield* removeBefore(client, erasure, over)
    yield* eraseDays(client, erasure, over)
  }
  yield* emptySamples(client, erasure, hours)
  if (erasure.target !== 'user') return
  const parameters = parametersOf(erasure)
  const isUser = 'tenant = {tenant:String} AND lower(hex(sipHash128(user_id))) = {subject:String}'
  yield* remove(client, erasure, 'query_hours', isUser, parameters)
  for (const [table, users] of USER_SETS) {
    const has = `tenant = {tenant:String} AND has(${users}, toFixedString(unhex({subject:String}), 16))`
    const without = `UPDATE ${users} = arrayFilter(user -> user != toFixedString(unhex({subject:String}), 16), ${users})`
    if (await isAny(client, table, has, parameters)) {
      yield* mutate(client, erasure, table, `${without} WHERE ${has}`, parameters)
    }
  }
}

/** Hashes of users that figures hold. */
const USER_SETS = [
  ['execution_hours', 'failed_users'],
  ['error_hours', 'users'],
  ['execution_days', 'failed_users'],
  ['error_days', 'users'],
] as const

/** Examples of errors in hours that are not built again: whose they are can't be told any more, so that all of such an hour go. */
async function* emptySamples(
  client: ClickHouseClient,
  erasure: Erasure,
  hours: readonly number[],
): AsyncGenerator<Progress> {
  const where = `tenant = {tenant:String} AND notEmpty(samples) AND toUnixTimestamp(hour) IN {hours:Array(UInt32)}
  AND hour IN (SELECT hour FROM dirty_hours WHERE tenant = {tenant:String} GROUP BY hour HAVING NOT (${NOT_FROZEN}))`
  const parameters = { ...parametersOf(erasure), hours: [...hours] }
  if (hours.length === 0 || !(await isAny(client, 'error_hours', where, parameters))) return
  yield* mutate(client, erasure, 'error_hours', `UPDATE samples = [] WHERE ${where}`, parameters)
}

async function isAny(
  client: ClickHouseClient,
  table: string,
  where: string,
  query_params: Record<string, unknown>,
): Promise<boolean> {
  const query = `SELECT 1 FROM ${table} WHERE ${where} LIMIT 1`
  const result = await client.query({ query, query_params, format: 'JSONEachRow' })
  return (await result.json()).length > 0
}

/** Those that are over and not frozen. Of a frozen hour the other executions are gone, too: its figures are sums and stay. */
async function readBuildable(client: ClickHouseClient, tenant: string, hours: readonly number[]): Promise<number[]> {
  const result = await client.query({
    query: `SELECT toUInt32(hour) AS hour_s FROM dirty_hours
WHERE tenant = {tenant:String} AND toUnixTimestamp(hour) IN {hours:Array(UInt32)}
GROUP BY hour
HAVING ${NOT_FROZEN} AND hour + toIntervalSecond(${HOUR_S}) <= now()
ORDER BY hour`,
    query_params: { tenant, hours: [...hours] },
    format: 'JSONEachRow',
  })
  return (await result.json<{ hour_s: number }>()).map(({ hour_s }) => hour_s)
}

/** Rows of earlier generations, and those of nothing: their keys may be names that only what was erased had. */
async function* removeBefore(
  client: ClickHouseClient,
  erasure: Erasure,
  hours: readonly number[],
): AsyncGenerator<Progress> {
  const generations = `SELECT toUnixTimestamp(hour), toUInt64(toUnixTimestamp64Micro(max(rebuilt_at))) FROM dirty_hours
  WHERE tenant = {tenant:String} AND toUnixTimestamp(hour) IN {hours:Array(UInt32)} GROUP BY hour`
  for (const { table, hour, counted } of ROLLUP_TABLES) {
    const where = `tenant = {tenant:String} AND toUnixTimestamp(${hour}) IN {hours:Array(UInt32)}
  AND (${counted} = 0 OR (toUnixTimestamp(${hour}), generation) NOT IN (${generations}))`
    for await (const progress of remove(client, erasure, table, where, {
      ...parametersOf(erasure),
      hours: [...hours],
    })) {
      // What is replaced anyway is no row that was erased.
      if ('waiting' in progress) yield progress
    }
  }
}

/** Days follow from their hours once more, now that these have no names in them that only what was erased had. */
async function* eraseDays(
  client: ClickHouseClient,
  erasure: Erasure,
  hours: readonly number[],
): AsyncGenerator<Progress> {
  const { tenant } = erasure
  const generation = await readClock(client)
  const days = [...new Set(hours.map(dayOf))]
  for (const day of days) await rebuildDay(client, { tenant, day })
  for (const { table, counted } of DAY_ROLLUPS) {
    const where = `tenant = {tenant:String} AND toUnixTimestamp(day) IN {days:Array(UInt32)}
  AND (${counted} = 0 OR generation < {generation:UInt64})`
    const parameters = { ...parametersOf(erasure), days, generation }
    for await (const progress of remove(client, erasure, table.name, where, parameters)) {
      if ('waiting' in progress) yield progress
    }
  }
}
