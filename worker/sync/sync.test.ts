import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type Executions,
  makeExecution,
  STUB_EPOCH,
  STUB_NODES,
  type StubExecution,
} from '../../test/kit/n8n-server.ts'
import { rowsOf } from '../../test/kit/stack-db.ts'
import { type SyncStack, startSyncStack } from '../../test/kit/sync-stack.ts'
import type { Worker } from '../worker.ts'
import { attribute } from './execution-spans.ts'

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

const NOW = STUB_EPOCH
const many = (count: number): Executions => ({ count, make: makeExecution })
const totals = (instance: string) => stack.totals(instance)

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
  await expect.poll(() => totals('instance-main')).toEqual(expected)
  expect(dataPages()).toHaveLength(10)

  stack.n8n.reset(many(1_000))
  const again = await stack.ended(await stack.queue('main'))
  expect(again).toMatchObject({ state: 'done', current: 1_000, skipped: 1_000, pages_committed: 10 })
  expect(dataPages()).toHaveLength(0)
  expect(await totals('instance-main')).toEqual(expected)
})

it('goes on where a worker that was killed had come, and tells nothing twice', async () => {
  let pages = 0
  let goOn = () => {}
  const killed = new Promise<void>((resolve) => (goOn = resolve))
  stack.n8n.reset(many(600), async ({ withData }) => {
    if (withData && ++pages > 3) await killed
    return undefined
  })
  await stack.forkWorker()
  const id = await stack.queue('env-a')
  await expect.poll(async () => (await stack.job(id)).pages_committed, { interval: 20 }).toBeGreaterThan(1)
  await stack.killWorkers()
  goOn()
  const left = await stack.job(id)
  expect(left.state).toBe('running')
  const before = stack.n8n.requests.length
  await stack.forkWorker()
  expect(await stack.ended(id)).toMatchObject({ state: 'done', current: 600, total: 600, pages_committed: 6 })
  // Ids descend, 100 a page: nothing above what was committed is asked for again.
  const resumed = stack.n8n.requests.slice(before).map(({ lastId }) => lastId ?? 601)
  expect(Math.max(...resumed)).toBeLessThanOrEqual(601 - left.pages_committed * 100)
  await expect.poll(() => totals('instance-env-a')).toMatchObject({ executions: 600, steps: 1_740, failed: 60 })
})

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
    expect.poll(() => seen(instance, '7')).toEqual([expect.objectContaining({ status: 'success', ...more })])
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
      // One, that says the same.
      'segments.status': [],
      'steps.name': [...STUB_NODES],
    })
    expect(c).toEqual(b)
    expect(d).toEqual(b)
  })

  it('gets the nodes that its telemetry left out, and the end that it never told', async () => {
    const waited = { ...one, id: 8, startedAt: NOW + 1_000, stoppedAt: NOW + 1_900 }
    stack.n8n.reset([one, waited])
    worker = stack.startWorker()
    await stack.send(telemetry('instance-env-e', one, []))
    await stack.send(telemetry('instance-env-e', { ...waited, stoppedAt: NOW + 1_100 }, ['Webhook'], 'waiting'))
    await settled('instance-env-e', { step_count: 0 })
    await expect.poll(() => seen('instance-env-e', '8')).toEqual([expect.objectContaining({ status: 'waiting' })])
    await synced('env-e')
    await settled('instance-env-e', { step_count: 3, duration_ms: 300 })
    // From 1 001 ms by the telemetry's clock to 1 900 ms by the records'.
    const over = { status: 'success', step_count: 3, duration_ms: 899 }
    await expect.poll(() => seen('instance-env-e', '8')).toEqual([expect.objectContaining(over)])
  })
})

describe('without a configured instance', () => {
  const list = [makeExecution(90_001), makeExecution(90_002)]
  const server = () => ({ url: stack.n8n.url, api_key: 'stub-key' })

  it('takes that of executions which are stored already, and keeps to it', async () => {
    stack.n8n.reset(list)
    worker = stack.startWorker({ environments: { found: { n8n: server() } } })
    await stack.send(telemetry('the-real-one', list[0]!, STUB_NODES))
    await expect.poll(async () => (await seen('the-real-one', '90001')).length).toBe(1)
    expect(await stack.ended(await stack.queue('found'))).toMatchObject({
      instance: 'the-real-one',
      skipped: 1,
      current: 2,
    })
    stack.n8n.reset([makeExecution(90_003)])
    expect(await stack.ended(await stack.queue('found'))).toMatchObject({ instance: 'the-real-one', current: 1 })
  })

  it('is called by the host of the server', async () => {
    stack.n8n.reset([{ ...makeExecution(1), workflowId: 'wfC' }])
    worker = stack.startWorker({ environments: { alone: { n8n: server() } } })
    const { host } = new URL(stack.n8n.url)
    expect(await stack.ended(await stack.queue('alone'))).toMatchObject({ state: 'done', instance: host })
  })
})
