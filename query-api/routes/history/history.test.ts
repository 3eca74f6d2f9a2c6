/** Runs that are begun, told of and read through the API of a whole stack, beside those of others. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Stack, startStack } from '../../../test/kit/stack.ts'
import { eventually, exportRequest, idOf, type OtlpSpan, text } from '../../../test/kit/traces.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack?.stop())

// biome-ignore lint/suspicious/noExplicitAny: the body of any answer
type Body = any

async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: Body }> {
  const response = await fetch(stack.urls.api + path, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await response.json() }
}

const RUNS = '/api/v1/workflows/executions'

async function begin(body: Record<string, unknown>): Promise<string> {
  const { status, body: answer } = await ask('POST', RUNS, body)
  expect({ status, answer }).toMatchObject({ status: 201 })
  return answer.execution_id
}

const tell = (id: string, body: unknown) => ask('PATCH', `${RUNS}/${id}`, body)
const past = async (body: unknown) => (await ask('POST', `${RUNS}/history`, body)).body

it('is begun, told of and ended; every answer shows what was just written', async () => {
  const inputs = { urls: ['https://example.com'], depth: 2 }
  const id = await begin({
    workflow_id: 'crawl',
    inputs,
    visual_enabled: true,
    visual_streaming_enabled: true,
    visual_quality: 'high',
    session_id: 's-1',
  })
  const [running] = (await past({ workflow_id: 'crawl' })).executions
  expect(running).toMatchObject({
    execution_id: id,
    workflow_id: 'crawl',
    user_id: null,
    status: 'running',
    mode: 'cloud-run',
    visual_enabled: true,
    visual_streaming_enabled: true,
    visual_quality: 'high',
    session_id: 's-1',
    inputs,
    result: null,
    error: null,
    logs: null,
    execution_time_seconds: null,
    completed_at: null,
  })
  const { executions } = (await ask('GET', `${RUNS}/active?workflow_id=crawl`)).body
  expect(executions).toMatchObject([
    { execution_id: id, status: 'running', progress: null, overdue: false, current_step: null },
  ])
  expect(executions[0].elapsed_seconds).toBeGreaterThan(0)

  const told = await tell(id, { visual_events_captured: 12, logs: ['opened', { page: 2 }] })
  expect(told).toMatchObject({
    status: 200,
    body: { status: 'running', visual_events_captured: 12, logs: ['opened', { page: 2 }], inputs },
  })
  const ended = await tell(id, {
    execution_id: id,
    status: 'completed',
    result: { pages: 7 },
    logs: ['opened', { page: 2 }, 'closed'],
    execution_time_seconds: 3.25,
    visual_events_captured: 40,
    visual_stream_duration: 2.5,
  })
  expect(ended.body).toEqual({
    ...running,
    status: 'completed',
    result: { pages: 7 },
    logs: ['opened', { page: 2 }, 'closed'],
    execution_time_seconds: 3.25,
    visual_events_captured: 40,
    visual_stream_duration: 2.5,
    completed_at: new Date(Date.parse(running.created_at) + 3250).toISOString(),
    updated_at: expect.any(String),
  })
  expect(ended.body.updated_at > running.updated_at).toBe(true)
  expect((await past({ workflow_id: 'crawl' })).executions).toEqual([ended.body])
  // The same by the core.
  const core = (await ask('GET', `/api/v1/executions/id/${id}`)).body
  expect(core).toMatchObject({ status: 'success', duration_ms: 3250, input: JSON.stringify(inputs), kind: 'workflow' })
  const { sessions } = (await ask('GET', '/api/v1/workflows/visual/sessions/enhanced?workflow_id=crawl')).body
  expect(sessions).toEqual([
    {
      session_id: 's-1',
      execution_id: id,
      workflow_id: 'crawl',
      user_id: null,
      status: 'completed',
      state: 'ended',
      streaming: true,
      quality: 'high',
      events_captured: 40,
      stream_duration: 2.5,
      started_at: running.created_at,
      ended_at: ended.body.completed_at,
    },
  ])
})

it('is over once it is over, but may be told more of', async () => {
  const id = await begin({ workflow_id: 'once' })
  expect(
    (await tell(id, { status: 'failed', error: { message: 'no such host', code: 'ENOTFOUND' } })).body,
  ).toMatchObject({
    status: 'failed',
    error: 'no such host',
  })
  expect(await tell(id, { status: 'running' })).toMatchObject({ status: 409, body: { code: 'execution_finished' } })
  const more = await tell(id, { visual_events_captured: 1, logs: 'in one piece' })
  expect(more.body).toMatchObject({
    status: 'failed',
    error: 'no such host',
    visual_events_captured: 1,
    logs: 'in one piece',
  })
  expect((await tell(id, {})).body).toEqual(more.body)
  expect(await tell(id, { execution_id: 'another' })).toMatchObject({ status: 400, body: { code: 'invalid_body' } })
  expect(await tell('nobody', { status: 'completed' })).toMatchObject({
    status: 404,
    body: { code: 'execution_not_found' },
  })
})

it('takes twenty at once and gives each its own', async () => {
  const ids = await Promise.all(
    Array.from({ length: 20 }, (_, n) => begin({ workflow_id: 'many', inputs: { n }, mode: `mode-${n % 2}` })),
  )
  await Promise.all(
    ids.map((id, n) =>
      tell(id, { status: n % 4 === 0 ? 'cancelled' : 'completed', result: n, execution_time_seconds: 2 }),
    ),
  )
  const pages = []
  for (let page = 1; page <= 3; page++) pages.push(await past({ workflow_id: 'many', page, page_size: 8 }))
  expect(pages.map(({ executions, total, has_more }) => [executions.length, total, has_more])).toEqual([
    [8, 20, true],
    [8, 20, true],
    [4, 20, false],
  ])
  const results = pages.flatMap(({ executions }) => executions).map(({ inputs, result }) => [inputs.n, result])
  expect(results.sort(([a], [b]) => a - b)).toEqual(ids.map((_, n) => [n, n]))
  expect((await past({ workflow_id: 'many', status_filter: 'cancelled' })).total).toBe(5)
  expect((await past({ workflow_id: 'many', mode_filter: 'mode-1', status_filter: 'completed' })).total).toBe(10)
  const stats = (await ask('GET', `${RUNS}/stats/many`)).body
  expect(stats).toMatchObject({
    total_executions: 20,
    successful_executions: 15,
    failed_executions: 0,
    cancelled_executions: 5,
    success_rate: 75,
    average_execution_time_seconds: 2,
    mode_usage: { 'mode-0': 10, 'mode-1': 10 },
    visual: { enabled: 0, streaming: 0, average_events_captured: null, average_stream_duration: null },
  })
})

it('shows runs of others, with the step that they are at, and leaves them to those', async () => {
  await send(sampleOfAnother())
  const active = await eventually(async () => {
    const { executions } = (await ask('GET', `${RUNS}/active?workflow_id=theirs`)).body
    expect(executions).toHaveLength(1)
    return executions[0]
  })
  expect(active).toMatchObject({ execution_id: 'another 1', current_step: 'second' })
  const [record] = (await past({ workflow_id: 'theirs', visual_streaming_only: true })).executions
  expect(record).toMatchObject({
    execution_id: 'another 1',
    visual_events_captured: 3,
    inputs: 'plain words',
    logs: null,
  })
  expect(await tell('another 1', { status: 'failed' })).toMatchObject({
    status: 409,
    body: { code: 'execution_foreign' },
  })
  const stats = (await ask('GET', `${RUNS}/stats/theirs`)).body
  expect(stats).toMatchObject({
    total_executions: 1,
    success_rate: null,
    visual: { enabled: 1, streaming: 1, average_events_captured: 3 },
  })
})

it('is served without the prefix, too', async () => {
  const created = await ask('POST', '/workflows/executions', { workflow_id: 'short' })
  expect(created.status).toBe(201)
  const patched = await ask('PATCH', `/workflows/executions/${created.body.execution_id}`, { status: 'completed' })
  expect(patched.body.status).toBe('completed')
  expect((await ask('GET', '/workflows/executions/stats/short')).body.successful_executions).toBe(1)
  expect((await ask('GET', '/workflows/executions/stats/nobody')).body).toMatchObject({
    total_executions: 0,
    success_rate: null,
    last_execution_at: null,
  })
})

it.each([
  [{}, 'workflow_id'],
  [{ workflow_id: '' }, 'workflow_id'],
  [{ workflow_id: 'w', inputs: 'text' }, 'inputs'],
  [{ workflow_id: 'w', colour: 'red' }, 'colour'],
  [{ workflow_id: 'w', visual_enabled: 'yes' }, 'visual_enabled'],
])('is told what is wrong with %j', async (body, field) => {
  const answer = await ask('POST', RUNS, body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_body' } })
  expect(answer.body.errors.map((fault: { field: string }) => fault.field)).toEqual([field])
})

it('keeps a result that is longer than an execution holds when a run that is over is told more of', async () => {
  const { execution_id: id } = (await ask('POST', RUNS, { workflow_id: 'long' })).body
  const result = 'all of it '.repeat(3_000)
  expect(await tell(id, { status: 'completed', result })).toMatchObject({ status: 200 })
  expect(await tell(id, { visual_events_captured: 5 })).toMatchObject({ body: { visual_events_captured: 5 } })
  const { trace_id, output_truncated, output } = (await ask('GET', `/api/v1/executions/id/${id}`)).body
  expect([output_truncated, result.startsWith(output)]).toEqual([true, true])
  const { body } = await ask('GET', `/api/v1/traces/${trace_id}`)
  expect(JSON.stringify(body)).toContain(JSON.stringify(result))
})

/** An execution of a service that runs: its first step is over, the second is not. */
function sampleOfAnother(): OtlpSpan[] {
  const traceId = idOf('another', 16)
  const root = idOf('another root', 8)
  const at = (ms: number) => `${BigInt(Date.now() - 10_000 + ms) * 1_000_000n}`
  const attributes = [
    text('runlens.execution.id', 'another 1'),
    text('runlens.execution.kind', 'workflow'),
    text('runlens.workflow.id', 'theirs'),
    text('runlens.execution.input', 'plain words'),
    text('runlens.visual.enabled', 'true'),
    text('runlens.visual.streaming', 'true'),
    text('runlens.visual.events_captured', '3'),
  ]
  const step = (name: string, from: number, to: string): OtlpSpan => ({
    traceId,
    spanId: idOf(`another ${name}`, 8),
    parentSpanId: root,
    name,
    kind: 1,
    startTimeUnixNano: at(from),
    endTimeUnixNano: to,
    attributes: [text('runlens.step.name', name), text('runlens.step.type', 'task')],
  })
  return [
    { traceId, spanId: root, name: 'theirs', kind: 1, startTimeUnixNano: at(0), endTimeUnixNano: '0', attributes },
    step('first', 1, at(5)),
    step('second', 6, '0'),
  ]
}

async function send(spans: OtlpSpan[]): Promise<void> {
  const response = await fetch(`${stack.urls.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(exportRequest(spans)),
  })
  expect(response.status).toBe(200)
}
