/**
 * The recorded payloads of unmodified emitters, sent to the whole stack as a user would, asked for over the API.
 * Every expected value was read from the payload by hand.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually } from '../kit/traces.ts'

const FIXTURES = new URL('../fixtures/otlp/', import.meta.url)
const N8N = 'n8n-2.40.7-webhook-error-and-wait.otlp.pb'
const LANGGRAPH = 'langgraph-1.7.3-openinference-4.1.1-1.otlp.json'
const MASTRA = 'mastra-1.71.0-otel-exporter-1.4.0-traces.otlp.json'
const AI_SDK = 'vercel-ai-6.0.326-1.otlp.json'

interface Execution {
  execution_id: string
  kind: string
  provider: string
  workflow_id: string | null
  workflow_name: string
  status: string
  mode: string | null
  error_type: string | null
  error_message: string | null
  failed_step: string | null
  step_count: number
  failed_steps: number
  duration_ms: number
  user_id: string | null
  conversation_id: string | null
  started_at: string
  trace_id: string
  instance: string
}
interface Step {
  name: string
  type: string
  depth: number
  status: string
  duration_ms: number
  error_type: string | null
}

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack?.stop())

async function send(file: string): Promise<void> {
  const type = file.endsWith('.pb') ? 'application/x-protobuf' : 'application/json'
  const answer = await fetch(`${stack.urls.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: readFileSync(new URL(file, FIXTURES)),
  })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toContain(type)
}

async function get<T>(path: string): Promise<T> {
  const answer = await fetch(`${stack.urls.api}/api/v1${path}`)
  expect(answer.status, `${path}: ${await answer.clone().text()}`).toBe(200)
  return (await answer.json()) as T
}

async function executions(query: string, count: number): Promise<Execution[]> {
  return eventually(async () => {
    const page = await get<{ executions: Execution[]; total: number }>(`/executions?${query}`)
    expect(page.executions.length).toBe(count)
    expect(page.total).toBe(count)
    return page.executions
  })
}

const steps = async (id: string) => (await get<{ steps: Step[] }>(`/executions/id/${id}/tree`)).steps

/** Every figure that a resend might disturb. */
async function figures(): Promise<unknown> {
  const list = await get<{ executions: Execution[]; total: number }>('/executions?limit=100&sort=started_at')
  const kpis = await get<Record<string, unknown>>('/observability/kpis?time_range=30d')
  const workflows = await get<{ workflows: unknown[] }>('/observability/workflows?time_range=30d')
  const trees = await Promise.all(list.executions.map((execution) => steps(execution.execution_id)))
  const [spans, minutes, stepHours] = await Promise.all([
    stack.query('SELECT count() AS n FROM spans'),
    stack.query('SELECT sum(executions) AS n FROM v_execution_minutes'),
    stack.query('SELECT sum(steps) AS n FROM v_step_hours'),
  ])
  const { meta: _, sparkline_data: __, ...totals } = kpis
  return {
    list: list.executions,
    total: list.total,
    totals,
    workflows: workflows.workflows,
    trees,
    spans,
    minutes,
    stepHours,
  }
}

