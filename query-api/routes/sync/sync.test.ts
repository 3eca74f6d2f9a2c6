import { readSyncJob, SYNC_JOB_COLUMNS, type SyncJobRow, writeSyncJob } from '@runlens/clickhouse'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApi, type TestApi } from '../../../test/kit/api.ts'
import type { TestClickHouse } from '../../../test/kit/clickhouse.ts'
import { openSse } from '../../../test/kit/sse.ts'
import { rowsOf, startDatabase } from '../../../test/kit/stack-db.ts'

let db: TestClickHouse
let api: TestApi
beforeAll(async () => {
  db = await startDatabase()
  api = await startApi({ clickhouseUrl: db.url, syncEnvironments: ['prod', 'at once', 'live'] })
})
afterAll(async () => {
  await api?.stop()
  await db?.stop()
})

async function post(environment: string, query = '') {
  const response = await fetch(`${api.url}/api/v1/environments/${encodeURIComponent(environment)}/sync${query}`, {
    method: 'POST',
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

const get = (environment: string, jobId: unknown) =>
  api.get(`/api/v1/environments/${encodeURIComponent(environment)}/sync/${jobId}`)

/** As a worker writes it. */
async function progress(jobId: unknown, changes: object): Promise<void> {
  const [row] = await rowsOf<SyncJobRow>(
    db.client,
    `SELECT ${SYNC_JOB_COLUMNS} FROM sync_jobs FINAL WHERE job_id = '${jobId}'`,
  )
  const job = readSyncJob(row!)
  await writeSyncJob(db.client, { ...job, ...changes, version: job.version + 1 }, Date.now())
}

it('queues a job, answers the same one while it is under way, and a new one afterwards', async () => {
  const queued = await post('prod', '?type=executions')
  expect(queued.status).toBe(202)
  expect(queued.body).toEqual({
    job_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    environment: 'prod',
    type: 'executions',
    state: 'queued',
    current: 0,
    total: null,
    percentage: null,
    pages_committed: 0,
    skipped: 0,
    unread: 0,
    incomplete: 0,
    error: null,
    created_at: expect.stringMatching(/Z$/),
  })
  const id = queued.body.job_id
  expect((await get('prod', id)).body).toEqual(queued.body)
  await progress(id, { state: 'running', current: 200, total: 1_500, pages_committed: 2 })
  const running = { state: 'running', current: 200, total: 1_500, percentage: 13.3, pages_committed: 2 }
  expect((await get('prod', id)).body).toMatchObject(running)
  expect((await post('prod')).body).toMatchObject({ ...running, job_id: id })
  await progress(id, { state: 'failed', error: 'the API key is wrong' })
  expect((await get('prod', id)).body).toMatchObject({ state: 'failed', error: 'the API key is wrong', current: 200 })
  const next = await post('prod')
  expect(next).toMatchObject({ status: 202, body: { state: 'queued' } })
  expect(next.body.job_id).not.toBe(id)
})

it('queues one for any number of requests at once', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => post('at once')))
  expect(new Set(answers.map(({ body }) => body.job_id)).size).toBe(1)
  const rows = await rowsOf<{ n: number }>(
    db.client,
    `SELECT toUInt32(count()) AS n FROM sync_jobs FINAL WHERE environment = 'at once'`,
  )
  expect(rows).toEqual([{ n: 1 }])
})

it('knows no environment without a server, no job of another one, and no other type', async () => {
  for (const name of ['nowhere', 'constructor', '__proto__']) {
    expect(await post(name)).toMatchObject({ status: 404, body: { code: 'environment_not_configured' } })
  }
  const { body } = await post('prod')
  expect(await get('at once', body.job_id)).toMatchObject({ status: 404, body: { code: 'sync_job_not_found' } })
  expect(await get('prod', 'none')).toMatchObject({ status: 404, body: { code: 'sync_job_not_found' } })
  expect(await post('prod', '?type=workflows')).toMatchObject({ status: 400, body: { code: 'invalid_parameter' } })
  expect(await post('prod', '?kind=executions')).toMatchObject({ status: 400, body: { code: 'invalid_parameter' } })
})

it('tells readers of live streams how it gets on, and nobody of what was over before they came', async () => {
  const over = (await post('live')).body.job_id
  await progress(over, { state: 'done', current: 7, total: 7 })
  const { job_id } = (await post('live')).body
  await progress(job_id, { state: 'running', current: 100, total: 300 })
  const reader = await openSse(`${api.url}/api/v1/sse/counts/default`)
  const told = () =>
    reader.events
      .filter(({ event }) => event === 'sync.progress')
      .map(({ data }) => data as { current: number; total: number })
  const ofThis = () => told().filter(({ total }) => total === 300)
  await reader.until(() => ofThis().length === 1)
  expect(ofThis()).toEqual([{ current: 100, total: 300, percentage: 33.3 }])
  await progress(job_id, { current: 200 })
  await reader.until(() => ofThis().length === 2)
  await progress(job_id, { state: 'done', current: 300 })
  await reader.until(() => ofThis().length === 3)
  expect(ofThis().slice(1)).toEqual([
    { current: 200, total: 300, percentage: 66.7 },
    { current: 300, total: 300, percentage: 100 },
  ])
  expect(told().some(({ total }) => total === 7)).toBe(false)
  reader.close()
})
