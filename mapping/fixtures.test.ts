/** Recorded payloads of real emitters: what they must become, read off the payloads by hand. */
import { describe, expect, it } from 'vitest'
import { mapFixture } from '../test/kit/settle-spans.ts'
import { type Settled, type SettleSpan, settle } from './index.ts'

const OPTIONS = { now_ms: 0, candidate_timeout_ms: 30_000, payload_bytes_max: 16_384 }

/** Steps of an execution by start: name, type, status, name of the step above. */
function stepsOf(spans: SettleSpan[], settled: Settled, executionId: string): string[][] {
  const index = settled.executions.findIndex(({ execution_id }) => execution_id === executionId)
  const nameOf = new Map(spans.map((span) => [span.span_id, span.step_name]))
  return spans
    .map((span, i) => ({ span, membership: settled.memberships[i]! }))
    .filter(({ membership }) => membership.part === 'step' && membership.execution === index)
    .sort((a, b) => Number(a.span.started_at - b.span.started_at))
    .map(({ span, membership }) => [
      span.step_name,
      span.step_type,
      span.status,
      nameOf.get(membership.parent_step) ?? '',
    ])
}

describe('n8n 2.40', () => {
  const spans = mapFixture('n8n-2.40.7-webhook-error-and-wait.otlp.pb')
  const settled = settle(spans, OPTIONS)

  it('gives two executions of one workflow at one instance', () => {
    expect(settled.executions).toHaveLength(2)
    for (const execution of settled.executions) {
      expect(execution).toMatchObject({
        kind: 'workflow',
        provider: 'n8n',
        workflow_id: 'wfBBBBBBBBBBBBB2',
        workflow_name: 'hook flow',
        workflow_version: '6c4b9984-2565-47f1-ac77-8e704647f8b5',
        instance: '3ec37753c83c4a06f12c631b2775e4c3e83271153daa004a4e802b189a9b3750',
        mode: 'webhook',
        service: 'n8n',
        environment: 'default',
        status_explicit: true,
        step_count: 4,
        attempt: 1,
        parent_execution_id: '',
      })
    }
  })

  it('tells why the first failed, and where', () => {
    const execution = settled.executions.find(({ execution_id }) => execution_id === '2')
    expect(execution).toMatchObject({
      status: 'error',
      duration_ms: 61.798523,
      started_at: 1795391408316000000n,
      ended_at: 1795391408377798523n,
      error_type: 'NodeOperationError',
      error_message: 'kaboom',
      failed_step: 'Stop',
      failed_steps: 1,
      rows_returned: 0,
      rows_total: 3,
    })
    expect(execution?.error_stack).toMatch(/^NodeOperationError: kaboom\n {4}at ExecuteContext\.execute/)
    expect(execution?.error_fingerprint).toMatch(/^[0-9a-f]{16}$/)
    expect(stepsOf(spans, settled, '2')).toEqual([
      ['Webhook', 'node', 'success', ''],
      ['Set', 'node', 'success', ''],
      ['If', 'node', 'success', ''],
      ['Stop', 'node', 'error', ''],
    ])
  })

  it('tells that the second waited and succeeded', () => {
    expect(settled.executions.find(({ execution_id }) => execution_id === '3')).toMatchObject({
      status: 'success',
      duration_ms: 3027.800904,
      error_type: '',
      error_message: '',
      failed_step: '',
      failed_steps: 0,
      rows_returned: 1,
    })
    expect(stepsOf(spans, settled, '3').map(([name]) => name)).toEqual(['Webhook', 'Set', 'If', 'Wait'])
  })
})

