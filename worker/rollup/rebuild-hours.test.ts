import { setTimeout as sleep } from 'node:timers/promises'
import { durationQuantilesSql, EXECUTION_SCALE, EXECUTIONS, insertRows } from '@runlens/clickhouse'
import { isFinal, type Status } from '@runlens/conventions'
import type { SettledQuery, SettledStep } from '@runlens/mapping'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { expectExactDays } from '../../test/kit/exact-days.ts'
import { rowsOf, startDatabase } from '../../test/kit/stack-db.ts'
import { contentOf, emptyContent, rowOf } from '../settle/execution-row.ts'
import { readDirtyHours, rebuildHour, rebuildHours } from './rebuild-hours.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

const HOUR_MS = 3_600_000
/** The beginning of an hour that is over. */
const HOUR = Math.floor(Date.now() / HOUR_MS - 3) * HOUR_MS
const TENANT = 'hours'
let version = 1n

interface Execution {
  id: string
  /** Milliseconds after {@link HOUR}. */
  start: number
  duration: number | null
  status: Status
  workflow: string
  /** The start that the row before had. */
  moved_from?: number
  deleted?: boolean
}

const nanos = (ms: number) => BigInt(HOUR + ms) * 1_000_000n

/** One step or two, one of which may never have ended. */
function stepsOf(id: string, duration: number | null): SettledStep[] {
  const first: SettledStep = { name: 'load', type: 'db', status: 'success', duration_ms: (duration ?? 0) / 4 }
  return id.endsWith('3') ? [first, { name: 'send', type: 'http', status: 'error', duration_ms: null }] : [first]
}

/** Most have none; some have one that goes well and one, in the next hour, that has not ended. An execution that is a query has none. */
function queriesOf(id: string, start: number): SettledQuery[] {
  if (!id.endsWith('3')) return []
  const query = {
    key: '0'.repeat(48),
    started_at: nanos(start),
    ended_at: nanos(start + 20),
    database_type: 'mysql',
    status: 'success' as const,
    text: 'SELECT 1',
    rows_total: null,
    rows_returned: 5,
    details: '',
  }
  return [query, { ...query, started_at: nanos(start + HOUR_MS), ended_at: 0n, status: 'running', rows_total: 7 }]
}

function encode({ id, start, duration, status, workflow, moved_from, deleted }: Execution): Buffer {
  const anchor = BigInt(HOUR) * 1000n
  const text = {
    mode: '',
    user_id: `user ${id.slice(-1)}`,
    conversation_id: '',
    database_type: '',
    query: '',
    response_status_code: '',
  }
  const isFailure = status === 'error' || status === 'timeout'
  const error = {
    error_type: isFailure ? 'E' : '',
    error_class: isFailure ? 'unknown' : '',
    error_message: isFailure ? `${id} is wrong` : '',
    error_stack: '',
    // One in four has none, as rows that are older than fingerprints.
    error_fingerprint: isFailure && start % 80_000 !== 0 ? `print ${start % 3}` : '',
    failed_step: isFailure ? 'load' : '',
    failed_step_names: [],
  }
  const execution = {
    ...text,
    ...error,
    execution_id: id,
    instance: '',
    kind: id.endsWith('5') ? ('query' as const) : ('workflow' as const),
    provider: 'runlens',
    workflow_id: workflow,
    workflow_name: workflow.toUpperCase(),
    workflow_version: '',
    status,
    status_explicit: true,
    environment: 'default',
    service: 'test',
    queued_at: null,
    started_at: nanos(start),
    ended_at: duration === null ? null : nanos(start + duration),
    last_seen_at: nanos(start),
    heartbeat_at: null,
    duration_ms: duration,
    queue_ms: duration === null ? null : 5,
    progress: null,
    expected_end_at: null,
    step_count: 0,
    failed_steps: 0,
    rows_total: 2,
    rows_returned: null,
    trace_id: '0'.repeat(32),
    span_id: '0'.repeat(16),
    segments: [],
    steps: isFinal(status) ? stepsOf(id, duration) : [],
    queries: queriesOf(id, start),
    query_count: 0,
    parent_execution_id: '',
    retry_of: '',
    replay_of: '',
    attempt: 0,
    input: '',
    input_truncated: false,
    output: '',
    output_truncated: false,
    attributes: {},
  }
  const content = deleted
    ? emptyContent(TENANT, anchor, execution, execution.started_at)
    : contentOf(TENANT, anchor, execution, false).bytes
  return rowOf(content, {
    previous_started_at: moved_from === undefined ? null : nanos(moved_from),
    previous_status: '',
    content_hash: version,
    settled_at: BigInt(Date.now()) * 1000n,
    version: version++,
    is_deleted: deleted ?? false,
    removed: '',
  })
}

