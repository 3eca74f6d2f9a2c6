/** What the API really answers about settled payloads: as its OpenAPI document says, and the same in every view. */
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { effort } from '../kit/effort.ts'
import { type Stack, startStack } from '../kit/stack.ts'
import { eventually, exportRequest, idOf, nativeRun, type OtlpSpan, text } from '../kit/traces.ts'

const FIXTURES = new URL('../fixtures/otlp/', import.meta.url)
const HOUR_MS = 3_600_000
const API = '/api/v1'

/** An id that every part of the way must encode. */
const ODD_ID = 'id/50% ünïcode ?#&+'
const parent = nativeRun('contract parent', Date.now() - 48 * HOUR_MS, 1)
const odd = nativeRun(ODD_ID, Date.now() - 60_000, 2, true)

const nanos = (ms: number) => `${BigInt(Math.round(ms)) * 1_000_000n}`

/** Executions that never ended, by their end time of 0: one inside another and silent for two days, one late. */
function openRuns(): OtlpSpan[] {
  const open = { kind: 1, endTimeUnixNano: '0' }
  const kind = text('runlens.execution.kind', 'workflow')
  return [
    {
      ...open,
      traceId: parent.traceId,
      spanId: idOf('contract child', 8),
      parentSpanId: parent.spans.at(-1)!.spanId,
      name: 'child',
      startTimeUnixNano: nanos(Date.now() - 48 * HOUR_MS + 5),
      attributes: [
        text('runlens.execution.id', 'contract child'),
        text('runlens.execution.parent_id', parent.executionId),
        kind,
      ],
    },
    {
      ...open,
      traceId: idOf('contract late', 16),
      spanId: idOf('contract late', 8),
      name: 'late',
      startTimeUnixNano: nanos(Date.now() - 2 * HOUR_MS),
      attributes: [
        text('runlens.execution.id', 'late'),
        text('runlens.execution.expected_end', new Date(Date.now() - HOUR_MS).toISOString()),
        kind,
      ],
    },
  ]
}

let stack: Stack
beforeAll(async () => {
  stack = await startStack()
  for (const file of readdirSync(FIXTURES).filter((name) => !name.includes('logs'))) {
    const type = file.endsWith('.pb') ? 'application/x-protobuf' : 'application/json'
    await send(type, readFileSync(new URL(file, FIXTURES)))
  }
  const [child, late] = openRuns()
  await send('application/json', JSON.stringify(exportRequest([...parent.spans, ...odd.spans, child!])))
  // From a service without a name, so that its instance is unknown.
  await send('application/json', JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [late] }] }] }))
  await eventually(async () => {
    const [count] = await stack.query('SELECT uniqExact(trace_id) AS n FROM spans')
    const [settled] = await stack.query(
      'SELECT uniqExactArray(arrayConcat([trace_id], segments.trace_id)) AS n FROM executions FINAL',
    )
    expect(settled).toEqual(count)
    expect((await get(`${API}/executions/id/late`)).status).toBe(200)
  })
})
afterAll(() => stack?.stop())

