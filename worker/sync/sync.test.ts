import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Executions, STUB_NODES, type StubExecution, send, stubRun } from '../../test/kit/n8n-server.ts'
import { rowsOf } from '../../test/kit/stack-db.ts'
import { type SyncStack, startSyncStack } from '../../test/kit/sync-stack.ts'
import type { Worker } from '../worker.ts'
import { attribute } from './execution-spans.ts'

let stack: SyncStack
let worker: Worker | undefined
beforeAll(async () => {
  stack = await startSyncStack()
}, 60_000)
afterAll(() => stack?.stop())
beforeEach(() => {
  worker = undefined
})
afterEach(async () => {
  await worker?.stop()
  await stack.killWorkers()
})

const NOW = Date.now() - 3_600_000
/** Every tenth fails in its second node; each lasts 300 ms. */
const make = (id: number): StubExecution => {
  const startedAt = NOW - 60_000 + id * 10
  const base = { id, startedAt, stoppedAt: startedAt + 300, workflowId: id % 2 === 0 ? 'wfA' : 'wfB' }
  if (id % 10 !== 0) return { ...base, status: 'success' }
  const error = { name: 'NodeApiError', message: `no answer for ${id}`, stack: 'NodeApiError: no answer' }
  const runData = {
    Webhook: [stubRun(startedAt, 100, 1)],
    Fetch: [stubRun(startedAt + 100, 200, 0, { error, source: [{ previousNode: 'Webhook' }] })],
  }
  return { ...base, status: 'error', error, runData }
}
const many = (count: number): Executions => ({ count, make })

interface Totals {
  executions: number
  steps: number
  failed: number
  names: string[]
  first: string
}

async function totals(instance: string): Promise<Totals | undefined> {
  const rows = await rowsOf<Totals>(
    stack.db.client,
    `SELECT toUInt32(count()) AS executions, toUInt32(sum(step_count)) AS steps, toUInt32(countIf(status = 'error' AND failed_step = 'Fetch')) AS failed,
       arraySort(groupUniqArray(toString(workflow_name))) AS names, min(execution_id) AS first
     FROM executions FINAL WHERE instance = '${instance}'`,
  )
  return rows[0]
}

/** What a reader sees of one execution. */
async function seen(instance: string, id: string): Promise<Record<string, unknown>[]> {
  return rowsOf(
    stack.db.client,
    `SELECT * EXCEPT (trace_id, span_id, \`segments.trace_id\`, \`segments.span_id\`, version, settled_at, content_hash, anchor_at, previous_started_at, previous_status, is_deleted, instance)
     FROM executions FINAL WHERE instance = '${instance}' AND execution_id = '${id}'`,
  )
}

const dataPages = () => stack.n8n.requests.filter(({ withData, path }) => withData && path.endsWith('/executions'))

it('brings 1 000 executions, each once, and asks for no more data the second time', async () => {
  stack.n8n.reset(many(1_000))
  worker = stack.startWorker()
  const job = await stack.ended(await stack.queue('main'))
  expect(job).toMatchObject({
    state: 'done',
    current: 1_000,
    total: 1_000,
    pages_committed: 10,
    skipped: 0,
    unread: 0,
    error: '',
  })
  // 900 with three nodes, 100 with two.
  const expected = { executions: 1_000, steps: 2_900, failed: 100, names: ['Flow A', 'Flow B'], first: '1' }
  await expect.poll(() => totals('instance-main'), { timeout: 30_000 }).toEqual(expected)
  expect(dataPages()).toHaveLength(10)

  stack.n8n.reset(many(1_000))
  const again = await stack.ended(await stack.queue('main'))
  expect(again).toMatchObject({ state: 'done', current: 1_000, skipped: 1_000, pages_committed: 10 })
  expect(dataPages()).toHaveLength(0)
  expect(await totals('instance-main')).toEqual(expected)
}, 120_000)

it('goes on where a worker that was killed had come, and tells nothing twice', async () => {
  stack.n8n.reset(many(600), async ({ withData }) => {
    if (withData) await sleep(100)
    return undefined
  })
  await stack.forkWorker()
  const id = await stack.queue('env-a')
  await expect
    .poll(async () => (await stack.job(id)).pages_committed, { timeout: 30_000, interval: 20 })
    .toBeGreaterThan(1)
  await stack.killWorkers()
  const left = await stack.job(id)
  expect(left.state).toBe('running')
  const before = stack.n8n.requests.length
  await stack.forkWorker()
  expect(await stack.ended(id)).toMatchObject({ state: 'done', current: 600, total: 600, pages_committed: 6 })
  // Ids descend, 100 a page: nothing above what was committed is asked for again.
  const resumed = stack.n8n.requests.slice(before).map(({ lastId }) => lastId ?? 601)
  expect(Math.max(...resumed)).toBeLessThanOrEqual(601 - left.pages_committed * 100)
  await expect
    .poll(() => totals('instance-env-a'), { timeout: 30_000 })
    .toMatchObject({ executions: 600, steps: 1_740, failed: 60 })
}, 120_000)

