/**
 * The promise behind every number: however the spans of a trace, and the log records that tell of them, are ordered, split over requests,
 * repeated and spread over two collectors, the executions, steps and counts are the same.
 */
import { readFileSync } from 'node:fs'
import { MARKER_EVENTS } from '@runlens/conventions'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Collector, startCollector } from '../kit/collector.ts'
import { effort } from '../kit/effort.ts'
import { markerOf, type OtlpLogRecord } from '../kit/logs.ts'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually, exportRequest, idOf, int, nativeRun, type OtlpSpan, text } from '../kit/traces.ts'

const SEEDS = effort(2, 40)
const FIXTURES = new URL('../fixtures/otlp/', import.meta.url)

interface ResourceSpans {
  resource: unknown
  scopeSpans: { scope: unknown; spans: OtlpSpan[] }[]
}
/** One span or log record with the resource and scope that it came in. */
interface Loose {
  resource: unknown
  scope: unknown
  span?: OtlpSpan
  record?: OtlpLogRecord
}

let stack: Stack
let second: Collector
beforeAll(async () => {
  stack = await startStack()
  second = await startCollector({ clickhouseUrl: stack.urls.clickhouse })
})
afterAll(async () => {
  await second?.stop()
  await stack?.stop()
})

function recorded(file: string): Loose[] {
  const { resourceSpans } = JSON.parse(readFileSync(new URL(file, FIXTURES), 'utf8')) as {
    resourceSpans: ResourceSpans[]
  }
  return loose(resourceSpans)
}
const loose = (resourceSpans: ResourceSpans[]): Loose[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => ({ resource, scope, span }))),
  )

const START = 1_795_391_600_000
const span = (
  name: string,
  parent: string,
  at: number,
  ms: number,
  attributes: OtlpSpan['attributes'],
  kind = 1,
): OtlpSpan => ({
  traceId: idOf('hand-made', 16),
  spanId: idOf(name, 8),
  ...(parent ? { parentSpanId: idOf(parent, 8) } : {}),
  name,
  kind,
  startTimeUnixNano: `${START + at}000000`,
  endTimeUnixNano: `${START + at + ms}000000`,
  attributes,
  status: { code: 0 },
})

/** A request that calls an agent (with a tool that fails once and is tried again) and a resumed n8n-like workflow below. */
function handMade(): Loose[] {
  const http = exportRequest(
    [
      span('GET /ask', '', 0, 900, [text('http.request.method', 'GET'), text('http.route', '/ask')], 2),
      span('agent', 'GET /ask', 10, 500, [text('openinference.span.kind', 'AGENT'), text('agent.name', 'helper')]),
      span('search', 'agent', 20, 50, [text('openinference.span.kind', 'TOOL'), text('tool.name', 'search')]),
      span('answer', 'agent', 100, 200, [text('openinference.span.kind', 'LLM')]),
      span('SELECT', 'answer', 110, 5, [text('db.system.name', 'postgresql'), text('db.query.text', 'select 1')], 3),
    ],
    'asker',
  ) as { resourceSpans: ResourceSpans[] }
  const n8n = (suffix: string, status: string) => [
    text('n8n.execution.id', '77'),
    text('n8n.workflow.id', 'wf-77'),
    text('n8n.workflow.name', 'resumed flow'),
    text('n8n.execution.status', status),
    text('n8n.execution.mode', suffix),
  ]
  const flow = exportRequest(
    [
      span('workflow.execute', 'GET /ask', 600, 100, n8n('webhook', 'waiting')),
      span('node.execute', 'workflow.execute', 610, 20, [
        text('n8n.node.name', 'Before'),
        int('n8n.node.items.output', 1),
      ]),
      { ...span('resumed', 'workflow.execute', 5_000, 100, n8n('webhook', 'success')), name: 'workflow.execute' },
      { ...span('after', 'resumed', 5_010, 20, [text('n8n.node.name', 'After')]), name: 'node.execute' },
    ],
    'n8n',
  ) as { resourceSpans: ResourceSpans[] }
  flow.resourceSpans[0]!.scopeSpans[0]!.scope = { name: 'n8n-workflow' }
  return [...loose(http.resourceSpans), ...loose(flow.resourceSpans)]
}

