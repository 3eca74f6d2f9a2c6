/** Synchronisation with an n8n server over the whole stack: asked for through the API, done by the worker although it is killed, seen live. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeExecution, type N8nServer, STUB_KEY, startN8nServer } from '../kit/n8n-server.ts'
import { openSse } from '../kit/sse.ts'
import { type Stack, startStack } from '../kit/stack.ts'

const directory = mkdtempSync(join(tmpdir(), 'runlens-sync-e2e-'))
let n8n: N8nServer
let stack: Stack
beforeAll(async () => {
  n8n = await startN8nServer()
  const config = join(directory, 'runlens.yaml')
  const environments = {
    prod: { n8n: { url: n8n.url.replace('127.0.0.1', 'localhost'), api_key_env: 'RUNLENS_TEST_N8N_KEY' } },
  }
  writeFileSync(config, JSON.stringify({ environments, outgoing: { allowPrivate: ['localhost'] } }))
  stack = await startStack({ env: { RUNLENS_CONFIG: config, RUNLENS_TEST_N8N_KEY: STUB_KEY } })
})
afterAll(async () => {
  await stack?.stop()
  await n8n?.stop()
  rmSync(directory, { recursive: true, force: true })
})

async function ask(path: string, method = 'GET') {
  const answer = await fetch(stack.urls.api + path, { method })
  // biome-ignore lint/suspicious/noExplicitAny: a wrong shape fails the test
  return { status: answer.status, body: (await answer.json()) as any }
}

it('brings every execution to the API once, although the worker is killed, and tells how far it is', async () => {
  let killed = false
  n8n.reset({ count: 500, make: makeExecution }, ({ withData, lastId }) => {
    // In the middle of the third page.
    if (withData && lastId === 301 && !killed) {
      killed = true
      stack.kill('worker')
    }
    return undefined
  })
  const reader = await openSse(`${stack.urls.api}/api/v1/sse/counts/default`)
  const begun = await ask('/api/v1/environments/prod/sync', 'POST')
  expect(begun).toMatchObject({ status: 202, body: { state: 'queued' } })
  const state = async () => (await ask(`/api/v1/environments/prod/sync/${begun.body.job_id}`)).body
  await expect.poll(async () => (await state()).state).toBe('done')
  expect(killed).toBe(true)
  expect(await state()).toMatchObject({ current: 500, total: 500, percentage: 100, pages_committed: 5, error: null })
  await reader.until((events) => events.some(({ event, data }) => event === 'sync.progress' && data.percentage === 100))
  reader.close()

  const list = async (query = '') => (await ask(`/api/v1/executions?environment=prod&limit=1${query}`)).body
  await expect.poll(async () => (await list()).total).toBe(500)
  expect(await list('&status=error&failed_step=Fetch')).toMatchObject({ total: 50 })
  const tree = (await ask('/api/v1/executions/id/7/tree')).body
  expect(tree.steps.map(({ name, depth, status }: Record<string, unknown>) => [name, depth, status])).toEqual([
    ['Webhook', 0, 'success'],
    ['Fetch', 0, 'success'],
    ['Store', 0, 'success'],
  ])
  expect(stack.logs()).not.toContain(STUB_KEY)
})
