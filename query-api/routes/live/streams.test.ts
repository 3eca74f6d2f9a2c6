/** Streams against a real ClickHouse: what clients get, come back for, and are told when it is gone. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { type ExecutionParts, insertExecutions, startApi, type TestApi } from '../../../test/kit/api.ts'
import type { TestClickHouse } from '../../../test/kit/clickhouse.ts'
import { lastingPort } from '../../../test/kit/ports.ts'
import { openSse, type SseClient, type SseEvent } from '../../../test/kit/sse.ts'
import { startDatabase } from '../../../test/kit/stack-db.ts'

let clickhouse: TestClickHouse
let api: TestApi
beforeAll(async () => {
  clickhouse = await startDatabase()
  api = await start()
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
})

const live = { pollMs: 30, keepAliveMs: 200, queueEventsMax: 50, clientsMax: 12, replayChangesMax: 40 }
const start = (port = 0) => startApi({ clickhouseUrl: clickhouse.url, live, port })

let versions = 0
let names = 0
const name = () => `live-${++names}`

/** Writes a version of an execution, as settling would. */
async function write(execution_id: string, parts: Partial<ExecutionParts> = {}): Promise<void> {
  await writeAll([execution_id], parts)
}

async function writeAll(ids: readonly string[], parts: Partial<ExecutionParts> = {}): Promise<void> {
  const started_at = new Date(Date.now() - 60_000).toISOString().replace('T', ' ').slice(0, -1)
  const version = String(++versions)
  await insertExecutions(
    clickhouse.client,
    ids.map((execution_id) => ({ execution_id, started_at, status: 'running', workflow_id: 'wf', version, ...parts })),
  )
}

const over = { status: 'success', previous_status: 'running', duration_ms: 1500 } as const

async function open(path: string, headers?: Record<string, string>, at = api): Promise<SseClient> {
  const client = await openSse(`${at.url}/api/v1/sse/${path}`, headers)
  onTestFinished(() => client.close())
  return client
}

const isExecution = ({ event }: SseEvent) => event.startsWith('execution.')
const told = (client: SseClient) =>
  client.events.filter(isExecution).map(({ event, data }) => `${event} ${data.execution_id}`)
const has = (text: string) => (events: SseEvent[]) =>
  events.some(({ event, data }) => `${event} ${data.execution_id}` === text)

