import { encodeRow, insertRows, MARKERS } from '@runlens/clickhouse'
import { settle } from '@runlens/mapping'
import { createLogger } from '@runlens/runtime'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApi, type TestApi } from '../../test/kit/api.ts'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { effort } from '../../test/kit/effort.ts'
import { insertSpans, rowsOf, startDatabase, type TestSpan, withDocuments, zero } from '../../test/kit/stack-db.ts'
import { writeStatus } from '../jobs/status.ts'
import { createMetrics } from '../metrics.ts'
import { readDirtyHours, rebuildHour } from '../rollup/rebuild-hours.ts'
import { SETTLE_JOB } from '../settle/settle-job.ts'
import { settleTraces } from '../settle/settle-traces.ts'
import { ErasureJob } from './erasure-job.ts'

const CANARY = 'zk9q-CANARY'
/** Of the default tenant, which is the API's without authentication. */
const TENANT = 'default'
const EPOCH = Math.floor(Date.now() / 3_600_000 - 3) * 3_600_000
const SETTINGS = { settle, spansPerTraceMax: 1_000, candidateTimeoutMs: 0, payloadBytesMax: 1_024 }

let db: TestClickHouse
let api: TestApi
let now = Date.now()

beforeAll(async () => {
  db = await startDatabase()
  await settledUpTo(AFTER_ALL)
  api = await startApi({ clickhouseUrl: db.url, now: () => now })
})
afterAll(async () => {
  await api?.stop()
  await db?.stop()
})

/** All that arrived is settled by what its position says. */
const AFTER_ALL = Date.now() + 86_400_000

async function settledUpTo(ms: number): Promise<void> {
  const status = { owner: 'w', lag_ms: 0, traces_waiting: 1, traces_settled: 0, executions_written: 0, fault: '' }
  await writeStatus(db.client, SETTLE_JOB, { ...status, position: BigInt(ms) * 1_000n })
}

/** By so much the clock of a collector may be ahead of ClickHouse's; and as soon as what came until now is taken for settled. */
const AHEAD_MS = 60_000
const soonAfter = () => Date.now() + 16_000 + AHEAD_MS

const trace = (n: number) => n.toString(16).padStart(32, '0')
const span = (n: number) => n.toString(16).padStart(16, '0')

function entry(id: string, at: number, n: number, user: string, more: Partial<TestSpan> = {}): TestSpan {
  return {
    trace_id: trace(at),
    span_id: span(n),
    start: n,
    end: n + 100,
    role: 'entry',
    execution_kind: 'workflow',
    execution_id: id,
    workflow_id: 'w',
    status: 'success',
    ...more,
    more: { user_id: user, ...more.more },
  }
}

function step(at: number, n: number, parent: number, name: string, more: Partial<TestSpan> = {}): TestSpan {
  return {
    trace_id: trace(at),
    span_id: span(n),
    parent_span_id: span(parent),
    start: n,
    end: n + 10,
    role: 'step',
    step_name: name,
    step_type: 'db',
    status: 'success',
    ...more,
  }
}

const query = { more: { query: `SELECT '${CANARY}'`, database_type: 'mysql', error_message: CANARY } }

/** A user's own trace; one that bob's execution shares with the user's; one of bob's with a step that names the user. */
const SPANS: TestSpan[] = [
  entry('own', 1, 1, CANARY, {
    workflow_id: `w ${CANARY}`,
    status: 'failed',
    attributes: { in: CANARY, of: CANARY },
    input_key: 'in',
  }),
  step(1, 2, 1, `step ${CANARY}`, query),
  entry('outer', 2, 11, 'bob'),
  step(2, 12, 11, 'of bob'),
  entry('inner', 2, 13, CANARY, { parent_span_id: span(11), step_name: `inner ${CANARY}`, workflow_id: CANARY }),
  step(2, 14, 13, `of ${CANARY}`, query),
  entry('other', 3, 21, 'bob'),
  step(3, 22, 21, 'of bob'),
  step(3, 23, 21, 'names the user', { more: { user_id: CANARY }, received_at: Date.now() + AHEAD_MS }),
  entry('alone', 5, 25, 'bob'),
]