describe('a recorded payload', () => {
  it('of n8n gives two executions of the workflow "hook flow" with their nodes as steps', async () => {
    await send(N8N)
    const found = await executions('workflow_name=hook%20flow', 2)
    const byId = new Map(found.map((execution) => [execution.execution_id, execution]))
    expect(byId.get('2')).toMatchObject({
      kind: 'workflow',
      provider: 'n8n',
      instance: '3ec37753c83c4a06f12c631b2775e4c3e83271153daa004a4e802b189a9b3750',
      workflow_id: 'wfBBBBBBBBBBBBB2',
      status: 'error',
      mode: 'webhook',
      error_type: 'NodeOperationError',
      error_message: 'kaboom',
      failed_step: 'Stop',
      step_count: 4,
      failed_steps: 1,
      duration_ms: 61.798523,
      trace_id: expect.stringMatching(/^9cf1a5[0-9a-f]{26}$/),
    })
    expect(byId.get('3')).toMatchObject({
      workflow_id: 'wfBBBBBBBBBBBBB2',
      status: 'success',
      error_type: null,
      failed_step: null,
      step_count: 4,
      failed_steps: 0,
      duration_ms: 3027.800904,
    })
    expect((await steps('2')).map(({ name, status, error_type }) => [name, status, error_type])).toEqual([
      ['Webhook', 'success', null],
      ['Set', 'success', null],
      ['If', 'success', null],
      ['Stop', 'error', 'NodeOperationError'],
    ])
    expect((await steps('3')).map(({ name, status }) => [name, status])).toEqual([
      ['Webhook', 'success'],
      ['Set', 'success'],
      ['If', 'success'],
      ['Wait', 'success'],
    ])
  })

  it('of LangGraph gives one agent execution whose graph nodes are its steps, calls below them', async () => {
    await send(LANGGRAPH)
    const [run] = await executions('provider=langgraph', 1)
    expect(run).toMatchObject({
      kind: 'agent',
      workflow_name: 'my_run',
      status: 'success',
      user_id: 'u-1',
      conversation_id: 's-1',
      step_count: 6,
      failed_steps: 0,
      duration_ms: 50.640902,
    })
    expect((await steps(run!.execution_id)).map(({ name, type, depth }) => [name, type, depth])).toEqual([
      ['plan', 'node', 0],
      ['call_model', 'node', 0],
      ['FakeListChatModel', 'llm', 1],
      ['use_tool', 'node', 0],
      ['lookup', 'tool', 1],
      ['boom', 'node', 0],
    ])
  })

  it('of Mastra gives a successful, a failed and a suspended run', async () => {
    await send(MASTRA)
    const found = await executions('provider=mastra', 3)
    const byId = new Map(found.map((execution) => [execution.execution_id, execution]))
    expect(byId.get('a27b9d56-56cc-4a44-bc51-71c134cfb713')).toMatchObject({
      kind: 'workflow',
      workflow_name: 'my-wf',
      status: 'success',
      user_id: 'u1',
      conversation_id: 's1',
      step_count: 3,
      duration_ms: 13,
    })
    expect(byId.get('afbf1e25-bae8-4844-a948-f7113694d1a8')).toMatchObject({
      status: 'failed',
      error_type: 'WORKFLOW_STEP_INVOKE_FAILED',
      error_message: 'b is 3',
      failed_step: 'explode',
      step_count: 2,
      failed_steps: 1,
    })
    expect(byId.get('67fba7d0-19b9-4a85-9af6-6541201f2a8e')).toMatchObject({ status: 'waiting', step_count: 3 })
  })

  it('of the Vercel AI SDK gives one execution with two model calls and a tool call', async () => {
    await send(AI_SDK)
    const [run] = await executions('workflow_name=wx', 1)
    expect(run).toMatchObject({
      status: 'success',
      user_id: 'u1',
      conversation_id: 's1',
      step_count: 3,
      duration_ms: 34.102669,
    })
    expect((await steps(run!.execution_id)).map(({ type }) => type)).toEqual(['llm', 'tool', 'llm'])
  })

  it('changes no count anywhere when it is posted three times', async () => {
    const before = await eventually(async () => {
      const now = (await figures()) as { total: number; stepHours: { n: string }[] }
      expect(now.total).toBe(7)
      return now
    })
    for (const file of [N8N, LANGGRAPH, MASTRA, AI_SDK, N8N, LANGGRAPH, MASTRA, AI_SDK]) await send(file)
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    expect(await figures()).toEqual(before)
  })

  it('comes back from /traces as it was sent', async () => {
    const sent = JSON.parse(readFileSync(new URL(LANGGRAPH, FIXTURES), 'utf8')) as {
      resourceSpans: { scopeSpans: { spans: { spanId: string; attributes: unknown[]; name: string }[] }[] }[]
    }
    const back = await get<typeof sent>('/traces/a87a55c6ad9dac434c41d093175ed9ed')
    const spansOf = (trace: typeof sent) =>
      trace.resourceSpans
        .flatMap((resource) => resource.scopeSpans.flatMap((scope) => scope.spans))
        .sort((a, b) => a.spanId.localeCompare(b.spanId))
        .map(({ spanId, name, attributes }) => ({ spanId, name, attributes }))
    expect(spansOf(back)).toEqual(spansOf(sent))
  })
})
