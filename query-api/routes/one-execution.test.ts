import type { BinaryRow, ClickHouseClient } from '@runlens/clickhouse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { insertExecutions, startApi, type TestApi, traceCell, traceHex } from '../../test/kit/api.ts'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { startDatabase, withDocuments } from '../../test/kit/stack-db.ts'

const NOW = Date.parse('2026-11-20T12:00:00.500Z')
let clickhouse: TestClickHouse
let api: TestApi

/** Eight readable bytes; as an answer shows them. */
const spanCell = (name: string) => name.padEnd(8, '_')
const spanHex = (name: string) => Buffer.from(spanCell(name)).toString('hex')

/** A step of the trace 1, ten seconds from 11:00:00; `from` and `to` in seconds. */
const span = (name: string, parent: string, from: number, to: number, more: Record<string, unknown> = {}) => ({
  tenant: 'default',
  received_at: '2026-11-20 11:00:20.000',
  trace_id: traceCell(1),
  span_id: spanCell(name),
  ...(parent === '' ? {} : { parent_span_id: spanCell(parent) }),
  name,
  kind: 1,
  started_at: `2026-11-20 11:00:${String(from).padStart(2, '0')}.000`,
  ended_at: `2026-11-20 11:00:${String(to).padStart(2, '0')}.000`,
  service: 'shop',
  role: 'step',
  step_name: name,
  step_type: 'node',
  status: 'success',
  ...more,
})
const ENTRY = {
  role: 'entry',
  rule: 1,
  execution_kind: 'workflow',
  execution_id: 'run-1',
  instance: 'shop',
  workflow_id: 'w1',
  workflow_name: 'Workflow one',
  environment: 'default',
  step_name: '',
}

const OTHER = { trace_id: traceCell(3) }

async function insertSpans(client: ClickHouseClient): Promise<void> {
  const values = [
    span('entry', '', 0, 10, ENTRY),
    span('first', 'entry', 0, 4, { attributes: { 'db.rows': '3', ok: 'true' }, attribute_types: 'ib' }),
    span('inner', 'first', 1, 3, { role: 'other', step_name: '', step_type: '', status: '' }),
    span('query', 'inner', 1, 2, {
      step_type: 'db',
      status: 'error',
      error_type: 'Timeout',
      error_message: 'too slow',
    }),
    span('second', 'entry', 4, 9),
    // Another trace, of an execution inside an execution.
    span('outer', '', 0, 9, { ...ENTRY, ...OTHER, execution_id: 'run-3' }),
    span('nested', 'outer', 1, 8, { ...ENTRY, ...OTHER, execution_id: 'run-3-nested' }),
    span('deep', 'nested', 2, 3, OTHER),
    span('after', 'outer', 8, 9, OTHER),
  ].map((row) => withDocuments(row as BinaryRow))
  await client.insert({ table: 'spans', format: 'JSONEachRow', values })
  // Sent again.
  await client.insert({ table: 'spans', format: 'JSONEachRow', values: values.slice(0, 2) })
}

beforeAll(async () => {
  clickhouse = await startDatabase()
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => NOW })
  await insertSpans(clickhouse.client)
  await insertExecutions(clickhouse.client, [
    {
      execution_id: 'run-1',
      started_at: '2026-11-20 11:00:00.000',
      ended_at: '2026-11-20 11:00:10.000',
      duration_ms: 10_000,
      status: 'partial',
      trace_id: traceCell(1),
      span_id: spanCell('entry'),
      'segments.trace_id': [traceCell(1)],
      'segments.span_id': [spanCell('entry')],
      'segments.started_at': ['2026-11-20 11:00:00.000'],
      'segments.ended_at': ['2026-11-20 11:00:10.000'],
      'segments.status': ['partial'],
      // Settled before `second` and `query` were there.
      'steps.name': ['first'],
      'steps.type': ['node'],
      'steps.status': ['success'],
      'steps.duration_ms': [4_000],
      input: '{"a":1}',
      output: 'yes',
      output_truncated: 1,
      error_stack: 'at line 1',
      attributes: { k: 'v' },
      parent_execution_id: 'parent',
      retry_of: 'earlier',
      attempt: 2,
    },
    // Twenty earlier runs of `first`, of 1 to 20 seconds, an hour before, and a slow one of another workflow's.
    ...Array.from({ length: 21 }, (_, n) => ({
      execution_id: `before-${n}`,
      started_at: '2026-11-20 10:00:00.000',
      workflow_id: n < 20 ? 'w1' : 'w2',
      'steps.name': ['first'],
      'steps.type': ['node'],
      'steps.status': ['success'],
      'steps.duration_ms': [(n + 1) * 1_000],
    })),
    { execution_id: 'parent', started_at: '2026-11-20 10:59:00.000', status: 'error' },
    { execution_id: 'earlier', started_at: '2026-11-20 10:58:00.000' },
    { execution_id: 'child-1', started_at: '2026-11-20 11:00:01.000', parent_execution_id: 'run-1' },
    { execution_id: 'child-2', started_at: '2026-11-20 11:00:02.000', parent_execution_id: 'run-1' },
    { execution_id: 'again', started_at: '2026-11-20 11:30:00.000', retry_of: 'run-1' },
    { execution_id: 'replay', started_at: '2026-11-20 11:31:00.000', replay_of: 'run-1' },
    // Another emitter with ids of its own: no relative, although it names the same id.
    {
      execution_id: 'stranger',
      instance: 'other',
      started_at: '2026-11-20 11:02:00.000',
      parent_execution_id: 'run-1',
      trace_id: traceCell(9),
    },
    { execution_id: '2', instance: 'one', started_at: '2026-11-20 11:00:00.000', workflow_name: 'Of one' },
    { execution_id: '2', instance: 'two', started_at: '2026-11-20 11:01:00.000', workflow_name: 'Of two' },
    { execution_id: 'run-3', started_at: '2026-11-20 11:00:00.000', trace_id: traceCell(3) },
    { execution_id: 'a/b ?%', started_at: '2026-11-20 11:00:00.000' },
    { execution_id: 'theirs', tenant: 'acme', started_at: '2026-11-20 11:00:00.000' },
  ])
  await insertExecutions(clickhouse.client, [
    { execution_id: 'gone', started_at: '2026-11-20 11:00:00.000', version: '2', is_deleted: 1 },
  ])
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
})