/** What n8n's telemetry says of such an execution: its clock is 1 ms ahead. */
function telemetry(
  instance: string,
  { id, startedAt, stoppedAt, workflowId }: StubExecution,
  nodes: readonly string[],
  status = 'success',
) {
  const nanos = (ms: number) => `${ms + 1}000000`
  const idOf = (what: string) => createHash('sha256').update(`${instance}/${id}/${what}`).digest('hex')
  const trace = { traceId: idOf('trace').slice(0, 32) }
  const root = {
    ...trace,
    spanId: idOf('root').slice(0, 16),
    name: 'workflow.execute',
    kind: 1,
    startTimeUnixNano: nanos(startedAt),
    endTimeUnixNano: nanos(stoppedAt),
    attributes: [
      attribute('n8n.workflow.id', workflowId!),
      attribute('n8n.workflow.name', `Flow ${workflowId!.slice(2)}`),
      attribute('n8n.workflow.version_id', 'v-1'),
      attribute('n8n.workflow.node_count', 3),
      attribute('n8n.execution.id', String(id)),
      attribute('n8n.execution.mode', 'webhook'),
      attribute('n8n.execution.status', status),
      attribute('n8n.execution.is_retry', false),
    ],
    status: { code: 1 },
  }
  const spans = nodes.map((name, n) => ({
    ...trace,
    spanId: idOf(name).slice(0, 16),
    parentSpanId: root.spanId,
    name: 'node.execute',
    kind: 1,
    startTimeUnixNano: nanos(startedAt + n * 100),
    endTimeUnixNano: nanos(startedAt + n * 100 + 90),
    attributes: [attribute('n8n.node.name', name), attribute('n8n.node.items.output', n + 1)],
    status: { code: 1 },
  }))
  const resource = { attributes: [attribute('service.name', 'n8n'), attribute('n8n.instance.id', instance)] }
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'n8n-workflow' }, spans: [...spans, root] }] }] }
}

describe('an execution that comes by telemetry as well', () => {
  const one: StubExecution = { id: 7, status: 'success', startedAt: NOW, stoppedAt: NOW + 300, workflowId: 'wfB' }
  const settled = (instance: string, more: object = {}) =>
    expect
      .poll(() => seen(instance, '7'), { timeout: 20_000 })
      .toEqual([expect.objectContaining({ status: 'success', ...more })])
  const synced = async (environment: string) =>
    expect((await stack.ended(await stack.queue(environment))).state).toBe('done')

  it('is one and the same, whichever came first, and however often', async () => {
    stack.n8n.reset([one])
    worker = stack.startWorker()
    const told = (instance: string) => stack.send(telemetry(instance, one, STUB_NODES))
    await told('instance-env-b')
    await settled('instance-env-b', { step_count: 3 })
    await synced('env-b')

    await synced('env-c')
    await settled('instance-env-c', { step_count: 3, duration_ms: 300, environment: 'env-c' })
    await told('instance-env-c')
    await settled('instance-env-c', { step_count: 3, environment: 'default' })
    await synced('env-c')

    await Promise.all([told('instance-env-d'), synced('env-d')])
    await settled('instance-env-d', { step_count: 3, environment: 'default' })
    await told('instance-env-d')
    await synced('env-d')

    const [b, c, d] = await Promise.all(['env-b', 'env-c', 'env-d'].map((name) => seen(`instance-${name}`, '7')))
    expect(b).toHaveLength(1)
    expect(b![0]).toMatchObject({
      step_count: 3,
      duration_ms: 300,
      'segments.status': ['success'],
      'steps.name': [...STUB_NODES],
    })
    expect(c).toEqual(b)
    expect(d).toEqual(b)
  }, 90_000)

  it('gets the nodes that its telemetry left out, and the end that it never told', async () => {
    const waited = { ...one, id: 8, startedAt: NOW + 1_000, stoppedAt: NOW + 1_900 }
    stack.n8n.reset([one, waited])
    worker = stack.startWorker()
    await stack.send(telemetry('instance-env-e', one, []))
    await stack.send(telemetry('instance-env-e', { ...waited, stoppedAt: NOW + 1_100 }, ['Webhook'], 'waiting'))
    await settled('instance-env-e', { step_count: 0 })
    await expect
      .poll(() => seen('instance-env-e', '8'), { timeout: 20_000 })
      .toEqual([expect.objectContaining({ status: 'waiting' })])
    await synced('env-e')
    await settled('instance-env-e', { step_count: 3, duration_ms: 300 })
    // From 1 001 ms by the telemetry's clock to 1 900 ms by the records'.
    const over = { status: 'success', step_count: 3, duration_ms: 899 }
    await expect.poll(() => seen('instance-env-e', '8'), { timeout: 20_000 }).toEqual([expect.objectContaining(over)])
  }, 60_000)
})

