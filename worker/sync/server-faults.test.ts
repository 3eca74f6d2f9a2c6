import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Executions, makeExecution as make, STUB_EPOCH, send, stubRun } from '../../test/kit/n8n-server.ts'
import { type SyncStack, startSyncStack } from '../../test/kit/sync-stack.ts'
import type { Worker } from '../worker.ts'

let stack: SyncStack
let worker: Worker | undefined
beforeAll(async () => {
  stack = await startSyncStack()
})
afterAll(() => stack?.stop())
beforeEach(() => {
  worker = undefined
})
afterEach(async () => {
  await worker?.stop()
  await stack.killWorkers()
})

const many = (count: number): Executions => ({ count, make })
const totals = (instance: string) => stack.totals(instance)

describe('a server that makes trouble', () => {
  const environments = () =>
    Object.fromEntries(
      ['t1', 't2', 't3', 't4', 't5', 't6'].map((id) => [
        id,
        { n8n: { url: stack.n8n.url, api_key: 'stub-key', instance_id: id } },
      ]),
    )
  const start = (sync: object = {}) => {
    worker = stack.startWorker({ environments: environments(), sync: { pollMs: 50, giveUpMs: 3_000, ...sync } })
  }
  const count = async (instance: string) => (await totals(instance))?.executions

  it('that refuses the key is told at once, without the key', async () => {
    stack.n8n.reset(many(1), (_, response) => {
      send(response, 401, { message: 'unauthorized' })
      return true
    })
    start()
    const { state, error } = await stack.ended(await stack.queue('t1'))
    expect(state).toBe('failed')
    expect(error).toMatch(/answered 401 to \/api\/v1\/executions: the API key is wrong/)
    expect(error).not.toContain('stub-key')
    expect(stack.n8n.requests).toHaveLength(1)
  })

  it('is asked again while it is busy or down, and given up in the end', async () => {
    let failures = 0
    stack.n8n.reset(many(150), ({ withData }, response) => {
      failures += 1
      if (failures % 2 === 0) return undefined
      send(response, withData ? 503 : 429, { message: 'later' }, { 'retry-after': '0' })
      return true
    })
    start()
    expect(await stack.ended(await stack.queue('t1'))).toMatchObject({ state: 'done', current: 150, total: 150 })
    await expect.poll(() => count('t1')).toBe(150)
    stack.n8n.reset(many(1), (_, response) => {
      send(response, 503, {})
      return true
    })
    await worker?.stop()
    start({ giveUpMs: 300 })
    expect(await stack.ended(await stack.queue('t1'))).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/answered 503.*asked again/),
    })
  })

  it('and executions nobody can read keep no others back', async () => {
    const odd = [
      { ...make(3), row: { startedAt: 'soon' } },
      { ...make(4), row: { id: null } },
    ]
    stack.n8n.reset([make(1), make(2), ...odd, make(5)], ({ path, withData }, response) => {
      // One that the server itself can't read spoils its page, and is not to be had alone.
      const spoilt = withData && (path.endsWith('/executions') || path.endsWith('/2'))
      if (spoilt) send(response, 500, { message: 'Unexpected token in JSON' })
      return spoilt
    })
    start()
    const job = await stack.ended(await stack.queue('t2'))
    expect(job).toMatchObject({ state: 'partial', current: 5, unread: 2, incomplete: 1 })
    expect(job.error).toMatch(
      /^2 of 5 executions could not be read, first \?: it has no id; 1 are told without all of their nodes, first 2: .* answered 500/,
    )
    await expect.poll(() => totals('t2')).toMatchObject({ executions: 3, steps: 6, names: ['Flow A', 'Flow B'] })
    // What is amended later is asked for again, the rest is not.
    stack.n8n.reset([make(1), make(2), make(5)])
    expect(await stack.ended(await stack.queue('t2'))).toMatchObject({ state: 'done', current: 3, skipped: 2 })
    await expect.poll(() => totals('t2')).toMatchObject({ executions: 3, steps: 9 })
  })

  it('and pages that are too large are read one execution at a time', async () => {
    const fat = { ...make(2), runData: { Fetch: [stubRun(STUB_EPOCH, 10, 2_000)] } }
    stack.n8n.reset([make(1), fat, make(3)])
    start({ pageBytesMax: 20_000 })
    const job = await stack.ended(await stack.queue('t3'))
    expect(job).toMatchObject({
      state: 'partial',
      current: 3,
      incomplete: 1,
      incomplete_first: expect.stringMatching(/^2: .*more than 20000 bytes/),
    })
    await expect.poll(() => totals('t3')).toMatchObject({ executions: 3, steps: 6 })
    const singles = stack.n8n.requests.filter(({ path }) => /\d$/.test(path)).map(({ path }) => path.split('/').at(-1))
    expect(singles).toEqual(['3', '2', '1'])
  })

  it('or whose pages move while they are read loses none and counts none twice', async () => {
    // Offsets instead of ids, and three new executions before each page: every page begins with what ended the page before.
    let newest = 250
    stack.n8n.reset([], ({ path, query, withData }, response) => {
      if (!path.endsWith('/executions') || query.get('limit') !== '100') return undefined
      if (!withData) newest += 3
      const offset = Number(query.get('cursor') ?? 0)
      const rows = Array.from({ length: Math.min(100, newest - offset) }, (_, n) => newest - offset - n)
      const data = rows.map((id) => ({
        ...documented(id),
        ...(withData ? { data: { resultData: { runData: {} } } } : {}),
      }))
      send(response, 200, { data, nextCursor: offset + 100 < newest ? String(offset + 100) : null })
      return true
    })
    start()
    const job = await stack.ended(await stack.queue('t4'))
    expect(job.state).toBe('done')
    // All from 1 to what was the newest when the first page was read.
    await expect.poll(() => count('t4')).toBe(253)
    expect(job.current).toBe(253)
  })

  it('or that gives the same page for ever is left', async () => {
    stack.n8n.reset([], (_, response) => {
      send(response, 200, { data: [documented(1)], nextCursor: 'again' })
      return true
    })
    start()
    expect(await stack.ended(await stack.queue('t5'))).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/same page/),
    })
  })

  it('or is no n8n at all, or out of reach, is told as such', async () => {
    stack.n8n.reset([], (_, response) => {
      send(response, 200, { hello: 'world' })
      return true
    })
    start()
    expect(await stack.ended(await stack.queue('t6'))).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/is this the address of an n8n server/),
    })
    await worker?.stop()
    worker = stack.startWorker({ environments: environments(), outgoing: {} })
    expect(await stack.ended(await stack.queue('t6'))).toMatchObject({
      state: 'failed',
      error: expect.stringMatching(/outgoing\.allowPrivate/),
    })
  })

  it('runs once for an environment, and not at all for one that is not configured any more', async () => {
    stack.n8n.reset(many(1))
    const [a, b] = [await stack.queue('t1'), await stack.queue('t1')]
    const gone = await stack.queue('gone')
    start()
    expect(await stack.ended(a)).toMatchObject({ state: 'done' })
    expect(await stack.ended(b)).toMatchObject({ state: 'cancelled', error: expect.stringMatching(/queued before/) })
    expect(await stack.ended(gone)).toMatchObject({ state: 'cancelled', error: expect.stringMatching(/configured/) })
  })
})

function documented(id: number) {
  const { startedAt, stoppedAt } = make(id)
  const times = {
    startedAt: new Date(startedAt).toISOString(),
    stoppedAt: new Date(stoppedAt).toISOString(),
    waitTill: null,
  }
  return {
    id: String(id),
    finished: true,
    mode: 'trigger',
    retryOf: null,
    retrySuccessId: null,
    status: 'success',
    workflowId: 'wfA',
    ...times,
  }
}