const get = async (path: string) => {
  const { status, body } = await api.get(`/api/v1/executions/id/${path}`)
  expect([path, status]).toEqual([path, 200])
  return body
}

describe('one execution', () => {
  it('is told whole', async () => {
    const body = await get('run-1')
    expect(body).toMatchObject({
      execution_id: 'run-1',
      status: 'partial',
      input: '{"a":1}',
      input_truncated: false,
      output: 'yes',
      output_truncated: true,
      error_stack: 'at line 1',
      attributes: { k: 'v' },
      attempt: 2,
      instances: ['shop'],
      segments: [
        {
          trace_id: traceHex(1),
          span_id: spanHex('entry'),
          started_at: '2026-11-20T11:00:00.000Z',
          ended_at: '2026-11-20T11:00:10.000Z',
          status: 'partial',
        },
      ],
    })
  })

  it('has itself as its segment where none is stored', async () => {
    const { segments, trace_id } = await get('parent')
    const span_id = Buffer.from('span0001', 'latin1').toString('hex')
    const started_at = '2026-11-20T10:59:00.000Z'
    expect(segments).toEqual([{ trace_id, span_id, started_at, ended_at: null, status: 'error' }])
  })

  it('names its relatives of the same emitter', async () => {
    const { links } = await get('run-1')
    const ids = (rows: { execution_id: string }[]) => rows.map((row) => row.execution_id)
    expect(links.parent).toEqual({
      execution_id: 'parent',
      instance: 'shop',
      workflow_name: 'Workflow one',
      status: 'error',
      started_at: '2026-11-20T10:59:00.000Z',
    })
    expect(ids(links.children)).toEqual(['child-1', 'child-2'])
    expect(ids(links.attempts)).toEqual(['earlier', 'again'])
    expect(links.replay_of).toBeNull()
    expect(ids(links.replays)).toEqual(['replay'])
  })

  it('is the latest of several instances, all of which are named', async () => {
    expect(await get('2')).toMatchObject({ instance: 'two', instances: ['one', 'two'] })
    expect(await get('2?instance=one')).toMatchObject({ instance: 'one', workflow_name: 'Of one' })
  })

  it('may have an id that needs encoding', async () => {
    expect((await get(encodeURIComponent('a/b ?%'))).execution_id).toBe('a/b ?%')
  })

  it.each(['nobody', 'theirs', 'gone', '2?instance=three', 'nobody/tree', 'theirs/tree'])(
    'is 404 for %s',
    async (path) => {
      const { status, body } = await api.get(`/api/v1/executions/id/${path}`)
      expect([status, body.code]).toEqual([404, 'execution_not_found'])
    },
  )
})

