/** Why spans became what they became: every rule by hand, recorded payloads as they are. */
import { describe, expect, it } from 'vitest'
import { explain, fixture, type SpanParts, spanId, spansRequest } from '../../test/kit/explain.ts'
import { logsExport, markerOf } from '../../test/kit/logs.ts'
import { mapFixture } from '../../test/kit/settle-spans.ts'
import { type ExplainedSpan, type SettleSpan, settle } from '../index.ts'
import { cut } from './explanation.ts'

function spans(parts: SpanParts[], roots: 'on' | 'off' = 'on', resource: Record<string, string> = {}): ExplainedSpan[] {
  return explain({ traces: spansRequest(parts, resource) }, { roots }).spans
}

function one(part: Omit<SpanParts, 'id'>, roots: 'on' | 'off' = 'on'): ExplainedSpan {
  return spans([{ id: 'a', ...part }], roots)[0]!
}

function field(span: ExplainedSpan | undefined, name: string) {
  const { value, from, attribute, on, instead_of } = span!.fields.find((each) => each.field === name)!
  return { value, from, attribute, on, instead_of }
}

describe('by which rule', () => {
  it('1: native, named by its attribute', () => {
    const span = one({ attributes: { 'runlens.execution.id': 'run-1', 'runlens.execution.kind': 'pipeline' } })
    expect(span).toMatchObject({
      role: 'entry',
      became: 'execution',
      execution_id: 'run-1',
      provider: 'runlens',
      rule: { rule: 1, profile: 'native', file: 'native.yaml', line: 9, wants: 'runlens.execution.id' },
      why: 'native: an execution wherever it stands',
      why_not_more: [],
    })
    expect(field(span, 'execution_kind')).toMatchObject({ value: 'pipeline', attribute: 'runlens.execution.kind' })
  })

  it('2: an engine’s run inside another execution is a child and a step', () => {
    const [outer, inner] = spans([
      { id: 'a', kind: 2, name: 'POST /run' },
      { id: 'b', parent: 'a', name: 'RunWorkflow:billing', scope: 'temporalio', attributes: { run_id: 'r-1' } },
    ])
    expect(outer).toMatchObject({ became: 'execution', rule: { rule: 5, profile: 'opentelemetry' } })
    expect(inner).toMatchObject({
      became: 'child_execution',
      execution_id: 'r-1',
      step_of: 'a'.padEnd(32, '0'),
      rule: { rule: 2, profile: 'temporal', wants: 'name begins with RunWorkflow: or CompleteWorkflow:' },
      why: 'its engine marks its runs without doubt: an execution wherever it stands, and a step of the one above it',
    })
    expect(inner!.profiles[0]).toEqual({ profile: 'temporal', file: 'temporal.yaml', by: ['scope temporalio'] })
    expect(field(inner, 'workflow_name')).toMatchObject({
      value: 'billing',
      attribute: null,
      from: 'the span’s name without its operation word',
    })
  })

  it('3: a candidate is an execution below a request, and a step below an agent, which it names', () => {
    const [, agent, inner] = spans([
      { id: 'a', kind: 2 },
      { id: 'b', parent: 'a', name: 'invoke_agent boss', attributes: { 'gen_ai.operation.name': 'invoke_agent' } },
      { id: 'c', parent: 'b', name: 'invoke_agent aide', attributes: { 'gen_ai.operation.name': 'invoke_agent' } },
    ])
    expect(agent).toMatchObject({
      role: 'candidate',
      became: 'child_execution',
      rule: { rule: 3, profile: 'gen_ai', wants: 'gen_ai.operation.name = invoke_agent' },
    })
    expect(inner).toMatchObject({
      role: 'candidate',
      became: 'step',
      execution_id: agent!.execution_id,
      why: 'it could be an execution, but an execution is above it',
      why_not_more: [
        `a candidate of rule 3 is an execution where nothing above it is one, but span ${spanId('b')} “invoke_agent boss” above is (rule 3)`,
      ],
    })
  })

  it('4: a database call without a parent; with one it is a step, and says what it lacks', () => {
    const attributes = { 'db.system.name': 'postgresql' }
    expect(one({ kind: 3, attributes })).toMatchObject({
      became: 'execution',
      rule: { rule: 4, profile: 'database', wants: 'kind CLIENT, no parent' },
    })
    const [, call] = spans([
      { id: 'a', kind: 2 },
      { id: 'b', parent: 'a', kind: 3, attributes },
    ])
    expect(call).toMatchObject({ became: 'step', execution_id: 'a'.padEnd(32, '0') })
    expect(call!.why_not_more).toEqual(['database.yaml:8 (entry of rule 4) wants a span without a parent'])
  })

  it('5: any other root, unless root spans are off', () => {
    expect(one({ kind: 2 })).toMatchObject({ became: 'execution', rule: { rule: 5, wants: 'kind SERVER, no parent' } })
    const off = one({ kind: 2 }, 'off')
    expect(off).toMatchObject({ role: 'other', became: 'span', execution_id: null, rule: null })
    expect(off.why).toBe('no rule makes more of it than a plain span')
    expect(off.why_not_more).toContain(
      'opentelemetry.yaml:7 (entry of rule 5) would fit, but root spans are off (mapping.roots)',
    )
  })

  it('5: a SERVER span belongs to its caller if that is here, and counts by itself if not', () => {
    const [, server] = spans([
      { id: 'a', kind: 3, name: 'call' },
      { id: 'b', parent: 'a', kind: 2, name: 'GET /x' },
    ])
    expect(server).toMatchObject({ became: 'span', why: 'it has a parent, so it is a part of what called it' })
    expect(server!.why_not_more[0]).toBe(
      `a candidate of rule 5 is an execution where its parent never arrives, but span ${spanId('a')} “call” is here`,
    )
    const alone = one({ parent: 'f', kind: 2 })
    expect(alone).toMatchObject({
      became: 'execution',
      why: 'its parent did not come, so it counts as having none',
    })
    expect(alone.why_not_more[0]).toBe(
      `its parent ${spanId('f')} is not in this payload; Runlens waits 30 s for it and then lets the span count by itself, until an execution turns up above it`,
    )
  })

  it('none: a plain span says which profiles are near and what their rules want', () => {
    const [, plain] = spans([
      { id: 'a', kind: 2 },
      { id: 'b', parent: 'a', scope: 'acme', name: 'work', attributes: { 'traceloop.entity.name': 'x' } },
    ])
    expect(plain).toMatchObject({ became: 'span', rule: null, provider: 'opentelemetry' })
    expect(plain!.why_not_more[0]).toBe(
      'no profile of an emitter knows the scope acme or its attributes; nearest: traceloop (traceloop.span.kind)',
    )
    expect(plain!.why_not_more).toContain('opentelemetry.yaml:7 (entry of rule 5) wants a span without a parent')
    expect(plain!.why_not_more).toContain('opentelemetry.yaml:11 (step) wants kind CLIENT, is INTERNAL')
  })

  it('none shown: names that a profile skips, and events of a start', () => {
    const [, skipped, started] = spans([
      { id: 'a', kind: 2 },
      { id: 'b', parent: 'a', name: '__start__', attributes: { 'langsmith.span.kind': 'chain' } },
      { id: 'c', parent: 'a', name: 'job.started', ms: 0 },
    ])
    expect(skipped).toMatchObject({ became: 'marker', why: 'profile langsmith never shows spans of this name' })
    expect(started).toMatchObject({
      became: 'marker',
      why: 'it has no length and is called “… .started”: it tells of the span above',
    })
  })

  it('the first that fits: a stronger one behind it is named', () => {
    const span = one({
      parent: 'f',
      name: 'workflow.execute',
      scope: 'n8n-workflow',
      attributes: { 'runlens.step.name': 'mine' },
    })
    expect(span).toMatchObject({ role: 'step', rule: { profile: 'native', line: 11 } })
    expect(span.why_not_more).toContain('n8n.yaml:9 (entry of rule 2) would fit, but native.yaml:11 comes first')
  })
})

