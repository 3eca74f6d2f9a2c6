/** What single spans say of themselves: rules, order of sources, errors, statuses. */

import type { SettleSpan } from '@runlens/conventions'
import { describe, expect, it } from 'vitest'
import { mapJson } from '../../test/kit/settle-spans.ts'

type Value = string | number | boolean
const INTERNAL = 1
const SERVER = 2
const CLIENT = 3
const PRODUCER = 4
const CONSUMER = 5

function attributes(given: Record<string, Value>) {
  return Object.entries(given).map(([key, value]) => ({
    key,
    value:
      typeof value === 'string'
        ? { stringValue: value }
        : typeof value === 'boolean'
          ? { boolValue: value }
          : Number.isInteger(value)
            ? { intValue: String(value) }
            : { doubleValue: value },
  }))
}

interface Given {
  name?: string
  kind?: number
  parent?: boolean
  open?: boolean
  scope?: string
  resource?: Record<string, Value>
  status?: { code: number; message?: string }
  exception?: Record<string, Value>
  roots?: 'on' | 'off'
}

/** One span, mapped. A parentless INTERNAL one of service `svc` unless told otherwise. */
function map(given: Record<string, Value>, and: Given = {}): SettleSpan {
  const span = {
    traceId: '0123456789abcdef0123456789abcdef',
    spanId: '0123456789abcdef',
    ...(and.parent ? { parentSpanId: 'fedcba9876543210' } : {}),
    name: and.name ?? 'name',
    kind: and.kind ?? INTERNAL,
    startTimeUnixNano: '1795391508000000000',
    ...(and.open ? {} : { endTimeUnixNano: '1795391508500000000' }),
    attributes: attributes(given),
    status: and.status ?? {},
    events: and.exception ? [{ name: 'exception', attributes: attributes(and.exception) }] : [],
  }
  const scopeSpans = [{ scope: { name: and.scope ?? 'test' }, spans: [span] }]
  const resource = { attributes: attributes({ 'service.name': 'svc', ...and.resource }) }
  return mapJson({ resourceSpans: [{ resource, scopeSpans }] }, and.roots)[0]!
}