async function write(executions: readonly Execution[]): Promise<void> {
  await insertRows(db.client, { table: EXECUTIONS, rows: executions.map(encode) })
}

async function rebuildDirty(): Promise<number> {
  const hours = await readDirtyHours(db.client, 0)
  for (const hour of hours) await rebuildHour(db.client, hour)
  return hours.length
}

/** Figures of the rollup and of the raw rows, by hour, workflow and status; equal when the rollup is exact. */
async function expectExact(): Promise<void> {
  const figures = (source: string, hour: string, values: string) =>
    rowsOf(
      db.client,
      `SELECT toUInt32(${hour}) AS h, workflow_id, workflow_name, status, ${values} FROM ${source}
       WHERE tenant = '${TENANT}' GROUP BY h, workflow_id, workflow_name, status HAVING n > 0 ORDER BY h, workflow_id, status`,
    )
  const rolled = await figures(
    'execution_hours FINAL',
    'hour',
    `sum(executions) AS n, sum(durations) AS d, sum(duration_ms_sum) AS ms, max(duration_ms_max) AS most, sum(queue_ms_sum) AS queue,
     sum(rows_total_sum) AS rows, arraySort(arrayMap(x -> hex(x), groupUniqArrayArray(failed_users))) AS users`,
  )
  const raw = await figures(
    'executions FINAL',
    `toStartOfHour(started_at, 'UTC')`,
    `count() AS n, count(duration_ms) AS d, sum(ifNull(duration_ms, 0)) AS ms, max(ifNull(duration_ms, 0)) AS most,
     sum(ifNull(queue_ms, 0)) AS queue, sum(ifNull(rows_total, 0)) AS rows,
     arraySort(arrayMap(x -> hex(x), groupUniqArrayIf(sipHash128(user_id), status IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost')))) AS users`,
  )
  expect(rolled).toEqual(raw)
  const total = await rowsOf<{ n: string }>(
    db.client,
    `SELECT sum(executions) AS n FROM execution_hours_total FINAL WHERE tenant = '${TENANT}'`,
  )
  const all = await rowsOf<{ n: string }>(
    db.client,
    `SELECT count() AS n FROM executions FINAL WHERE tenant = '${TENANT}'`,
  )
  expect(total).toEqual(all)
  await expectExactMinutes()
  await expectExactDays(db.client, TENANT)
  await expectExactSteps()
  await expectExactQueries()
  await expectExactErrors()
}

async function expectExactErrors(): Promise<void> {
  const errors = (source: string, columns: string) =>
    rowsOf(db.client, `SELECT ${columns} FROM ${source} WHERE tenant = '${TENANT}' AND n > 0 ORDER BY ALL`)
  const rolled = await errors(
    'error_hours FINAL',
    `toUInt32(hour) AS h, error_fingerprint AS print, kind, environment, workflow_id, executions AS n, error_type, failed_step, first_started_at AS first,
     last_started_at AS last, samples, arraySort(arrayMap(x -> hex(x), users)) AS hit`,
  )
  const raw = await errors(
    `(SELECT toStartOfHour(started_at, 'UTC') AS hour, tenant, if(error_fingerprint = '', 'unknown', error_fingerprint) AS print, kind, environment, workflow_id,
        count() AS n, any(error_type) AS type, any(failed_step) AS step, min(started_at) AS first, max(started_at) AS last,
        arraySlice(arraySort(groupArray((-toUnixTimestamp64Nano(started_at), execution_id, toString(instance), error_message))), 1, 5) AS samples,
        arraySort(arrayMap(x -> hex(x), groupUniqArray(sipHash128(user_id)))) AS hit
      FROM executions FINAL WHERE status IN ('partial', 'failed', 'error', 'timeout', 'cancelled', 'lost') GROUP BY hour, tenant, print, kind, environment, workflow_id)`,
    'toUInt32(hour) AS h, print, kind, environment, workflow_id, n, type AS error_type, step AS failed_step, first, last, samples, hit',
  )
  expect(rolled).toEqual(raw)
}

async function expectExactMinutes(): Promise<void> {
  const minutes = (source: string, minute: string, values: string) =>
    rowsOf(
      db.client,
      `SELECT toUInt32(${minute}) AS m, kind, environment, workflow_id, status, ${values} FROM ${source}
       WHERE tenant = '${TENANT}' GROUP BY ALL HAVING n > 0 ORDER BY ALL`,
    )
  const summed = 'sum(executions) AS n, sum(durations) AS d, sum(duration_ms_sum) AS ms, max(duration_ms_max) AS most'
  const raw = await minutes(
    'executions FINAL',
    `toStartOfMinute(started_at, 'UTC')`,
    `count() AS n, count(duration_ms) AS d, sum(ifNull(duration_ms, 0)) AS ms, max(ifNull(duration_ms, 0)) AS most`,
  )
  expect(await minutes('execution_minutes FINAL', 'minute', summed)).toEqual(raw)
  expect(await minutes('v_execution_minutes', 'minute', summed)).toEqual(raw)
}