async function settleAll(spans: readonly TestSpan[]): Promise<void> {
  await insertSpans(db.client, spans, { spanEpochMs: EPOCH })
  await settleTraces({
    client: db.client,
    ...SETTINGS,
    tenant: TENANT,
    traces: [...new Set(spans.map(({ trace_id }) => trace_id))].map((trace_id) => ({ trace_id, ranges: [] })),
    now: () => Date.now(),
    persist: (write) => write(),
    onFault: (_, error) => {
      throw error
    },
  })
}

async function rebuildAll(): Promise<void> {
  for (const hour of await readDirtyHours(db.client, 0)) await rebuildHour(db.client, hour)
}

async function insertBeside(): Promise<void> {
  const time = new Date(EPOCH).toISOString().replace('T', ' ').replace('Z', '')
  const log = { tenant: TENANT, time, received_at: time }
  const labels_json = JSON.stringify({ attribute_keys: ['user.id'] })
  const ofUser = { labels_json, attribute_values: JSON.stringify([CANARY]) }
  await db.client.insert({
    table: 'logs',
    format: 'JSONEachRow',
    values: [
      { ...log, body: `of no trace, ${CANARY}`, ...ofUser },
      { ...log, body: 'of bob', labels_json, attribute_values: '["bob"]' },
    ],
  })
  await db.client.command({
    query: `INSERT INTO logs (tenant, time, received_at, trace_id, body)
VALUES ('${TENANT}', '${time}', '${time}', unhex('${trace(1)}'), 'in the trace, ${CANARY}')`,
  })
  const empty = Object.fromEntries(Object.entries(MARKERS.columns).map(([name, type]) => [name, zero(type)]))
  const marker = withDocuments({ attributes: { x: CANARY } })
  const at = { started_at: BigInt(EPOCH) * 1_000_000n, tenant: TENANT, marker: 'updated', service: 'test' }
  await insertRows(db.client, {
    table: MARKERS,
    rows: [
      encodeRow(MARKERS, {
        ...empty,
        ...at,
        trace_id: trace(1),
        span_id: span(1),
        labels_json: marker.labels_json!,
        attribute_values: marker.attribute_values!,
      }),
    ],
  })
}

/** What no version in `executions` says any more, as merging leaves it: an execution of bob's that was the user's once. */
async function insertTermsOfBefore(): Promise<void> {
  await db.client.command({
    query: `INSERT INTO execution_terms (tenant, term, value, anchor_at, execution_id)
SELECT tenant, 'user_id', '${CANARY}', anchor_at, execution_id FROM executions FINAL WHERE execution_id = 'alone'
UNION ALL
SELECT tenant, 'parent_execution_id', '${CANARY}', anchor_at, execution_id FROM executions FINAL WHERE execution_id = 'outer'`,
  })
}

/** Users, conversations and parents that are found, with the execution. */
async function terms(): Promise<string[]> {
  const rows = await rowsOf<{ said: string }>(
    db.client,
    "SELECT concat(execution_id, ': ', term, ' ', value) AS said FROM execution_terms FINAL ORDER BY said",
  )
  return [...new Set(rows.map(({ said }) => said))]
}

/** Tables with the canary in any column. */
async function whereCanaryIs(): Promise<string[]> {
  const tables = await rowsOf<{ name: string; states: string[] }>(
    db.client,
    `SELECT table AS name, groupArrayIf(columns.name, type LIKE 'AggregateFunction%') AS states
FROM system.columns WHERE database = currentDatabase() AND table IN
  (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree') GROUP BY table`,
  )
  expect(tables.length).toBeGreaterThan(15)
  const found: string[] = []
  for (const { name, states } of tables) {
    const except = states.map((column) => `\`${column}\``).join(', ') || '`none of them`'
    const [row] = await rowsOf<{ n: string }>(
      db.client,
      `SELECT countIf(position(toString(tuple(* EXCEPT(${except}))), '${CANARY}') > 0) AS n FROM ${name}`,
    )
    if (row!.n !== '0') found.push(name)
  }
  return found.sort()
}

async function ask(path: string): Promise<{ status: number; body: { erasure_id: string; state: string } }> {
  const answer = await fetch(`${api.url}/api/v1${path}`, { method: 'DELETE' })
  return { status: answer.status, body: (await answer.json()) as { erasure_id: string; state: string } }
}