describe('rules', () => {
  it('1: a native id or kind is an execution, a native step is a step', () => {
    expect(map({ 'runlens.execution.id': 'x' }, { parent: true })).toMatchObject({
      role: 'entry',
      rule: 1,
      provider: 'runlens',
      execution_id: 'x',
      execution_kind: 'workflow',
    })
    expect(map({ 'runlens.execution.kind': 'query' })).toMatchObject({ role: 'entry', execution_kind: 'query' })
    // As a child it is also a step of the execution around it.
    const agent = { 'runlens.execution.kind': 'agent', 'runlens.execution.id': 'x' }
    expect(map(agent)).toMatchObject({ role: 'entry', rule: 1, execution_kind: 'agent', step_type: 'agent' })
    expect(map({ 'runlens.execution.kind': 'job' })).toMatchObject({ execution_kind: 'job', step_type: 'task' })
    expect(map({ 'runlens.execution.kind': 'opera' })).toMatchObject({ role: 'entry', execution_kind: 'workflow' })
    expect(map({ 'runlens.step.name': 's', 'runlens.step.type': 'tool' }, { parent: true })).toMatchObject({
      role: 'step',
      rule: 0,
      step_name: 's',
      step_type: 'tool',
    })
  })

  it('2: strong markers are executions wherever they stand', () => {
    const strong: [Record<string, Value>, Given, string, string][] = [
      [{ 'n8n.execution.id': '7' }, { name: 'workflow.execute', scope: 'n8n-workflow' }, 'n8n', 'workflow'],
      [{ 'mastra.span.type': 'agent_run' }, { name: 'invoke_agent a' }, 'mastra', 'agent'],
      [{ 'mastra.span.type': 'workflow_run' }, {}, 'mastra', 'workflow'],
      [{ temporalWorkflowID: 'w' }, { name: 'RunWorkflow:order' }, 'temporal', 'workflow'],
      [{ 'prefect.run.type': 'flow' }, {}, 'prefect', 'pipeline'],
      [{ 'cicd.pipeline.run.id': '1', 'cicd.pipeline.result': 'success' }, {}, 'cicd', 'pipeline'],
      [{ 'traceloop.span.kind': 'workflow' }, {}, 'traceloop', 'workflow'],
      [{ 'sys.function.id': 'f' }, { name: 'inngest.execution' }, 'inngest', 'workflow'],
    ]
    for (const [given, and, provider, execution_kind] of strong) {
      expect(map(given, { ...and, parent: true })).toMatchObject({ role: 'entry', rule: 2, provider, execution_kind })
    }
  })

  it('3: generic markers are candidates', () => {
    const generic: [Record<string, Value>, Given, string][] = [
      [{ 'gen_ai.operation.name': 'invoke_agent' }, {}, 'gen_ai'],
      [{ 'openinference.span.kind': 'CHAIN' }, {}, 'openinference'],
      [{ 'openinference.span.kind': 'AGENT' }, { scope: 'openinference.instrumentation.langchain' }, 'langgraph'],
      [{ 'openinference.span.kind': 'CHAIN', metadata: '{"ls_integration":"langgraph"}' }, {}, 'langgraph'],
      [{ 'ai.operationId': 'ai.streamText' }, {}, 'ai-sdk'],
      [{ 'langfuse.internal.is_app_root': true }, {}, 'langfuse'],
      [{ 'langsmith.span.kind': 'chain' }, {}, 'langsmith'],
    ]
    for (const [given, and, provider] of generic) {
      expect(map(given, and)).toMatchObject({ role: 'candidate', rule: 3, provider })
    }
  })

  it('4: a parentless database client is a query, a nested one a step', () => {
    const query = { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT 1', 'db.response.returned_rows': 3 }
    const columns = { database_type: 'postgresql', query: 'SELECT 1', rows_returned: 3, step_type: 'db' }
    expect(map(query, { kind: CLIENT })).toMatchObject({
      role: 'entry',
      rule: 4,
      execution_kind: 'query',
      provider: 'opentelemetry',
      ...columns,
    })
    expect(map(query, { kind: CLIENT, parent: true })).toMatchObject({ role: 'step', rule: 0, ...columns })
    expect(map({ 'db.system': 'kdb', 'db.statement': 'q' }, { kind: CLIENT })).toMatchObject({ database_type: 'kdb' })
  })

  it('5: any other root is a request or a job, unless roots are off', () => {
    expect(map({}, { kind: SERVER })).toMatchObject({ role: 'entry', rule: 5, execution_kind: 'request', mode: 'http' })
    expect(map({}, { kind: CONSUMER })).toMatchObject({ role: 'entry', execution_kind: 'job', mode: 'queue' })
    expect(map({}, { kind: INTERNAL })).toMatchObject({ role: 'entry', execution_kind: 'job', mode: '' })
    expect(map({}, { kind: PRODUCER })).toMatchObject({ role: 'entry', execution_kind: 'job' })
    expect(map({ 'openinference.span.kind': 'LLM' })).toMatchObject({ role: 'entry', rule: 5, step_type: 'llm' })
    expect(map({}, { kind: SERVER, roots: 'off' })).toMatchObject({ role: 'other', rule: 0 })
    expect(map({ 'db.system': 'x' }, { kind: CLIENT, roots: 'off' })).toMatchObject({ rule: 4 })
  })

  it('5: a server or consumer span with a parent waits for it, everything else below is plain or a call', () => {
    expect(map({}, { kind: SERVER, parent: true })).toMatchObject({ role: 'candidate', rule: 5 })
    expect(map({}, { parent: true })).toMatchObject({ role: 'other', step_name: '', status: '', workflow_name: '' })
    expect(map({ 'http.request.method': 'GET' }, { kind: CLIENT, parent: true })).toMatchObject({
      role: 'step',
      step_type: 'http',
    })
  })

  it('make no execution of what Node does for others', () => {
    const lookup = { name: 'dns.lookup', kind: CLIENT, scope: '@opentelemetry/instrumentation-dns' }
    expect(map({}, lookup)).toMatchObject({ role: 'other', rule: 0, status: '' })
    expect(map({}, { ...lookup, parent: true })).toMatchObject({ role: 'other', rule: 0 })
    expect(map({}, { ...lookup, scope: 'mine' })).toMatchObject({ role: 'entry', rule: 5, execution_kind: 'job' })
  })

  it('skip what is no step', () => {
    expect(map({}, { name: 'n8n.test_trace', scope: 'n8n-workflow' })).toMatchObject({ role: 'marker', status: '' })
    const end = { name: '__end__', scope: '@arizeai/openinference-instrumentation-langchain', parent: true }
    expect(map({ 'openinference.span.kind': 'CHAIN' }, end)).toMatchObject({ role: 'marker' })
    expect(map({}, { name: '__end__' })).toMatchObject({ role: 'entry' })
  })
})

describe('fields', () => {
  it('take the first source that is present, whatever order they were sent in', () => {
    expect(map({ 'enduser.pseudo.id': 'd', metadata: '{"user_id":"c"}', 'langfuse.user.id': 'b' }).user_id).toBe('b')
    expect(map({ 'enduser.id': 'b', 'user.id': 'a' }).user_id).toBe('a')
    expect(map({ 'user.id': '', 'enduser.id': 'b' }).user_id).toBe('b')
    expect(map({ 'enduser.pseudo.id': 'd', metadata: '{"user_id":"c"}' }).user_id).toBe('c')
    expect(map({ 'session.id': 's', 'gen_ai.conversation.id': 'g' }).conversation_id).toBe('g')
  })

  it('look into metadata at its first level only, and decode escapes', () => {
    expect(map({ metadata: '{"a":{"user_id":"x"},"thread_id":"th","session_id":"s"}' })).toMatchObject({
      user_id: '',
      conversation_id: 'th',
    })
    expect(map({ metadata: '{"user_id":"Zo\\u00eb \\"Z\\"","session_id":7}' })).toMatchObject({
      user_id: 'Zoë "Z"',
      conversation_id: '7',
    })
    for (const metadata of ['', '[]', '{"user_id"', '{"user_id":', '{"user_id":"x', 'x"user_id":"y"']) {
      expect(map({ metadata }).user_id).toBe('')
    }
  })

  it('come from the resource too, and from the span first', () => {
    expect(map({}, { resource: { 'deployment.environment.name': 'prod', 'user.id': 'r' } })).toMatchObject({
      environment: 'prod',
      user_id: 'r',
    })
    expect(map({ 'user.id': 's' }, { resource: { 'user.id': 'r' } }).user_id).toBe('s')
    expect(map({}).environment).toBe('default')
  })

  it('name the instance by its own id, else by service', () => {
    expect(map({}).instance).toBe('svc')
    expect(map({}, { resource: { 'service.namespace': 'shop' } })).toMatchObject({
      instance: 'shop/svc',
      service: 'svc',
    })
    expect(map({}, { resource: { 'n8n.instance.id': 'abc' } }).instance).toBe('abc')
  })

  it('name the workflow by id and name, route, query or span', () => {
    expect(map({ 'runlens.workflow.id': 'w', 'runlens.workflow.name': 'W' })).toMatchObject({
      workflow_id: 'w',
      workflow_name: 'W',
    })
    const route = { 'http.request.method': 'GET', 'http.route': '/orders/:id' }
    expect(map(route, { kind: SERVER, name: 'GET' })).toMatchObject({
      workflow_id: 'GET /orders/:id',
      workflow_name: 'GET /orders/:id',
    })
    const query = { 'db.system.name': 'x', 'db.query.summary': 'SELECT orders' }
    expect(map(query, { kind: CLIENT }).workflow_name).toBe('SELECT orders')
    expect(map({ 'gen_ai.operation.name': 'invoke_workflow' }, { name: 'invoke_workflow w' }).workflow_name).toBe('w')
    expect(map({}, { name: 'nightly' })).toMatchObject({ workflow_id: 'nightly', workflow_name: 'nightly' })
  })

  it('trust general keys in their own profile only', () => {
    expect(map({ run_id: 'r' }).execution_id).toBe('')
    expect(map({ run_id: 'r', temporalWorkflowID: 'w' }, { name: 'RunWorkflow:w' }).execution_id).toBe('r')
  })

  it('read numbers and times from whatever type they were sent as', () => {
    expect(
      map({
        'runlens.execution.id': 'x',
        'runlens.execution.attempt': '3',
        'runlens.execution.progress': 0.5,
        'runlens.execution.queued_at': '2026-11-23T00:00:00.000000001Z',
        'runlens.query.total_rows': 4_294_967_296,
        'n8n.node.items.output': 0,
        'http.response.status_code': 503,
      }),
    ).toMatchObject({
      attempt: 3,
      progress: 0.5,
      queued_at: 1795392000000000001n,
      rows_total: 4_294_967_296,
      rows_returned: 0,
      response_status_code: '503',
    })
    expect(map({ 'runlens.execution.queued_at': 1_795_392_000_000 }).queued_at).toBe(1795392000000000000n)
    expect(map({ 'runlens.execution.queued_at': 'yesterday', 'db.response.returned_rows': -1 })).toMatchObject({
      queued_at: null,
      rows_returned: null,
    })
  })

  it('name the execution that this one repeats', () => {
    const retry = { 'n8n.execution.id': '9', 'n8n.execution.retry_of': '7' }
    expect(map(retry, { name: 'workflow.execute', scope: 'n8n-workflow' }).retry_of).toBe('7')
    const native = {
      'runlens.execution.retry_of': 'a',
      'runlens.execution.replay_of': 'b',
      'runlens.execution.parent_id': 'c',
    }
    expect(map(native)).toMatchObject({ retry_of: 'a', replay_of: 'b', parent_execution_id: 'c' })
  })

  it('point at input and output by key', () => {
    const span = map({ 'gen_ai.prompt': 'later', 'input.value': 'in', 'output.value': 'out' })
    expect([span.input, span.output]).toEqual(['in', 'out'])
  })
})

describe('status', () => {
  const ERROR = { code: 2 }

  it('is the emitter’s word in our words, whatever its case', () => {
    const n8n = (word: string) =>
      map({ 'n8n.execution.id': '1', 'n8n.execution.status': word }, { name: 'workflow.execute', status: ERROR })
    expect(['new', 'running', 'success', 'error', 'crashed', 'canceled', 'waiting'].map((w) => n8n(w).status)).toEqual([
      'queued',
      'running',
      'success',
      'error',
      'error',
      'cancelled',
      'waiting',
    ])
    expect(n8n('unknown')).toMatchObject({ status: 'error', status_explicit: 0 })
    expect(n8n('gibberish')).toMatchObject({ status: 'error', status_explicit: 0 })
    const result = (word: string) => map({ 'cicd.pipeline.result': word }).status
    expect(['success', 'FAILURE', 'error', 'timeout', 'cancellation', 'skip'].map(result)).toEqual([
      'success',
      'failed',
      'error',
      'timeout',
      'cancelled',
      'success',
    ])
    const mastra = (word: string) =>
      map({ 'mastra.span.type': 'workflow_run', 'mastra.workflow_run.status': word }).status
    expect(['suspended', 'paused', 'pending', 'bailed', 'tripwire', 'failed'].map(mastra)).toEqual([
      'waiting',
      'waiting',
      'queued',
      'success',
      'failed',
      'failed',
    ])
  })

  it('else follows from the span: ended or not, error or not', () => {
    expect(map({})).toMatchObject({ status: 'success', status_explicit: 0 })
    expect(map({}, { status: ERROR }).status).toBe('error')
    expect(map({}, { open: true })).toMatchObject({ status: 'running', ended_at: 0n })
    expect(map({}, { parent: true, status: ERROR }).status).toBe('error')
  })

  it('is timeout where type, message or code say so', () => {
    expect(map({ 'error.type': 'TimeoutError' }, { status: ERROR }).status).toBe('timeout')
    expect(map({}, { status: { code: 2, message: 'Connection timed out' } }).status).toBe('timeout')
    expect(map({ 'rpc.grpc.status_code': 4 }, { status: ERROR }).status).toBe('timeout')
    expect(map({ 'db.response.status_code': 'DEADLINE_EXCEEDED' }, { status: ERROR }).status).toBe('timeout')
    const native = (status: string) =>
      map(
        { 'runlens.execution.id': 'x', 'runlens.execution.status': status, 'error.message': 'timed out' },
        { status: ERROR },
      ).status
    expect([native('error'), native('failed'), native('success')]).toEqual(['timeout', 'failed', 'success'])
  })

  it('is cancelled for aborts and waiting for a graph’s interrupt, which is no error', () => {
    expect(map({ 'error.type': 'AbortError' }, { status: ERROR }).status).toBe('cancelled')
    expect(map({ 'error.type': 'asyncio.exceptions.CancelledError' }, { status: ERROR }).status).toBe('cancelled')
    expect(map({}, { status: ERROR, exception: { 'exception.type': 'GraphInterrupt' } })).toMatchObject({
      status: 'waiting',
      error_type: '',
    })
  })
})

describe('errors', () => {
  const ERROR = { code: 2, message: 'status text' }

  it('take the type from error.type unless it says nothing, then from the emitter, then from the exception', () => {
    const exception = { 'exception.type': 'E', 'exception.message': 'm', 'exception.stacktrace': 'at x' }
    expect(map({ 'error.type': 'T' }, { status: ERROR, exception }).error_type).toBe('T')
    for (const type of ['unknown', '_OTHER']) {
      expect(map({ 'error.type': type }, { status: ERROR, exception })).toMatchObject({
        error_type: 'E',
        error_message: 'm',
        error_stack: 'at x',
      })
    }
    expect(map({ 'n8n.execution.error_type': 'N' }, { status: ERROR, exception }).error_type).toBe('N')
  })

  it('take the type from the message where nothing else names it', () => {
    const message = 'TypeError: x is not a function'
    expect(map({}, { status: { code: 2, message } })).toMatchObject({ error_type: 'TypeError', error_message: message })
    expect(map({}, { status: { code: 2, message: 'plain words' } }).error_type).toBe('')
  })

  it('cut the message at its first blank line and keep the rest as the stack', () => {
    const message = 'boom happened\n\nRangeError: boom happened\n    at f (a.js:1:1)'
    expect(map({}, { status: ERROR, exception: { 'exception.message': message } })).toMatchObject({
      error_message: 'boom happened',
      error_stack: 'RangeError: boom happened\n    at f (a.js:1:1)',
      error_type: 'RangeError',
    })
    expect(map({}, { status: { code: 2, message: 'Error: no\n    at f (a.js:1:1)' } }).error_message).toBe('Error: no')
  })

  it('are not made of an exception that was caught', () => {
    expect(map({}, { exception: { 'exception.type': 'E', 'exception.message': 'm' } })).toMatchObject({
      status: 'success',
      error_type: '',
      error_message: '',
    })
  })
})
