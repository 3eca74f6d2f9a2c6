/** Executions while they run, as the whole stack shows them: told by markers of ours and of others, or by their first step. */
import { MARKER_EVENTS } from '@runlens/conventions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApi, type TestApi } from '../kit/api.ts'
import { logsExport, markerOf, type OtlpLogRecord, postJson } from '../kit/logs.ts'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually, exportRequest, idOf, nativeRun, type OtlpSpan, text } from '../kit/traces.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
})
afterAll(() => stack?.stop())

const nanos = (ms: number) => `${BigInt(Math.round(ms)) * 1_000_000n}`

async function spans(list: readonly object[], service?: string): Promise<void> {
  expect(await postJson(stack.urls.otlpHttp, '/v1/traces', exportRequest(list as OtlpSpan[], service))).toBe(200)
}
async function logs(list: readonly OtlpLogRecord[]): Promise<void> {
  expect(await postJson(stack.urls.otlpHttp, '/v1/logs', logsExport(list))).toBe(200)
}
// Tests read what they expect; a wrong shape fails them.
// biome-ignore lint/suspicious/noExplicitAny: the body of any route
async function get(path: string): Promise<any> {
  const answer = await fetch(`${stack.urls.api}/api/v1${path}`)
  return answer.json()
}

/** A run that began some time ago: its entry is last among its spans. */
function run(name: string, agoMs: number) {
  const native = nativeRun(name, Date.now() - agoMs, 2)
  const entry = native.spans.at(-1)!
  const [first] = native.spans
  const shows = (expected: object) =>
    eventually(async () => expect(await get(`/executions/id/${name}`)).toMatchObject(expected))
  return { ...native, entry, first: first!, shows }
}