const erasure = async (id: string) => (await api.get(`/api/v1/erasures/${id}`)).body

function newJob(): ErasureJob {
  const log = createLogger('worker', 'silent')
  return new ErasureJob({
    client: db.client,
    log,
    owner: 'test',
    settings: SETTINGS,
    observe: createMetrics(),
    now: () => now,
  })
}

/** Until there is nothing to do; the pause of an idle job is the longest. */
async function work(laterMs = 0): Promise<void> {
  now += laterMs
  const job = newJob()
  await job.begin()
  while ((await job.step()) < 1_000);
}

async function executions(): Promise<unknown[]> {
  return rowsOf(
    db.client,
    'SELECT execution_id AS id, user_id AS user, step_count AS steps FROM executions FINAL ORDER BY id',
  )
}

const failedUsers = () => rowsOf(db.client, 'SELECT toUInt32(sum(length(failed_users))) AS n FROM execution_hours')

describe('erasure of a user', () => {
  let id = ''

  it('is asked for and told of', async () => {
    await settleAll(SPANS)
    await settledUpTo(Date.now())
    await insertBeside()
    await insertTermsOfBefore()
    await rebuildAll()
    expect(await executions()).toEqual([
      { id: 'alone', user: 'bob', steps: 0 },
      { id: 'inner', user: CANARY, steps: 1 },
      { id: 'other', user: 'bob', steps: 2 },
      { id: 'outer', user: 'bob', steps: 2 },
      { id: 'own', user: CANARY, steps: 1 },
    ])
    expect(await failedUsers()).toEqual([{ n: 1 }])
    expect(await whereCanaryIs()).toEqual([
      'arrivals',
      'error_days',
      'error_hours',
      'execution_changes',
      'execution_days',
      'execution_hours',
      'execution_minutes',
      'execution_terms',
      'executions',
      'logs',
      'markers',
      'query_hours',
      'spans',
      'step_days',
      'step_hours',
    ])
    now = soonAfter()
    const { status, body } = await ask(`/users/${CANARY}/data`)
    expect(status).toBe(202)
    expect(body).toMatchObject({ target: 'user', state: 'queued', ended_at: null, rows: {}, fault: null })
    id = body.erasure_id
  })

  it('leaves nothing in any column, however often it is killed, and everything of others', async () => {
    for (let patience = 1; (await erasure(id)).state !== 'done'; patience += effort(5, 2)) {
      const job = newJob()
      await job.begin()
      for (let n = 0; n < patience; n++) await job.step()
    }
    expect(await whereCanaryIs()).toEqual([])
    expect(await failedUsers()).toEqual([{ n: 0 }])
    expect(await executions()).toEqual([
      { id: 'alone', user: 'bob', steps: 0 },
      { id: 'other', user: 'bob', steps: 1 },
      { id: 'outer', user: 'bob', steps: 1 },
    ])
    expect(await terms()).toEqual(['alone: user_id bob', 'other: user_id bob', 'outer: user_id bob'])
    expect(await rowsOf(db.client, 'SELECT body FROM logs')).toEqual([{ body: 'of bob' }])
    expect(await rowsOf(db.client, 'SELECT lower(hex(span_id)) AS id FROM spans FINAL ORDER BY id')).toEqual(
      [11, 12, 21, 22, 25].map((n) => ({ id: span(n) })),
    )
    expect(await erasure(id)).toMatchObject({ state: 'done', fault: null })
  })

  it('takes it out of the figures', async () => {
    const [figures] = await rowsOf(
      db.client,
      `SELECT (SELECT sum(executions) FROM v_execution_minutes) AS minutes,
  (SELECT sum(executions) FROM execution_hours FINAL) AS hours, (SELECT sum(steps) FROM v_step_hours) AS steps`,
    )
    expect(figures).toEqual({ minutes: '3', hours: '3', steps: '2' })
  })

  it('shows in no answer of the API', async () => {
    for (const path of [
      '/executions',
      '/executions/id/outer/tree?spans=all',
      `/executions/${CANARY}`,
      '/monitoring/logs',
    ]) {
      const { status, body } = await api.get(`/api/v1${path}`)
      expect([path, status]).toEqual([path, 200])
      if (path.endsWith(CANARY)) expect(body.executions).toEqual([])
      else expect(JSON.stringify(body)).not.toContain(CANARY)
    }
    expect((await api.get('/api/v1/executions/id/own')).status).toBe(404)
  })

  it('takes what comes late, too, until it is no longer waited for', async () => {
    // A late step of a trace that went, without a word of whose it is; and an execution of the user that was in a spool.
    await settleAll([step(1, 3, 1, `late ${CANARY}`), entry('from a spool', 4, 31, CANARY), step(4, 32, 31, CANARY)])
    await work()
    expect(await whereCanaryIs()).not.toEqual([])
    await work(10_000)
    expect(await whereCanaryIs()).toEqual([])
    expect(await executions()).toHaveLength(3)
    await work(8 * 86_400_000)
    expect(await rowsOf(db.client, 'SELECT subject_hash, state FROM erasures FINAL')).toEqual([
      { subject_hash: '', state: 'done' },
    ])
  })
})