it('tells of start, change and end as they are written, and of nothing that others do', async () => {
  const [a, b] = [name(), name()]
  const client = await open(`executions?workflow_id=${a}`)
  expect(client.status).toBe(200)
  expect(client.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(client.headers.get('cache-control')).toBe('no-store')
  await client.until((events) => events.some(({ event }) => event === 'snapshot'))
  await write(a, { workflow_id: a })
  await write(b, { workflow_id: b })
  await write(a, { workflow_id: a, status: 'waiting', previous_status: 'running' })
  await write(a, { workflow_id: a, ...over })
  await client.until(has(`execution.completed ${a}`))
  expect(told(client)).toEqual([`execution.started ${a}`, `execution.updated ${a}`, `execution.completed ${a}`])
  expect(client.events.filter(isExecution).at(-1)?.data).toMatchObject({
    workflow_id: a,
    status: 'success',
    duration: 1.5,
    duration_ms: 1500,
  })
})

it('tells of one that was over when it came as completed, and of a write that was repeated once', async () => {
  const id = name()
  const client = await open(`executions?workflow_id=${id}`)
  const parts = { workflow_id: id, status: 'error', version: '7' }
  await write(id, parts)
  await write(id, parts)
  await write(id, { workflow_id: id, status: 'error', previous_status: 'error', version: '8' })
  await client.until(has(`execution.updated ${id}`))
  expect(told(client)).toEqual([`execution.completed ${id}`, `execution.updated ${id}`])
})

it('leaves out tombstones and other tenants', async () => {
  const id = name()
  const client = await open(`executions?workflow_id=${id}`)
  await write(id, { workflow_id: id, tenant: 'other' })
  await write(id, { workflow_id: id, is_deleted: 1 })
  await write('the last', { workflow_id: id })
  await client.until(has('execution.started the last'))
  expect(told(client)).toEqual(['execution.started the last'])
})

it('gives a client that comes back what it missed, once and in order, whichever server it reaches', async () => {
  const workflow = name()
  const ids = Array.from({ length: 9 }, (_, n) => `${workflow}-${n}`)
  const mine = { workflow_id: workflow }
  const port = await lastingPort()
  let server = await start(port)
  const first = await open(`executions?workflow_id=${workflow}`, {}, server)
  await first.until((events) => events.some(({ event }) => event === 'snapshot'))
  await writeAll(ids.slice(0, 3), mine)
  await first.until(has(`execution.started ${ids[2]}`))
  await server.stop()
  await first.ended
  await write(ids[3]!, mine)
  // Merged meanwhile: places in the log stay.
  await clickhouse.client.command({ query: 'OPTIMIZE TABLE execution_changes FINAL' })
  await writeAll(ids.slice(4, 6), mine)
  server = await start(port)
  onTestFinished(() => server.stop())
  const second = await open(`executions?workflow_id=${workflow}`, { 'last-event-id': first.lastEventId! }, server)
  await writeAll(ids.slice(6), mine)
  await second.until(has(`execution.started ${ids[8]}`))
  expect([...told(first), ...told(second)]).toEqual(ids.map((id) => `execution.started ${id}`))
  expect(second.events.some(({ event }) => event === 'gap' || event === 'snapshot')).toBe(false)
  const elsewhere = await open(`executions?workflow_id=${workflow}&last_event_id=${first.lastEventId}`)
  await elsewhere.until(has(`execution.started ${ids[8]}`))
  expect(told(elsewhere)).toEqual(told(second))
})

it('goes on from an id of counts, too', async () => {
  const workflow = name()
  const first = await open(`executions?workflow_id=${workflow}`)
  await first.until((events) => events.some(({ event }) => event === 'counts.update'))
  first.close()
  await write(name(), { workflow_id: workflow })
  const second = await open(`executions?workflow_id=${workflow}`, { 'last-event-id': first.lastEventId! })
  await second.until((events) => events.some(isExecution))
  expect(second.events.filter(isExecution)).toHaveLength(1)
})

it.each([
  ['an id of nobody', 'nonsense', 'unknown_event_id'],
  ['an id that is no longer in the log', '999999-0-1700000000000000', 'unknown_event_id'],
  ['an id of an earlier log', '1-0-1700000000000000', 'unknown_event_id'],
])('tells of one gap and then how things are for %s', async (_, lastEventId, reason) => {
  const id = name()
  await write(id, { workflow_id: id })
  const client = await open(`executions?workflow_id=${id}`, { 'last-event-id': lastEventId })
  await client.until((events) => events.some(({ event }) => event === 'snapshot'))
  expect(client.events.slice(0, 3).map(({ event }) => event)).toEqual(['gap', 'counts.update', 'snapshot'])
  expect(client.events[0]?.data).toEqual({ reason, dropped: 0 })
  expect(client.events[2]?.data.running.map((open: { execution_id: string }) => open.execution_id)).toEqual([id])
})

it('tells of a gap when too much came since', async () => {
  const workflow = name()
  const first = await open(`executions?workflow_id=${workflow}`)
  await first.until((events) => events.some(({ event }) => event === 'snapshot'))
  first.close()
  await writeAll(
    Array.from({ length: live.replayChangesMax + 1 }, (_, n) => `${workflow}-${n}`),
    { workflow_id: workflow },
  )
  const second = await open(`executions?workflow_id=${workflow}`, { 'last-event-id': first.lastEventId! })
  await second.until((events) => events.some(({ event }) => event === 'snapshot'))
  expect(second.events[0]).toMatchObject({ event: 'gap', data: { reason: 'too_far_behind' } })
  expect(second.events[2]?.data.running).toHaveLength(live.replayChangesMax + 1)
})

it('does not wait for a client that does not read: it is told of a gap, and others miss nothing', async () => {
  const workflow = name()
  const path = `executions?workflow_id=${workflow}`
  const slow = await openPaused(`/api/v1/sse/${path}`)
  const quick = await open(path)
  await quick.until((events) => events.some(({ event }) => event === 'snapshot'))
  const ids = Array.from({ length: 600 }, (_, n) => `${workflow}-${n}`)
  await writeAll(ids, { workflow_id: workflow, workflow_name: 'long '.repeat(8_000) })
  await quick.until((events) => events.filter(isExecution).length === ids.length)
  const text = await slow.read(
    (so_far) => so_far.includes('event: gap') && so_far.slice(so_far.indexOf('event: gap')).includes('event: snapshot'),
  )
  const gap = /event: gap\ndata: (.*)/.exec(text)?.[1] ?? ''
  expect(JSON.parse(gap)).toMatchObject({ reason: 'slow_reader' })
  expect(JSON.parse(gap).dropped).toBeGreaterThan(0)
  const got = text.slice(0, text.indexOf('event: gap')).split('event: execution.started').length - 1
  expect(got + JSON.parse(gap).dropped).toBeLessThanOrEqual(ids.length)
})

it('keeps counts of a day fresh, without queries and requests, and shows signs of life', async () => {
  const client = await open('counts/any-name-of-the-only-tenant')
  const counts = () => client.events.filter(({ event }) => event === 'counts.update').map(({ data }) => data)
  await client.until(() => counts().length > 0)
  const before = counts()[0]
  await write(name(), { kind: 'query' })
  await write(name(), { status: 'failed' })
  await write(name())
  await client.until(() => counts().at(-1)?.total_executions === before.total_executions + 2)
  expect(counts().at(-1)).toEqual({
    total_executions: before.total_executions + 2,
    success_count: before.success_count,
    failure_count: before.failure_count + 1,
    running_count: before.running_count + 1,
  })
  expect(client.events.filter(isExecution).map(({ data }) => data.kind)).not.toContain('query')
  await client.until(() => client.comments.length > 0)
})

it('refuses more streams than it may have, says when to come back, and takes new ones when some left', async () => {
  const clients = await Promise.all(Array.from({ length: live.clientsMax + 3 }, () => open('executions')))
  const refused = clients.filter(({ status }) => status === 503)
  expect(refused.length).toBeGreaterThanOrEqual(3)
  expect(refused[0]?.headers.get('retry-after')).toBe('5')
  for (const client of clients) client.close()
  await expect.poll(async () => (await open('executions')).status).toBe(200)
})

it('speaks over a WebSocket as well, and goes on there', async () => {
  const workflow = name()
  const url = `${api.url.replace('http', 'ws')}/api/v1/ws?workflow_id=${workflow}`
  const messages = await listen(url)
  await expect.poll(() => messages.map(({ type }) => type)).toContain('snapshot')
  await write(name(), { workflow_id: workflow })
  const id = name()
  await write(id, { workflow_id: workflow })
  await write(id, { workflow_id: workflow, ...over })
  await expect.poll(() => messages.map(({ type }) => type).slice(-1)).toEqual(['execution_completed'])
  const started = messages.find(({ type }) => type === 'execution_started')!
  const again = await listen(`${url}&last_event_id=${started.id}`)
  await expect
    .poll(() => again.map(({ type, data }) => [type, data.execution_id]))
    .toEqual([
      ['execution_started', id],
      ['execution_completed', id],
    ])
})

it.each([
  ['a page from elsewhere', '/api/v1/ws', { origin: 'https://evil.example' }, 403],
  ['another path', '/api/v1/executions', {}, 404],
  ['an unknown parameter', '/api/v1/ws?colour=red', {}, 400],
  ['another machine', '/api/v1/ws', { host: 'evil.example' }, 421],
])('refuses a WebSocket of %s', async (_, path, headers, status) => {
  const socket = new WebSocket(api.url.replace('http', 'ws') + path, { headers })
  const answer = await new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode))
    socket.on('error', () => {})
  })
  expect(answer).toBe(status)
})

it('tells a plain GET to upgrade', async () => {
  expect((await api.get('/api/v1/ws')).status).toBe(426)
})

/** A client that opens a stream and reads nothing until it is told to. */
async function openPaused(path: string) {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1')
  onTestFinished(() => {
    socket.destroy()
  })
  socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
  await once(socket, 'readable')
  return {
    read: async (enough: (text: string) => boolean) => {
      let text = ''
      for await (const chunk of socket) {
        text += chunk
        if (enough(text)) return text
      }
      throw new Error('the stream ended')
    },
  }
}

interface Message {
  type: string
  id: string | null
  data: Record<string, unknown>
}

async function listen(url: string): Promise<Message[]> {
  const socket = new WebSocket(url)
  onTestFinished(() => socket.close())
  const messages: Message[] = []
  socket.on('message', (text) => messages.push(JSON.parse(String(text))))
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return messages
}