describe('an execution of our contract', () => {
  it('is queued, runs, waits and ends, in the list, by itself and as a tree', async () => {
    const { entry, first, shows, spans: all, executionId } = run('told', 5_000)
    const startMs = Number(BigInt(entry.startTimeUnixNano) / 1_000_000n)
    const queued = [
      text('runlens.execution.status', 'queued'),
      text('runlens.execution.queued_at', nanos(startMs - 700)),
    ]
    await logs([markerOf(MARKER_EVENTS.executionStarted, entry, startMs, queued)])
    await shows({ status: 'queued', queue_ms: 700, ended_at: null, duration_ms: null, workflow_id: 'e2e-flow' })

    await logs([
      markerOf(MARKER_EVENTS.stepStarted, first, startMs + 1),
      markerOf(MARKER_EVENTS.executionUpdated, entry, startMs + 2, [
        text('runlens.execution.status', 'running'),
        { key: 'runlens.execution.progress', value: { doubleValue: 0.25 } },
      ]),
    ])
    await shows({ status: 'running', progress: 0.25, queue_ms: 700, step_count: 1 })
    const { executions } = await get('/executions?status=running&workflow_id=e2e-flow')
    expect(executions.map((one: { execution_id: string }) => one.execution_id)).toContain(executionId)
    const tree = await get(`/executions/id/${executionId}/tree`)
    expect(tree).toMatchObject({ status: 'running', steps: [{ name: 'step 0', status: 'running', duration_ms: null }] })

    const waiting = [text('runlens.execution.status', 'waiting')]
    await logs([markerOf(MARKER_EVENTS.executionUpdated, entry, startMs + 3, waiting)])
    await shows({ status: 'waiting' })

    await spans(all)
    await shows({ status: 'success', duration_ms: 30, step_count: 2, progress: null, queue_ms: 700 })
    expect((await get(`/executions/id/${executionId}/tree`)).steps).toHaveLength(2)
    // The markers are log records of it, too.
    const { logs: records } = await get(`/executions/id/${executionId}/logs`)
    expect(records.map((one: { event_name: string }) => one.event_name)).toEqual([
      MARKER_EVENTS.executionStarted,
      MARKER_EVENTS.stepStarted,
      MARKER_EVENTS.executionUpdated,
      MARKER_EVENTS.executionUpdated,
    ])
    const page = await get(`/executions/id/${executionId}/logs?limit=3`)
    expect(page).toMatchObject({ count: 3, next_cursor: expect.any(String) })
    expect(await get(`/executions/id/${executionId}/logs?limit=3&cursor=${page.next_cursor}`)).toMatchObject({
      logs: [records[3]],
      next_cursor: null,
    })
  })

  it('is lost when three heartbeats are missing, and is not when its end comes late', async () => {
    const { entry, first, shows, spans: all } = run('silent', 12_000)
    const silentMs = Date.now()
    await logs([
      markerOf(MARKER_EVENTS.executionStarted, entry, silentMs - 10_000),
      markerOf(MARKER_EVENTS.stepStarted, first, silentMs - 9_000),
      markerOf(MARKER_EVENTS.executionHeartbeat, entry, silentMs),
    ])
    await shows({ status: 'running' })
    const ahead = (ms: number): Promise<TestApi> =>
      startApi({ clickhouseUrl: stack.urls.clickhouse, now: () => silentMs + ms })
    const soon = await ahead(22_000)
    expect((await soon.get('/api/v1/executions/id/silent')).body).toMatchObject({ status: 'running' })
    await soon.stop()
    const later = await ahead(40_000)
    expect((await later.get('/api/v1/executions/id/silent')).body).toMatchObject({ status: 'lost', overdue: false })
    const list = await later.get('/api/v1/executions?status=lost')
    expect(list.body.executions).toMatchObject([{ execution_id: 'silent', status: 'lost' }])
    const tree = await later.get('/api/v1/executions/id/silent/tree')
    expect(tree.body).toMatchObject({ status: 'lost', steps: [{ name: 'step 0', status: 'lost' }] })
    await spans(all)
    await shows({ status: 'success' })
    expect((await later.get('/api/v1/executions/id/silent')).body).toMatchObject({ status: 'success' })
    await later.stop()
  })

  it('without any heartbeat is lost after a day only', async () => {
    const { entry, shows } = run('quiet', 1_000)
    await logs([markerOf(MARKER_EVENTS.executionStarted, entry, Date.now() - 1_000)])
    await shows({ status: 'running' })
    for (const [hours, status] of [
      [23, 'running'],
      [25, 'lost'],
    ] as const) {
      const api = await startApi({
        clickhouseUrl: stack.urls.clickhouse,
        now: () => Date.now() + hours * 3_600_000,
      })
      expect((await api.get('/api/v1/executions/id/quiet')).body.status).toBe(status)
      await api.stop()
    }
  })

  it('is expected to end when others of its workflow did, and overdue when hardly any took as long', async () => {
    const flow = [text('runlens.workflow.id', 'usual-flow')]
    const past = Array.from({ length: 6 }, (_, n) => nativeRun(`usual ${n}`, Date.now() - 60_000 + n, 0).spans[0]!)
    await spans(past.map((span) => ({ ...span, attributes: [...span.attributes, ...flow] })))
    const { entry, shows } = run('slow one', 9_000)
    const slow = { ...entry, attributes: [...entry.attributes, ...flow] }
    await logs([markerOf(MARKER_EVENTS.executionStarted, slow, Date.now())])
    await shows({ status: 'running', overdue: true, expected_end_at: expect.any(String) })
    const { started_at, expected_end_at } = await get('/executions/id/slow one')
    // All of them took 10 ms; rollups are within 1.1 %, and whole milliseconds.
    expect(Date.parse(expected_end_at) - Date.parse(started_at)).toBeGreaterThanOrEqual(9)
    expect(Date.parse(expected_end_at) - Date.parse(started_at)).toBeLessThanOrEqual(11)
    const { entry: own, shows: ownShows } = run('slow but told', 9_000)
    const expects = [...flow, text('runlens.execution.expected_end', nanos(Date.now() + 3_600_000))]
    await logs([
      markerOf(MARKER_EVENTS.executionStarted, { ...own, attributes: [...own.attributes, ...expects] }, Date.now()),
    ])
    await ownShows({ status: 'running', overdue: false })
  })
})