async function send(type: string, body: Buffer | string): Promise<void> {
  const answer = await fetch(`${stack.urls.otlpHttp}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  })
  expect(answer.status).toBe(200)
}

// biome-ignore lint/suspicious/noExplicitAny: the body of any route; its schema is what is tested
async function get(path: string): Promise<{ status: number; body: any }> {
  const answer = await fetch(stack.urls.api + path, { redirect: 'manual' })
  const type = answer.headers.get('content-type') ?? ''
  return { status: answer.status, body: /\bjson\b/.test(type) ? await answer.json() : await answer.text() }
}

type Schema = Record<string, unknown>
const CHECKED = new Set(
  '$ref type anyOf enum const format properties required additionalProperties propertyNames items minimum maximum description'.split(
    ' ',
  ),
)
const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object'
const TYPES: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isSafeInteger(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: Array.isArray,
  object: (value) => isObject(value) && !Array.isArray(value),
}

/** Where a value is not what a JSON schema says. A keyword that is not checked here is a fault, too. */
function faults(value: unknown, schema: Schema, schemas: Record<string, Schema>, at = '$'): string[] {
  const inside = (part: unknown, of: unknown, name: string) => faults(part, of as Schema, schemas, `${at}.${name}`)
  const found = Object.keys(schema).flatMap((word) => (CHECKED.has(word) ? [] : [`${at}: keyword ${word}`]))
  const { $ref, type, anyOf, format, properties = {}, required = [], additionalProperties, items } = schema
  if (typeof $ref === 'string') found.push(...faults(value, schemas[$ref.split('/').at(-1)!]!, schemas, at))
  if (Array.isArray(anyOf) && anyOf.every((each) => inside(value, each, '').length > 0)) found.push(`${at}: no anyOf`)
  if (typeof type === 'string' && !TYPES[type]!(value)) return [...found, `${at}: ${JSON.stringify(value)} no ${type}`]
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) found.push(`${at}: ${value} not in enum`)
  if ('const' in schema && schema.const !== value) found.push(`${at}: ${value} is not ${schema.const}`)
  if (format === 'date-time' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z$/.test(String(value))) {
    found.push(`${at}: ${value} no time`)
  }
  if (Array.isArray(value) && items) found.push(...value.flatMap((each, n) => inside(each, items, String(n))))
  if (!isObject(value) || Array.isArray(value)) return found
  for (const name of required as string[]) if (!(name in value)) found.push(`${at}: no ${name}`)
  for (const [name, part] of Object.entries(value)) {
    const of = (properties as Record<string, unknown>)[name] ?? additionalProperties
    if (of === false) found.push(`${at}: ${name} is not told`)
    else if (isObject(of)) found.push(...inside(part, of, name))
  }
  return found
}

interface Listed {
  execution_id: string
  trace_id: string
  kind: string
  provider: string
  status: string
  step_count: number
}

/** One execution of each kind, provider and status, and the one whose id must be encoded. */
function eachSort(executions: readonly Listed[]): Listed[] {
  const sorts = new Map(executions.map((each) => [[each.kind, each.provider, each.status].join(), each]))
  const encoded = executions.filter(({ execution_id }) => execution_id === ODD_ID)
  return [...new Set([...encoded, ...sorts.values()])]
}

/** The first few of what is alike; at length all. */
const some = <T>(all: readonly T[], few: number): readonly T[] => all.slice(0, effort(few, all.length))

describe('every answer', () => {
  it('is what the OpenAPI document says', async () => {
    const { body: document } = await get('/openapi.json')
    const { body: list } = await get(`${API}/executions?limit=1000`)
    const sorts = eachSort(list.executions)
    const ids = sorts.map(({ execution_id }) => encodeURIComponent(execution_id))
    const traces = new Set(sorts.map(({ trace_id }) => trace_id))
    const workflows = new Set<string>(
      list.executions.flatMap(({ workflow_id }: { workflow_id: string | null }) => workflow_id ?? []),
    )
    const users = new Set<string>(
      list.executions.flatMap((each: { user_id: string | null }) => (each.user_id === null ? [] : [each.user_id])),
    )
    await fetch(`${stack.urls.api}${API}/views/contract`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Contract', filter: { status: ['error'] } }),
    })
    const { body: failed } = await get(`${API}/observability/errors?time_range=30d`)
    const prints: string[] = failed.errors.map((each: { fingerprint: string }) => each.fingerprint)
    const erasing = await fetch(`${stack.urls.api}${API}/users/nobody/data`, { method: 'DELETE' })
    const { erasure_id } = (await erasing.json()) as { erasure_id: string }
    const answers: [route: string, path: string][] = [
      ...['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs', '/'].map((path): [string, string] => [
        path,
        path,
      ]),
      ...['limit=1000', 'limit=2&sort=duration_ms', 'status=lost', 'q=nothing-is-called-so'].map(
        (query): [string, string] => [`${API}/executions`, `${API}/executions?${query}`],
      ),
      ...['timeseries', 'histogram', 'heatmap', 'facets'].flatMap((view) =>
        some(['time_range=90d', 'time_range=7d&user_id=nobody', 'time_range=24h'], 2).map((query): [string, string] => [
          `${API}/${view}`,
          `${API}/${view}?${query}`,
        ]),
      ),
      ...some(['of/nobody', ...workflows].slice(0, 6), 3).map((id): [string, string] => [
        `${API}/workflows/{workflow_id}/anatomy`,
        `${API}/workflows/${encodeURIComponent(id)}/anatomy?time_range=90d`,
      ]),
      ...['csv', 'json', 'jsonl'].map((format): [string, string] => [
        `${API}/executions/export`,
        `${API}/executions/export?format=${format}`,
      ]),
      ...ids.flatMap((id): [string, string][] => [
        [`${API}/executions/id/{execution_id}`, `${API}/executions/id/${id}`],
        [`${API}/executions/id/{execution_id}/tree`, `${API}/executions/id/${id}/tree`],
      ]),
      ...some(ids, 4).flatMap((id): [string, string][] => [
        [`${API}/executions/id/{execution_id}/tree`, `${API}/executions/id/${id}/tree?spans=all`],
        [`${API}/executions/id/{execution_id}/spans`, `${API}/executions/id/${id}/spans`],
        [`${API}/executions/id/{execution_id}/logs`, `${API}/executions/id/${id}/logs`],
      ]),
      ...['logs', 'stats'].map((view): [string, string] => [
        `${API}/monitoring/${view}`,
        `${API}/monitoring/${view}?hours=168`,
      ]),
      [`${API}/monitoring/conversations/{conversation_id}/logs`, `${API}/monitoring/conversations/any/logs`],
      ...['', '/stats', '/database-stats'].map((view): [string, string] => [
        `${API}/executions/{user_id}${view}`,
        `${API}/executions/any${view}`,
      ]),
      ...['stats', 'database-stats'].map((view): [string, string] => [
        `${API}/executions/${view}/global`,
        `${API}/executions/${view}/global?days=365`,
      ]),
      ...some([...traces], 4).map((id): [string, string] => [`${API}/traces/{trace_id}`, `${API}/traces/${id}`]),
      [`${API}/observability/status`, `${API}/observability/status`],
      [`${API}/views`, `${API}/views`],
      [`${API}/retention`, `${API}/retention`],
      [`${API}/erasures/{erasure_id}`, `${API}/erasures/${erasure_id}`],
      [`${API}/views/{view_id}`, `${API}/views/contract`],
      [`${API}/metrics/executions.prom`, `${API}/metrics/executions.prom?time_range=7d`],
      [`${API}/analytics/executions`, `${API}/analytics/executions?time_range=30d`],
      ...some(['nobody', ...users], 2).flatMap((user): [string, string][] => [
        [`${API}/executions/{user_id}`, `${API}/executions/${encodeURIComponent(user)}`],
        [`${API}/executions/{user_id}/stats`, `${API}/executions/${encodeURIComponent(user)}/stats`],
        [`${API}/executions/{user_id}/database-stats`, `${API}/executions/${encodeURIComponent(user)}/database-stats`],
      ]),
      ...['executions/stats/global', 'executions/database-stats/global', 'monitoring/stats', 'monitoring/logs'].map(
        (path): [string, string] => [`${API}/${path}`, `${API}/${path}`],
      ),
      ...some(ids, 4).map((id): [string, string] => [
        `${API}/monitoring/logs/{execution_id}`,
        `${API}/monitoring/logs/${id}`,
      ]),
      [`${API}/monitoring/conversations/{conversation_id}/logs`, `${API}/monitoring/conversations/nobody/logs`],
      ...['', API].flatMap((prefix): [string, string][] => [
        ...['executions/active', 'visual/sessions/enhanced'].map((path): [string, string] => [
          `${prefix}/workflows/${path}`,
          `${prefix}/workflows/${path}`,
        ]),
        [`${prefix}/workflows/executions/stats/{workflow_id}`, `${prefix}/workflows/executions/stats/nobody`],
      ]),
      ...['keys', 'session'].map((name): [string, string] => [`${API}/${name}`, `${API}/${name}`]),
      ...some(prints, 2).map((print): [string, string] => [
        `${API}/errors/{fingerprint}`,
        `${API}/errors/${print}?time_range=30d`,
      ]),
      ...['kpis', 'workflows', 'environments', 'overview', 'errors'].flatMap((view) =>
        some(['30d', '1h', '24h'], 2).map((range): [string, string] => [
          `${API}/observability/${view}`,
          `${API}/observability/${view}?time_range=${range}`,
        ]),
      ),
      ...['', '/throughput', '/latency', '/performance', '/patterns', '/resources', '/export'].map(
        (part): [string, string] => [
          `${API}/metrics/execution${part}`,
          `${API}/metrics/execution${part}?timeframe=30d&workspace_id=mine`,
        ],
      ),
      [`${API}/metrics/execution/realtime`, `${API}/metrics/execution/realtime`],
    ]
    for (const [route, path] of answers) {
      const { status, body } = await get(path)
      const told = document.paths[route].get.responses[status]
      expect([path, told]).toEqual([path, expect.anything()])
      expect([path, status]).toEqual([path, route === '/' ? 302 : 200])
      const schema = told.content?.['application/json']?.schema
      if (schema) expect([path, ...faults(body, schema, document.components.schemas)]).toEqual([path])
    }
    // Streams have no end, and no n8n server is configured here.
    const read = Object.entries(document.paths as Record<string, object>).filter(
      ([path, methods]) =>
        'get' in methods && !path.startsWith(`${API}/sse/`) && path !== `${API}/ws` && !path.includes('/sync/'),
    )
    expect(new Set(answers.map(([route]) => route))).toEqual(new Set(read.map(([path]) => path)))
  })

  it('to why a stored trace became its executions names those that are there', async () => {
    const { body: document } = await get('/openapi.json')
    const { body: list } = await get(`${API}/executions?limit=1000`)
    const { schema } = document.paths[`${API}/mapping/explain`].post.responses[200].content['application/json']
    for (const trace of new Set<string>(list.executions.map((each: { trace_id: string }) => each.trace_id))) {
      const answer = await fetch(`${stack.urls.api}${API}/mapping/explain`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify((await get(`${API}/traces/${trace}`)).body),
      })
      const body = (await answer.json()) as { executions: { execution_id: string }[] }
      expect([trace, answer.status, ...faults(body, schema, document.components.schemas)]).toEqual([trace, 200])
      const stored = list.executions.filter((each: { trace_id: string }) => each.trace_id === trace)
      const idsOf = (some: { execution_id: string }[]) => some.map(({ execution_id }) => execution_id).sort()
      expect([trace, idsOf(body.executions)]).toEqual([trace, idsOf(stored)])
    }
  })

  it('that says no is a problem, as the document says', async () => {
    const { body: document } = await get('/openapi.json')
    for (const path of ['executions?limit=0', 'executions/id/nobody', `traces/${'0'.repeat(32)}`, 'users']) {
      const { status, body } = await get(`${API}/${path}`)
      expect(faults(body, document.components.schemas.Problem, document.components.schemas)).toEqual([])
      expect(body.status).toBe(status)
    }
  })
})

describe('views', () => {
  it('count the same', async () => {
    const { body: kpis } = await get(`${API}/observability/kpis?time_range=90d`)
    const { from, to } = kpis.meta
    const { body: workflows } = await get(`${API}/observability/workflows?from=${from}&to=${to}&limit=1000`)
    const kinds = 'kind=workflow&kind=agent&kind=pipeline&kind=job'
    const total = async (more = '') => (await get(`${API}/executions?from=${from}&to=${to}&${kinds}${more}`)).body.total
    const sum = (name: string) =>
      workflows.workflows.reduce((all: number, each: Record<string, number>) => all + each[name]!, 0)
    expect([kpis.total_executions, sum('total_executions')]).toEqual([await total(), await total()])
    expect([kpis.success_count, sum('success_count')]).toEqual(Array(2).fill(await total('&status=success')))
    expect(kpis.meta.running).toBe(await total('&status=running&status=queued&status=waiting'))
    expect(kpis.total_executions).toBe(kpis.success_count + kpis.failure_count + kpis.meta.running)
  })

  it('count as many steps as the tree holds', async () => {
    const { body: list } = await get(`${API}/executions?limit=1000`)
    expect(list.total).toBe(list.count)
    for (const { execution_id, step_count } of list.executions as Listed[]) {
      const { body } = await get(`${API}/executions/id/${encodeURIComponent(execution_id)}/tree`)
      expect([execution_id, body.steps.length]).toEqual([execution_id, step_count])
    }
  })

  it('say the same of an execution inside another that fell silent', async () => {
    const path = `${API}/executions/id/${encodeURIComponent('contract child')}`
    expect((await get(path)).body).toMatchObject({
      status: 'lost',
      ended_at: null,
      links: { parent: { execution_id: parent.executionId, status: 'success' } },
    })
    const above = `${API}/executions/id/${encodeURIComponent(parent.executionId)}`
    expect((await get(above)).body.links.children).toMatchObject([{ execution_id: 'contract child', status: 'lost' }])
    const { body: tree } = await get(`${above}/tree`)
    const child = tree.steps.find((step: { part: string }) => step.part === 'child')
    expect(child).toMatchObject({ status: 'lost', duration_ms: null })
    expect((await get(`${API}/executions?status=lost`)).body.total).toBe(1)
  })

  it('tell what is overdue', async () => {
    const { body } = await get(`${API}/executions?status=running`)
    expect(body.executions).toMatchObject([{ execution_id: 'late', overdue: true, ended_at: null, duration_ms: null }])
  })

  it('find an execution whatever its id looks like', async () => {
    const { body } = await get(`${API}/executions/id/${encodeURIComponent(ODD_ID)}`)
    expect(body).toMatchObject({ execution_id: ODD_ID, status: 'error', step_count: 2, failed_step: 'step 1' })
    const { body: found } = await get(`${API}/executions?q=${encodeURIComponent('50% ÜNÏ')}`)
    expect(found.executions).toMatchObject([{ execution_id: ODD_ID }])
  })

  it('tell an unknown instance as null', async () => {
    const path = `${API}/executions/id/late`
    expect((await get(path)).body).toMatchObject({ instance: null, instances: [null] })
    expect((await get(`${path}/tree`)).body.meta.instances).toEqual([null])
    expect((await get(`${path}?instance=`)).status).toBe(200)
  })
})