async function expectExactSteps(): Promise<void> {
  const steps = (source: string, hour: string, values: string) =>
    rowsOf(
      db.client,
      `SELECT toUInt32(${hour}) AS h, workflow_id, step_type, step_name, step_status, ${values} FROM ${source}
       WHERE tenant = '${TENANT}' GROUP BY ALL HAVING n > 0 ORDER BY ALL`,
    )
  const summed = 'sum(steps) AS n, sum(durations) AS d, round(sum(duration_ms_sum), 6) AS ms'
  const raw = await steps(
    `executions FINAL ARRAY JOIN steps.name AS step_name, steps.type AS step_type, steps.status AS step_status, steps.duration_ms AS step_ms`,
    `toStartOfHour(started_at, 'UTC')`,
    'count() AS n, count(step_ms) AS d, round(sum(ifNull(step_ms, 0)), 6) AS ms',
  )
  expect(await steps('step_hours FINAL', 'hour', summed)).toEqual(raw)
  expect(await steps('v_step_hours', 'hour', summed)).toEqual(raw)
}

/** The same queries out of the rows, told in another way: once those of executions, once those of their steps. */
async function expectExactQueries(): Promise<void> {
  const figures =
    'count() AS n, count(ms) AS d, sum(ifNull(ms, 0)) AS total, max(ifNull(ms, 0)) AS most, sum(ifNull(handled, 0)) AS rows'
  const raw = (user: string) =>
    rowsOf(
      db.client,
      `SELECT ${user} AS user, toUInt32(h) AS hour, type, s, ${figures} FROM (
         SELECT user_id, toStartOfHour(started_at, 'UTC') AS h, toString(database_type) AS type, status AS s,
           if(status = 'running', NULL, duration_ms) AS ms, ifNull(rows_total, rows_returned) AS handled
         FROM executions FINAL WHERE tenant = '${TENANT}' AND kind = 'query'
         UNION ALL
         SELECT user_id, toStartOfHour(q.started_at, 'UTC'), toString(q.database_type), q.status,
           if(toUnixTimestamp64Nano(q.ended_at) = 0, NULL, (toUnixTimestamp64Nano(q.ended_at) - toUnixTimestamp64Nano(q.started_at)) / 1e6),
           ifNull(q.rows_total, q.rows_returned)
         FROM executions FINAL ARRAY JOIN queries AS q WHERE tenant = '${TENANT}' AND kind != 'query')
       GROUP BY ALL ORDER BY ALL`,
    )
  const rolled = (isTotal: number) =>
    rowsOf(
      db.client,
      `SELECT user_id AS user, toUInt32(query_hours.hour) AS hour, toString(database_type) AS type, status AS s,
         sum(queries) AS n, sum(durations) AS d, sum(duration_ms_sum) AS total, max(duration_ms_max) AS most, sum(rows_sum) AS rows
       FROM query_hours WHERE tenant = '${TENANT}' AND is_total = ${isTotal} AND (started_hour, generation) IN
         (SELECT hour, toUInt64(toUnixTimestamp64Micro(max(rebuilt_at))) FROM dirty_hours WHERE tenant = '${TENANT}' GROUP BY hour)
       GROUP BY ALL ORDER BY ALL`,
    )
  expect(await rolled(0)).toEqual(await raw('user_id'))
  expect(await rolled(1)).toEqual(await raw("''"))
}

it('is exact after first builds, resends, amendments, moves and deletions', async () => {
  const first: Execution[] = Array.from({ length: 500 }, (_, index) => ({
    id: `e${index}`,
    start: (index * 20_000) % (2 * HOUR_MS),
    duration: index % 7 === 0 ? null : 10 + index,
    status: index % 7 === 0 ? 'running' : index % 3 === 0 ? 'error' : 'success',
    workflow: `w${index % 5}`,
  }))
  await write(first)
  expect(await rebuildDirty()).toBe(2)
  await expectExact()

  await write(first.slice(0, 100))
  await rebuildDirty()
  await expectExact()

  await write(
    first.slice(0, 50).map((one) => ({ ...one, status: 'timeout' as const, duration: 99_999, workflow: 'renamed' })),
  )
  await rebuildDirty()
  await expectExact()

  await write([{ ...first[60]!, start: HOUR_MS + 1, moved_from: first[60]!.start }])
  expect(await rebuildDirty()).toBe(2)
  await expectExact()

  await write(first.slice(100).map((one) => ({ ...one, deleted: true })))
  await rebuildDirty()
  await expectExact()
  expect(await rebuildDirty()).toBe(0)
})