describe('executions', () => {
  it('say what they have from their steps and from the execution around them', () => {
    const { executions } = explain({
      traces: spansRequest([
        { id: 'a', kind: 2, attributes: { 'user.id': 'u1' } },
        {
          id: 'b',
          parent: 'a',
          name: 'workflow.execute',
          attributes: { 'n8n.execution.id': '7' },
          status: { code: 2 },
        },
        {
          id: 'c',
          parent: 'b',
          name: 'node.execute',
          attributes: { 'n8n.node.name': 'Pay', 'error.type': 'CardError', 'error.message': 'declined' },
          status: { code: 2 },
        },
      ]),
    })
    const inner = executions.find(({ execution_id }) => execution_id === '7')!
    expect(inner).toMatchObject({
      kind: 'workflow',
      status: 'error',
      segments: [spanId('b')],
      step_count: 1,
      failed_steps: 1,
    })
    expect(inner.notes).toEqual([
      'its error type is that of step “Pay”, which failed first',
      'its error message is that of step “Pay”',
      'its user u1 is that of the execution around it',
    ])
    const outer = executions.find(({ execution_id }) => execution_id !== '7')!
    expect(outer.notes[0]).toMatch(/^no span names an execution id/)
    expect(outer.notes[1]).toBe('partial: it did not say success itself, and step “workflow.execute” failed for good')
  })

  it('that were resumed are one, and their later spans segments of it', () => {
    const attributes = { 'n8n.execution.id': '7', 'n8n.workflow.id': 'w' }
    const told = explain({
      traces: spansRequest([
        { id: 'a', name: 'workflow.execute', attributes },
        { id: 'b', parent: 'a', name: 'workflow.execute', attributes, at: 500 },
      ]),
    })
    expect(told.spans.map(({ became }) => became)).toEqual(['execution', 'segment'])
    expect(told.executions).toHaveLength(1)
    expect(told.executions[0]!.notes).toEqual([
      '2 spans with its id are its segments; status, end and output come from the last',
    ])
  })

  it('stand provisionally for a parent that is not here', () => {
    const told = explain({
      traces: spansRequest([{ id: 'b', parent: 'f', scope: 'n8n-workflow', name: 'node.execute' }]),
    })
    expect(told.spans[0]).toMatchObject({ became: 'step', execution_id: 'a'.padEnd(32, '0') })
    expect(told.executions[0]!.notes).toEqual([
      `provisional: it stands for a span that is not in this payload, above span ${spanId('b')} “node.execute”`,
    ])
  })

  it('are missing above steps of a trace that has none, which the step says', () => {
    const step = one({ parent: 'f', kind: 3, attributes: { 'db.system': 'mysql' } })
    expect(step).toMatchObject({
      became: 'step',
      execution_id: null,
      why: 'its profile makes it a step, of no execution',
    })
    expect(step.why_not_more).toContain(
      `its parent ${spanId('f')} is not in this payload, and its trace has no single execution here that it could belong to`,
    )
  })
})