describe('without a configured instance', () => {
  const list = [make(90_001), make(90_002)]
  const server = () => ({ url: stack.n8n.url, api_key: 'stub-key' })

  it('takes that of executions which are stored already, and keeps to it', async () => {
    stack.n8n.reset(list)
    worker = stack.startWorker({ environments: { found: { n8n: server() } } })
    await stack.send(telemetry('the-real-one', list[0]!, STUB_NODES))
    await expect.poll(async () => (await seen('the-real-one', '90001')).length, { timeout: 20_000 }).toBe(1)
    expect(await stack.ended(await stack.queue('found'))).toMatchObject({
      instance: 'the-real-one',
      skipped: 1,
      current: 2,
    })
    stack.n8n.reset([make(90_003)])
    expect(await stack.ended(await stack.queue('found'))).toMatchObject({ instance: 'the-real-one', current: 1 })
  }, 60_000)

  it('is called by the host of the server', async () => {
    stack.n8n.reset([{ ...make(1), workflowId: 'wfC' }])
    worker = stack.startWorker({ environments: { alone: { n8n: server() } } })
    const { host } = new URL(stack.n8n.url)
    expect(await stack.ended(await stack.queue('alone'))).toMatchObject({ state: 'done', instance: host })
  }, 60_000)
})

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
  }, 60_000)

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
    await expect.poll(() => count('t1'), { timeout: 20_000 }).toBe(150)
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
  }, 60_000)

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
    await expect
      .poll(() => totals('t2'), { timeout: 20_000 })
      .toMatchObject({ executions: 3, steps: 6, names: ['Flow A', 'Flow B'] })
    // What is amended later is asked for again, the rest is not.
    stack.n8n.reset([make(1), make(2), make(5)])
    expect(await stack.ended(await stack.queue('t2'))).toMatchObject({ state: 'done', current: 3, skipped: 2 })
    await expect.poll(() => totals('t2'), { timeout: 20_000 }).toMatchObject({ executions: 3, steps: 9 })
  }, 60_000)

  it('and pages that are too large are read one execution at a time', async () => {
    const fat = { ...make(2), runData: { Fetch: [stubRun(NOW, 10, 2_000)] } }
    stack.n8n.reset([make(1), fat, make(3)])
    start({ pageBytesMax: 20_000 })
    const job = await stack.ended(await stack.queue('t3'))
    expect(job).toMatchObject({
      state: 'partial',
      current: 3,
      incomplete: 1,
      incomplete_first: expect.stringMatching(/^2: .*more than 20000 bytes/),
    })
    await expect.poll(() => totals('t3'), { timeout: 20_000 }).toMatchObject({ executions: 3, steps: 6 })
    const singles = stack.n8n.requests.filter(({ path }) => /\d$/.test(path)).map(({ path }) => path.split('/').at(-1))
    expect(singles).toEqual(['3', '2', '1'])
  }, 60_000)

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
    await expect.poll(() => count('t4'), { timeout: 20_000 }).toBe(253)
    expect(job.current).toBe(253)
  }, 60_000)

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
  }, 60_000)

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
  }, 60_000)

  it('runs once for an environment, and not at all for one that is not configured any more', async () => {
    stack.n8n.reset(many(1))
    const [a, b] = [await stack.queue('t1'), await stack.queue('t1')]
    const gone = await stack.queue('gone')
    start()
    expect(await stack.ended(a)).toMatchObject({ state: 'done' })
    expect(await stack.ended(b)).toMatchObject({ state: 'cancelled', error: expect.stringMatching(/queued before/) })
    expect(await stack.ended(gone)).toMatchObject({ state: 'cancelled', error: expect.stringMatching(/configured/) })
  }, 60_000)
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