describe('LangGraph through OpenInference', () => {
  const spans = mapFixture('langgraph-1.7.3-openinference-4.1.1-1.otlp.json')
  const settled = settle(spans, OPTIONS)

  it('gives one agent execution with user and conversation out of metadata and session', () => {
    expect(settled.executions).toHaveLength(1)
    expect(settled.executions[0]).toMatchObject({
      execution_id: 'a87a55c6ad9dac434c41d093175ed9ed',
      kind: 'agent',
      provider: 'langgraph',
      workflow_id: 'my_run',
      workflow_name: 'my_run',
      status: 'success',
      status_explicit: false,
      user_id: 'u-1',
      conversation_id: 's-1',
      duration_ms: 50.640902,
      input: 'hi',
      output: '{"q":"hi","a":"hello there"}',
      step_count: 6,
      failed_steps: 0,
    })
  })

  it('gives the nodes as steps, model and tool below theirs, and hides __start__', () => {
    expect(stepsOf(spans, settled, 'a87a55c6ad9dac434c41d093175ed9ed')).toEqual([
      ['plan', 'node', 'success', ''],
      ['call_model', 'node', 'success', ''],
      ['FakeListChatModel', 'llm', 'success', 'call_model'],
      ['use_tool', 'node', 'success', ''],
      ['lookup', 'tool', 'success', 'use_tool'],
      ['boom', 'node', 'success', ''],
    ])
    const start = spans.findIndex(({ name }) => name === '__start__')
    expect(settled.memberships[start]).toMatchObject({ part: 'hidden', execution: 0 })
  })
})

describe('Mastra', () => {
  const spans = mapFixture('mastra-1.71.0-otel-exporter-1.4.0-traces.otlp.json')
  const settled = settle(spans, OPTIONS)
  const byId = new Map(settled.executions.map((execution) => [execution.execution_id, execution]))

  it('gives three runs of one workflow, named by their run ids', () => {
    expect([...byId.keys()].sort()).toEqual([
      '67fba7d0-19b9-4a85-9af6-6541201f2a8e',
      'a27b9d56-56cc-4a44-bc51-71c134cfb713',
      'afbf1e25-bae8-4844-a948-f7113694d1a8',
    ])
    for (const execution of settled.executions) {
      expect(execution).toMatchObject({
        kind: 'workflow',
        provider: 'mastra',
        workflow_id: 'my-wf',
        workflow_name: 'my-wf',
        user_id: 'u1',
        conversation_id: 's1',
        instance: 'm-svc',
      })
    }
  })

  it('reads the success', () => {
    const id = 'a27b9d56-56cc-4a44-bc51-71c134cfb713'
    expect(byId.get(id)).toMatchObject({
      status: 'success',
      duration_ms: 13,
      input: '{"a":1}',
      output: '{"b":2}',
      step_count: 3,
    })
    expect(stepsOf(spans, settled, id).map(([name]) => name)).toEqual(['fetch', 'explode', 'wait'])
  })

  it('reads the failure, whose type is known to the failing step only', () => {
    expect(byId.get('afbf1e25-bae8-4844-a948-f7113694d1a8')).toMatchObject({
      status: 'failed',
      duration_ms: 8,
      error_type: 'WORKFLOW_STEP_INVOKE_FAILED',
      error_message: 'b is 3',
      failed_step: 'explode',
      failed_steps: 1,
      step_count: 2,
    })
  })

  it('reads the suspended run as waiting although its span ended', () => {
    const id = '67fba7d0-19b9-4a85-9af6-6541201f2a8e'
    expect(byId.get(id)).toMatchObject({
      status: 'waiting',
      status_explicit: true,
      ended_at: null,
      duration_ms: null,
      failed_steps: 0,
    })
    expect(stepsOf(spans, settled, id).at(-1)).toEqual(['wait', 'node', 'waiting', ''])
  })
})

describe('the Vercel AI SDK', () => {
  const spans = mapFixture('vercel-ai-6.0.326-1.otlp.json')
  const settled = settle(spans, OPTIONS)

  it('gives one execution, named by its function id', () => {
    expect(settled.executions).toHaveLength(1)
    expect(settled.executions[0]).toMatchObject({
      execution_id: 'e60b7a8ab994a3a015752e9565256393',
      kind: 'agent',
      provider: 'ai-sdk',
      workflow_id: 'wx',
      workflow_name: 'wx',
      status: 'success',
      user_id: 'u1',
      conversation_id: 's1',
      input: '{"prompt":"weather?"}',
      output: 'Sunny',
      step_count: 3,
      duration_ms: 34.102669,
    })
  })

  it('gives model calls and the tool between them as steps', () => {
    expect(stepsOf(spans, settled, 'e60b7a8ab994a3a015752e9565256393')).toEqual([
      ['doGenerate', 'llm', 'success', ''],
      ['weather', 'tool', 'success', ''],
      ['doGenerate', 'llm', 'success', ''],
    ])
  })
})