describe('markers', () => {
  const started = {
    traceId: 'a'.padEnd(32, '0'),
    spanId: spanId('e'),
    name: 'run',
    kind: 1,
    startTimeUnixNano: '1795391508000000000',
    endTimeUnixNano: '0',
    attributes: [{ key: 'runlens.execution.id', value: { stringValue: 'r1' } }],
  }

  it('in log records are told with the execution that they open', () => {
    const logs = logsExport([
      markerOf('runlens.execution.started', started, Date.parse('2026-11-23T00:00:00.250Z')),
      { timeUnixNano: '1795391508000000000', attributes: [], body: { stringValue: 'hello' } },
      { ...markerOf('runlens.execution.heartbeat', started, 1_795_391_509_000), traceId: '' },
    ])
    const told = explain({ logs })
    expect(told.log_records).toBe(3)
    expect(told.markers).toMatchObject([
      {
        marker: 'started',
        told_by: 'log_record',
        span_id: started.spanId,
        name: 'run',
        recorded_at: '2026-11-23T00:00:00.250000000Z',
        role: 'entry',
        rule: { rule: 1, profile: 'native' },
      },
    ])
    expect(told.rejected).toEqual(["1 log records call themselves markers and can't be read as such"])
    expect(told.executions).toMatchObject([{ execution_id: 'r1', status: 'running' }])
  })

  it('in spans: one without an end tells of itself, a pending one of its parent', () => {
    const told = explain({
      traces: spansRequest([
        { id: 'a', open: true, attributes: { 'runlens.execution.id': 'r1' } },
        { id: 'b', parent: 'c', attributes: { 'logfire.span_type': 'pending_span', 'runlens.execution.id': 'r2' } },
      ]),
    })
    expect(told.markers).toMatchObject([
      { marker: 'started', told_by: 'span', span_id: spanId('a') },
      { marker: 'started', told_by: 'span', span_id: spanId('c'), role: 'entry' },
    ])
    expect(told.executions.map(({ execution_id, status }) => [execution_id, status])).toEqual([
      ['r1', 'running'],
      ['r2', 'running'],
    ])
  })
})