describe('an execution of others', () => {
  const span = (name: string, parent: string, agoMs: number, attributes: object[], ended = true) => ({
    traceId: idOf('others', 16),
    spanId: idOf(name, 8),
    ...(parent ? { parentSpanId: idOf(parent, 8) } : {}),
    name,
    kind: 1,
    startTimeUnixNano: nanos(Date.now() - agoMs),
    endTimeUnixNano: ended ? nanos(Date.now() - agoMs + 5) : '0',
    attributes,
  })
  const inTrace = (name: string, list: object[]) => list.map((one) => ({ ...one, traceId: idOf(name, 16) }))
  const shows = (trace: string, expected: object) =>
    eventually(async () => {
      const { executions } = await get('/executions?limit=100')
      const found = executions.filter((one: { trace_id: string }) => one.trace_id === idOf(trace, 16))
      expect(found).toMatchObject([expected])
    })

  it('shows by its pending span, and ends with it', async () => {
    const pending = {
      ...span('job (pending)', 'job', 3_000, [
        text('logfire.span_type', 'pending_span'),
        text('logfire.pending_parent_id', '0000000000000000'),
      ]),
      endTimeUnixNano: nanos(Date.now() - 3_000),
      startTimeUnixNano: nanos(Date.now() - 3_000),
    }
    await spans(inTrace('pending', [pending]))
    await shows('pending', { status: 'running', workflow_name: 'job', ended_at: null })
    await spans(inTrace('pending', [{ ...span('job', '', 3_000, []), startTimeUnixNano: pending.startTimeUnixNano }]))
    await shows('pending', { status: 'success', workflow_name: 'job', step_count: 0 })
  })

  it('shows by its span without an end, and keeps what only that one said', async () => {
    const open = span('open job', '', 2_000, [text('user.id', 'u-7')], false)
    await spans(inTrace('open', [open]))
    await shows('open', { status: 'running', user_id: 'u-7' })
    await spans(inTrace('open', [{ ...open, endTimeUnixNano: nanos(Date.now()), attributes: [] }]))
    await shows('open', { status: 'success', user_id: 'u-7' })
  })

  it('shows by partial spans in log records, as JSON of protobuf writes them', async () => {
    const [partial] = inTrace('partial', [{ ...span('partial job', '', 2_000, []), kind: 'SPAN_KIND_INTERNAL' }])
    const body = JSON.stringify(exportRequest([{ ...(partial as OtlpSpan), endTimeUnixNano: '0' }], 'partial'))
    await logs([
      {
        timeUnixNano: nanos(Date.now()),
        body: { stringValue: body },
        attributes: [text('partial.event', 'heartbeat'), text('partial.body.type', 'json/v1')],
      },
    ])
    await shows('partial', { status: 'running', workflow_name: 'partial job', service: 'partial' })
  })

  it('shows by its first step, and under its own name once it says so itself', async () => {
    const node = span('node.execute', 'workflow.execute', 2_000, [text('n8n.node.name', 'Fetch')])
    await spans(inTrace('provisional', [node]), 'n8n')
    await shows('provisional', {
      execution_id: idOf('provisional', 16),
      status: 'running',
      provider: 'n8n',
      step_count: 1,
    })
    const root = span('workflow.execute', '', 2_100, [
      text('n8n.execution.id', 'provisional-9'),
      text('n8n.workflow.id', 'wf-9'),
      text('n8n.execution.status', 'success'),
    ])
    await spans(inTrace('provisional', [root]), 'n8n')
    await shows('provisional', { execution_id: 'provisional-9', status: 'success', step_count: 1 })
  })

  it('has the errors that log records tell of its spans, whichever comes first', async () => {
    const exception = (trace: string): OtlpLogRecord => ({
      timeUnixNano: nanos(Date.now()),
      traceId: idOf(trace, 16),
      spanId: idOf('charge', 8),
      severityNumber: 17,
      body: { stringValue: 'charge failed' },
      attributes: [
        text('exception.type', 'CardDeclined'),
        text('exception.message', 'no funds'),
        text('exception.stacktrace', 'CardDeclined: no funds\n    at charge (pay.js:1:1)'),
      ],
    })
    const failed = {
      ...span('charge', '', 1_000, [text('runlens.execution.kind', 'job')]),
      status: { code: 2, message: 'failed' },
    }
    const expected = { status: 'error', error_type: 'CardDeclined', error_message: 'no funds' }
    await logs([exception('log first')])
    await spans(inTrace('log first', [failed]))
    await spans(inTrace('span first', [failed]))
    await shows('span first', { status: 'error', error_message: 'failed' })
    await logs([exception('span first')])
    await shows('log first', expected)
    await shows('span first', expected)
  })
})