describe('the tree', () => {
  const brief = (step: Record<string, unknown>) => [
    step.name,
    step.depth,
    step.parent_id,
    step.start_offset_ms,
    step.duration_ms,
    step.self_ms,
  ]

  it('holds the steps depth first, below the step that is nearest', async () => {
    const body = await get('run-1/tree')
    expect(body).toMatchObject({ execution_id: 'run-1', status: 'partial' })
    // `first` takes 4 s, of which `query` takes 1 s.
    expect(body.steps.map(brief)).toEqual([
      ['first', 0, null, 0, 4000, 3000],
      ['query', 1, spanHex('first'), 1000, 1000, 1000],
      ['second', 0, null, 4000, 5000, 5000],
    ])
    expect(body.meta).toMatchObject({ spans: 5, truncated: false, instances: ['shop'] })
  })

  it('holds plain spans too when asked', async () => {
    const { steps } = await get('run-1/tree?spans=all')
    expect(steps.map(brief)).toEqual([
      ['first', 0, null, 0, 4000, 2000],
      ['inner', 1, spanHex('first'), 1000, 2000, 1000],
      ['query', 2, spanHex('inner'), 1000, 1000, 1000],
      ['second', 0, null, 4000, 5000, 5000],
    ])
    expect(steps[1]).toMatchObject({ type: null, status: null, part: 'span' })
  })

  it('tells of each step what is known', async () => {
    const { steps } = await get('run-1/tree')
    expect(steps[1]).toMatchObject({
      step_id: spanHex('query'),
      type: 'db',
      status: 'error',
      error_type: 'Timeout',
      error_message: 'too slow',
      part: 'step',
      trace_id: traceHex(1),
      started_at: '2026-11-20T11:00:01.000Z',
    })
    expect(steps[0].attributes).toEqual({ 'db.rows': '3', ok: 'true' })
    expect(steps.map((step: { on_critical_path: boolean }) => step.on_critical_path)).toEqual([true, true, true])
  })

  it('says where a duration falls in the history of its step, and nothing without one', async () => {
    const { steps } = await get('run-1/tree')
    // 4 s among itself and runs of 1, 2, … 20 s: five of 21 took no longer.
    expect(steps[0].percentile).toBeGreaterThanOrEqual(19)
    expect(steps[0].percentile).toBeLessThanOrEqual(23)
    expect(steps[2].percentile).toBeNull()
  })

  it('is empty where the spans are gone', async () => {
    expect(await get('2/tree')).toMatchObject({ steps: [], meta: { instances: ['one', 'two'] } })
  })
})

describe('the spans', () => {
  const names = (spans: { name: string }[]) => spans.map(({ name }) => name)

  it('come as sent, each once, in order of start', async () => {
    const { spans, count, total, next_cursor } = await get('run-1/spans')
    expect(names(spans)).toEqual(['entry', 'first', 'inner', 'query', 'second'])
    expect([count, total, next_cursor]).toEqual([5, 5, null])
    expect(spans.map(({ part }: { part: string }) => part)).toEqual(['entry', 'step', 'span', 'step', 'step'])
    expect(spans[1]).toEqual({
      trace_id: traceHex(1),
      span_id: spanHex('first'),
      parent_span_id: spanHex('entry'),
      part: 'step',
      name: 'first',
      kind: 'internal',
      started_at: '2026-11-20T11:00:00.000Z',
      ended_at: '2026-11-20T11:00:04.000Z',
      duration_ms: 4000,
      status: 'unset',
      status_message: null,
      service: null,
      scope: null,
      attributes: { 'db.rows': '3', ok: 'true' },
      resource: {},
      events: [],
      links: [],
    })
  })

  it('come page by page', async () => {
    const first = await get('run-1/spans?limit=2')
    const second = await get(`run-1/spans?limit=2&cursor=${first.next_cursor}`)
    const third = await get(`run-1/spans?limit=2&cursor=${second.next_cursor}`)
    expect([first, second, third].map(({ spans }) => names(spans))).toEqual([
      ['entry', 'first'],
      ['inner', 'query'],
      ['second'],
    ])
    expect(third.next_cursor).toBeNull()
  })

  it('are those of the execution, not of others in its trace', async () => {
    const { spans } = await get('run-3/spans')
    expect(spans.map(({ name, part }: { name: string; part: string }) => [name, part])).toEqual([
      ['outer', 'entry'],
      ['nested', 'child'],
      ['after', 'step'],
    ])
  })

  it('are none where they are gone', async () => {
    expect(await get('2/spans')).toMatchObject({ spans: [], count: 0, total: 0, next_cursor: null })
  })

  it.each(['nobody/spans', 'theirs/spans'])('of %s are 404', async (path) => {
    expect((await api.get(`/api/v1/executions/id/${path}`)).status).toBe(404)
  })

  it.each(['W10', 'x', 'WyI5Il0'])('refuse the cursor %s', async (cursor) => {
    expect(await api.get(`/api/v1/executions/id/run-1/spans?cursor=${cursor}`)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'cursor' }] },
    })
  })
})

describe('a trace', () => {
  it('comes back as OTLP/JSON, each span once', async () => {
    const { status, body } = await api.get(`/api/v1/traces/${traceHex(1).toUpperCase()}`)
    expect(status).toBe(200)
    const spans = body.resourceSpans[0].scopeSpans[0].spans
    expect(spans.map((one: { name: string }) => one.name)).toEqual(['entry', 'first', 'inner', 'query', 'second'])
    expect(spans[1]).toEqual({
      traceId: traceHex(1),
      spanId: spanHex('first'),
      parentSpanId: spanHex('entry'),
      name: 'first',
      kind: 1,
      startTimeUnixNano: '1795172400000000000',
      endTimeUnixNano: '1795172404000000000',
      attributes: [
        { key: 'db.rows', value: { intValue: '3' } },
        { key: 'ok', value: { boolValue: true } },
      ],
    })
  })

  it('is 404 when nobody sent it', async () => {
    const { status, body } = await api.get(`/api/v1/traces/${'0'.repeat(32)}`)
    expect([status, body.code]).toEqual([404, 'trace_not_found'])
  })
})