/**
 * A run of our contract, told of while it ran, one of its steps failing with an exception in a log record; and one that still waits, of which
 * there are markers only.
 */
function told(): Loose[] {
  const resource = { attributes: [text('service.name', 'told')] }
  const scope = { name: 'runlens.test' }
  const spansOnly = nativeRun('told-1', START + 20_000, 2, true).spans.map((one) =>
    one.status?.code === 2
      ? { ...one, status: { code: 2 }, attributes: one.attributes.filter(({ key }) => key !== 'error.type') }
      : one,
  )
  const [first, failing, entry] = spansOnly as [OtlpSpan, OtlpSpan, OtlpSpan]
  const at = (ms: number) => START + 20_000 + ms
  const status = (word: string) => text('runlens.execution.status', word)
  const waits = nativeRun('told-2', START + 30_000, 1).spans.at(-1)!
  const exception = (ms: number, type: string): OtlpLogRecord => ({
    timeUnixNano: `${at(ms)}000000`,
    traceId: failing.traceId,
    spanId: failing.spanId,
    eventName: 'exception',
    attributes: [text('exception.type', type), text('exception.message', `${type} happened`)],
  })
  const records = [
    markerOf(MARKER_EVENTS.executionStarted, entry, at(0), [status('queued'), text('user.id', 'u-1')]),
    markerOf(MARKER_EVENTS.stepStarted, first, at(1)),
    markerOf(MARKER_EVENTS.executionUpdated, entry, at(2), [status('running')]),
    markerOf(MARKER_EVENTS.executionHeartbeat, entry, at(3)),
    markerOf(MARKER_EVENTS.stepStarted, failing, at(11)),
    markerOf(MARKER_EVENTS.executionHeartbeat, entry, at(12)),
    exception(12, 'Retried'),
    exception(15, 'CardDeclined'),
    markerOf(MARKER_EVENTS.executionStarted, waits, at(10_000), [text('user.id', 'u-2')]),
    markerOf(MARKER_EVENTS.executionUpdated, waits, at(10_001), [status('running')]),
    markerOf(MARKER_EVENTS.executionUpdated, waits, at(10_002), [
      status('waiting'),
      { key: 'runlens.execution.progress', value: { doubleValue: 0.5 } },
    ]),
  ]
  return [
    ...spansOnly.map((one) => ({ resource, scope, span: one })),
    ...records.map((record) => ({ resource, scope, record })),
  ]
}

const SOURCES: Loose[] = [
  ...recorded('langgraph-1.7.3-openinference-4.1.1-1.otlp.json'),
  ...recorded('mastra-1.71.0-otel-exporter-1.4.0-traces.otlp.json'),
  ...recorded('vercel-ai-6.0.326-1.otlp.json'),
  ...handMade(),
  ...told(),
]

/** The same spans as another service's, in traces and executions of their own. */
function cloneFor(seed: number): Loose[] {
  const mark = seed.toString(16).padStart(4, '0')
  return SOURCES.map(({ resource, scope, span, record }) => {
    const renamed = JSON.parse(JSON.stringify(span ?? record)) as OtlpSpan & OtlpLogRecord
    renamed.traceId = mark + renamed.traceId.slice(4)
    for (const { key, value } of renamed.attributes) {
      if (['n8n.execution.id', 'mastra.metadata.runId', 'runlens.execution.id'].includes(key))
        value.stringValue = `${mark}-${value.stringValue}`
    }
    const attributes = [
      ...(resource as { attributes: unknown[] }).attributes,
      text('deployment.environment.name', `seed-${mark}`),
    ]
    return { resource: { attributes }, scope, ...(span ? { span: renamed } : { record: renamed }) }
  })
}

/** A small seeded generator (mulberry32), so that a failing seed can be run again. */
function random(seed: number): () => number {
  let state = seed * 0x9e3779b9
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

async function post(collector: string, part: readonly Loose[]): Promise<void> {
  const spans = part.flatMap(({ resource, scope, span }) =>
    span ? [{ resource, scopeSpans: [{ scope, spans: [span] }] }] : [],
  )
  const records = part.flatMap(({ resource, scope, record }) =>
    record ? [{ resource, scopeLogs: [{ scope, logRecords: [record] }] }] : [],
  )
  if (spans.length > 0) await postOne(`${collector}/v1/traces`, { resourceSpans: spans })
  if (records.length > 0) await postOne(`${collector}/v1/logs`, { resourceLogs: records })
}

async function postOne(url: string, body: object): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(200)
}