describe('what can’t be stored', () => {
  it('is told with its reason, and is no span of the explanation', () => {
    const told = explain({ traces: spansRequest([{ id: 'a' }, { id: 'b', trace: '0' }]) })
    expect(told.spans.map(({ name }) => name)).toEqual(['a'])
    expect(told.rejected).toEqual([
      '1 of 2 spans rejected: 1 with a trace id that is not 16 bytes or all zero (first: span 1, counted from 0)',
    ])
  })

  it('at all is the outcome', () => {
    expect(() => explain({ traces: Buffer.from([0x0a, 0x7f]) })).toThrow(/^not an ExportTraceServiceRequest/)
  })
})

describe('recorded payloads', () => {
  const files = [
    'langgraph-1.7.3-openinference-4.1.1-1.otlp.json',
    'mastra-1.71.0-otel-exporter-1.4.0-traces.otlp.json',
    'n8n-2.40.7-webhook-error-and-wait.otlp.pb',
    'vercel-ai-6.0.326-1.otlp.json',
  ]

  it.each(files)('%s: says what mapping and settling say', (file) => {
    const mapped = mapFixture(file)
    const { executions, memberships } = settle(mapped, {
      now_ms: 30_000,
      candidate_timeout_ms: 30_000,
      payload_bytes_max: 16_384,
    })
    const told = explain({ traces: fixture(file) })
    expect(told.executions.map(({ execution_id }) => execution_id)).toEqual(
      executions.map(({ execution_id }) => execution_id),
    )
    expect(told.spans).toHaveLength(mapped.length)
    told.spans.forEach((span, i) => {
      const { execution, part } = memberships[i]!
      expect(span.execution_id).toBe(executions[execution]?.execution_id ?? null)
      expect({ entry: 'execution', child: 'child_execution', hidden: 'marker' }[part as string] ?? part).toBe(
        span.became,
      )
      for (const { field: name, value, attribute, on, from } of span.fields) {
        if (name === 'input' || name === 'output') continue
        const known = String(mapped[i]![name as keyof SettleSpan])
        expect([span.span_id, name, value]).toEqual([span.span_id, name, cut(known)])
        if (on !== 'span' || name === 'status' || from.startsWith('a member of')) continue
        expect(cut(mapped[i]!.attributes[attribute!] ?? '')).toBe(value)
      }
    })
  })

  it('Mastra’s log records hold no marker', () => {
    const told = explain({ logs: fixture('mastra-1.71.0-logs.otlp.json') })
    expect(told).toMatchObject({ spans: [], markers: [], executions: [], rejected: [] })
    expect(told.log_records).toBeGreaterThan(0)
  })
})