it('leaves a row of zeros for a key that vanished', async () => {
  const zeros = await rowsOf<{ n: string; p: (number | null)[] }>(
    db.client,
    `SELECT sum(executions) AS n, ${durationQuantilesSql('duration_bucket', EXECUTION_SCALE)} AS p
     FROM execution_hours FINAL WHERE tenant = '${TENANT}' AND executions = 0`,
  )
  expect(zeros).toEqual([{ n: '0', p: [null, null, null, null, null] }])
})

it('leaves the hour that is not over alone, which the views read from the executions', async () => {
  // Nor may it be over before the test is.
  const leftMs = HOUR_MS - (Date.now() % HOUR_MS)
  if (leftMs < 30_000) await sleep(leftMs)
  const now = { id: 'now3', start: Date.now() - HOUR, duration: 100, status: 'success' as const, workflow: 'of now' }
  await write([now])
  await write([{ ...now, duration: 200 }])
  expect(await readDirtyHours(db.client, 0)).toEqual([])
  const where = `WHERE tenant = '${TENANT}' AND workflow_id = 'of now'`
  const minutes = `SELECT sum(executions) AS n, max(duration_ms_max) AS ms, ${durationQuantilesSql('duration_bucket', EXECUTION_SCALE)}[3] AS p90`
  const [seen] = await rowsOf<{ n: string; ms: number; p90: number }>(
    db.client,
    `${minutes} FROM v_execution_minutes ${where}`,
  )
  expect(seen).toMatchObject({ n: '1', ms: 200 })
  expect(Math.abs(seen!.p90 / 200 - 1)).toBeLessThan(0.011)
  expect(
    await rowsOf(
      db.client,
      `SELECT step_name, sum(steps) AS n, max(duration_ms_max) AS ms FROM v_step_hours ${where} GROUP BY step_name ORDER BY step_name`,
    ),
  ).toEqual([
    { step_name: 'load', n: '1', ms: 50 },
    { step_name: 'send', n: '1', ms: 0 },
  ])
  expect(await rowsOf(db.client, `SELECT 1 FROM execution_minutes ${where}`)).toEqual([])
})

it('leaves an hour of a day dirty until the day is rebuilt, wherever it is broken off', async () => {
  const first = Math.floor(HOUR / 86_400_000) * 86_400_000 - 48 * HOUR_MS
  const at = (hour: number) => first - HOUR + hour * HOUR_MS
  const ids = [3, 7, 9].map((hour) => ({
    id: `day-${hour}`,
    start: at(hour),
    duration: 1,
    status: 'success' as const,
    workflow: 'of days',
  }))
  await write(ids)
  const dirty = async () =>
    (await readDirtyHours(db.client, 0)).filter(
      ({ hour }) => hour * 1_000 >= first && hour * 1_000 < first + 86_400_000,
    )
  const ofDay = () =>
    rowsOf<{ n: string }>(
      db.client,
      `SELECT sum(executions) AS n FROM execution_days FINAL WHERE tenant = '${TENANT}' AND workflow_id = 'of days'`,
    )
  const right = { tenant: TENANT, hour: (first + 5 * HOUR_MS) / 1_000, isRight: true }
  const hours = [...(await dirty()), right]
  expect(hours).toHaveLength(4)
  for (let rebuilt = 1; rebuilt < 4; rebuilt++) {
    const rebuilding = rebuildHours(db.client, hours)
    for (let n = 0; n < rebuilt; n++) await rebuilding.next()
    await rebuilding.return(undefined)
    expect((await dirty()).length, `after ${rebuilt}`).toBe(4 - rebuilt)
    expect(await ofDay(), `after ${rebuilt}`).toEqual([{ n: '0' }])
  }
  for await (const _ of rebuildHours(db.client, await dirty()));
  expect(await dirty()).toEqual([])
  expect(await ofDay()).toEqual([{ n: '3' }])
  await expectExactDays(db.client, TENANT)
})

it('builds an hour once more after rows may have become visible late', async () => {
  await write([{ id: 'late', start: 5, duration: 1, status: 'success', workflow: 'w' }])
  const settlingMs = 4_000
  const isDirty = async (settling: number) =>
    (await readDirtyHours(db.client, settling)).some(({ hour }) => hour === HOUR / 1_000)
  const hour = { tenant: TENANT, hour: HOUR / 1_000 }
  expect(await isDirty(settlingMs)).toBe(true)
  await rebuildHour(db.client, hour)
  expect(await isDirty(settlingMs)).toBe(false)
  await expect.poll(() => isDirty(settlingMs)).toBe(true)
  await rebuildHour(db.client, hour)
  expect(await isDirty(settlingMs)).toBe(false)
})