async function sendShuffled(seed: number): Promise<void> {
  const next = random(seed)
  const spans = cloneFor(seed)
  const queue = [...spans, ...spans.filter(() => next() < 0.4)]
  for (let i = queue.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1))
    ;[queue[i], queue[j]] = [queue[j]!, queue[i]!]
  }
  while (queue.length > 0) {
    const part = queue.splice(0, 1 + Math.floor(next() * 8))
    await post(next() < 0.5 ? stack.urls.otlpHttp : second.urls.otlpHttp, part)
    // Some pauses let the worker settle what is there, so that later spans amend it.
    if (next() < 0.15) await new Promise((resolve) => setTimeout(resolve, 400))
  }
}

async function get<T>(path: string): Promise<T> {
  const answer = await fetch(`${stack.urls.api}/api/v1${path}`)
  expect(answer.status, path).toBe(200)
  return (await answer.json()) as T
}

/** Everything that the API says of one seed's executions, with the seed's mark taken out. */
async function outcome(seed: number): Promise<unknown> {
  const mark = seed.toString(16).padStart(4, '0')
  const environment = `seed-${mark}`
  const list = await get<{ executions: { execution_id: string; workflow_name: string }[]; total: number }>(
    `/executions?environment=${environment}&limit=100`,
  )
  const trees: Record<string, unknown> = {}
  for (const { execution_id: id } of list.executions) {
    const tree = await get<{ steps: { percentile?: unknown }[] }>(`/executions/id/${id}/tree`)
    trees[id] = tree.steps.map(({ percentile: _, ...step }) => step)
  }
  const minutes = await stack.query(
    `SELECT workflow_id, toString(status) AS status, toString(sum(executions)) AS n FROM v_execution_minutes WHERE environment = '${environment}' GROUP BY ALL ORDER BY ALL`,
  )
  const stepHours = await stack.query(
    `SELECT workflow_id, step_type, step_name, toString(step_status) AS status, toString(sum(steps)) AS n, sum(duration_ms_sum) AS ms FROM v_step_hours WHERE environment = '${environment}' GROUP BY ALL ORDER BY ALL`,
  )
  const unmark = (value: unknown) =>
    JSON.parse(
      JSON.stringify(value)
        .replaceAll(environment, 'seed')
        .replaceAll(new RegExp(`"${mark}-?`, 'g'), '"'),
    )
  const executions = [...list.executions].sort((a, b) => a.execution_id.localeCompare(b.execution_id))
  return unmark({ executions, total: list.total, trees, minutes, stepHours })
}

describe('a trace', () => {
  it('gives the same executions, steps and counts in any order, split, repetition and over two collectors', async () => {
    await post(stack.urls.otlpHttp, cloneFor(0))
    // By hand: LangGraph 1 (6 steps), Mastra 3 (3, 2, 3), AI SDK 1 (3); of the hand-made trace the request (its steps are
    // the agent and the flow), the agent (3) and the flow, whose two segments are one execution (2); of the told ones that which
    // ended (2) and that which waits (0).
    const reference = await eventually(async () => {
      const found = (await outcome(0)) as { total: number; trees: Record<string, unknown[]> }
      expect(found.total).toBe(10)
      expect(
        Object.values(found.trees)
          .map((steps) => steps.length)
          .sort(),
      ).toEqual([0, 2, 2, 2, 2, 3, 3, 3, 3, 6])
      const executions = (found as unknown as { executions: object[] }).executions
      expect(executions).toContainEqual(
        expect.objectContaining({
          execution_id: 'told-1',
          status: 'error',
          error_type: 'CardDeclined',
          user_id: 'u-1',
        }),
      )
      expect(executions).toContainEqual(
        expect.objectContaining({ execution_id: 'told-2', status: 'waiting', progress: 0.5, user_id: 'u-2' }),
      )
      return found
    })
    for (let seed = 1; seed <= SEEDS; seed++) {
      await sendShuffled(seed)
      await eventually(async () => expect(await outcome(seed), `seed ${seed}`).toEqual(reference))
    }
  }, 240_000)
})