describe('erasure of executions and conversations', () => {
  const conversation = { more: { conversation_id: 'talk' } }

  it('takes those of one instance, or of all that gave the id, and of a conversation', async () => {
    await settleAll([
      entry('7', 41, 41, 'bob', { instance: 'east' }),
      entry('7', 42, 42, 'bob', { instance: 'west' }),
      entry('8', 43, 43, 'bob', { instance: 'east' }),
      entry('8', 44, 44, 'bob', { instance: 'west' }),
      entry('9', 45, 45, 'bob', conversation),
      step(45, 46, 45, 'said'),
    ])
    now = soonAfter()
    await ask('/executions/id/7?instance=east')
    await ask('/executions/id/8')
    await ask('/conversations/talk')
    await work()
    const left = await rowsOf(db.client, 'SELECT execution_id AS id, instance FROM executions FINAL ORDER BY id')
    expect(left).toEqual([
      { id: '7', instance: 'west' },
      { id: 'alone', instance: '' },
      { id: 'other', instance: '' },
      { id: 'outer', instance: '' },
    ])
    const spans = await rowsOf(
      db.client,
      `SELECT lower(hex(span_id)) AS id FROM spans FINAL WHERE span_id > unhex('${span(40)}')`,
    )
    expect(spans).toEqual([{ id: span(42) }])
    expect((await terms()).filter((said) => /^[789]:/.test(said))).toEqual(['7: user_id bob'])
  })

  it('refuses an unknown id of an erasure', async () => {
    const { status, body } = await api.get('/api/v1/erasures/0199a3a0-0000-7000-8000-000000000000')
    expect([status, body.code]).toEqual([404, 'erasure_not_found'])
    expect((await api.get('/api/v1/erasures/x')).status).toBe(400)
  })
})

describe('erasure beside settling', () => {
  it('leaves traces that settling has not seen whole to the next sweep', async () => {
    await db.client.command({ query: 'TRUNCATE TABLE erasures' })
    // What a step asks says what was asked for the user, and not for whom.
    const run = (n: number, more: Partial<TestSpan>) => [
      entry(`late ${n}`, n, n, 'late user', more),
      step(n, n + 1, n, 'asks', { ...query, ...more }),
    ]
    const left = async () =>
      (await rowsOf(db.client, `SELECT 1 FROM spans FINAL WHERE span_id > unhex('${span(50)}')`)).length
    const insert = (spans: TestSpan[]) => insertSpans(db.client, spans, { spanEpochMs: EPOCH })
    await settledUpTo(0)
    await insert(run(51, {}))
    now = Date.now() + 1_000
    await ask('/users/late%20user/data')
    await work()
    expect(await left()).toBe(2)
    // Another is seen before its arrival, and a third was in a spool for an hour.
    await settledUpTo(AFTER_ALL)
    await insert(run(53, {}))
    await db.client.command({ query: `DELETE FROM arrivals WHERE trace_id = unhex('${trace(53)}')` })
    await insert(run(55, { received_at: Date.now() - 3_600_000 }))
    await work(10_000)
    expect(await left()).toBe(4)
    await work(16_000)
    expect(await left()).toBe(0)
  })
})
