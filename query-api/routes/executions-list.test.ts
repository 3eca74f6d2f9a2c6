import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type ExecutionParts,
  insertExecutions,
  startApi,
  type TestApi,
  traceCell,
  traceHex,
} from '../../test/kit/api.ts'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { effort } from '../../test/kit/effort.ts'
import { startDatabase } from '../../test/kit/stack-db.ts'

const NOW = Date.parse('2026-11-20T12:00:00.500Z')
let clickhouse: TestClickHouse
let api: TestApi

/** Newest first by letter: a, b, c, … */
const ROWS: ExecutionParts[] = [
  {
    execution_id: 'a',
    started_at: '2026-11-20 11:59:00.000',
    ended_at: '2026-11-20 11:59:02.500',
    duration_ms: 2500,
    kind: 'agent',
    provider: 'mastra',
    instance: 'agents',
    workflow_id: 'wa',
    workflow_name: 'Refund agent',
    workflow_version: '7',
    mode: 'webhook',
    environment: 'production',
    service: 'support',
    user_id: 'ann',
    conversation_id: 'c-1',
    parent_execution_id: 'p-1',
    input: 'x'.repeat(300),
    attributes: { 'http.route': '/refund', "odd ' \\ \t key": 'odd " value\n', empty: '' },
    trace_id: traceCell(1),
  },
  {
    execution_id: 'b',
    started_at: '2026-11-20 11:00:00.000',
    ended_at: '2026-11-20 11:00:10.000',
    duration_ms: 10_000,
    status: 'error',
    database_type: 'postgresql',
    query: 'SELECT Café FROM menu',
    error_type: 'TimeoutError',
    error_class: 'timeout',
    error_message: 'Connection timed out',
    error_fingerprint: 'f1',
    failed_step: 'Load',
  },
  // Open, and heard of an hour ago.
  {
    execution_id: 'c',
    started_at: '2026-11-20 10:00:00.000',
    last_seen_at: '2026-11-20 11:00:00.000',
    status: 'running',
  },
  // Open, and silent for 24 hours and a moment.
  {
    execution_id: 'd',
    started_at: '2026-11-19 09:00:00.000',
    last_seen_at: '2026-11-19 11:59:59.999',
    status: 'queued',
  },
  // Two of the same start, and one of the same id in another instance.
  { execution_id: 'e', started_at: '2026-11-17 12:00:00.000', ended_at: '2026-11-17 12:00:00.100', duration_ms: 100 },
  { execution_id: 'f', started_at: '2026-11-17 12:00:00.000', instance: 'other', kind: 'query' },
  { execution_id: 'f', started_at: '2026-11-17 12:00:00.000', instance: 'shop', kind: 'query' },
  {
    execution_id: 'g',
    started_at: '2026-09-01 12:00:00.000',
    ended_at: '2026-11-20 11:30:00.000',
    duration_ms: 6_910_200_000,
  },
]

beforeAll(async () => {
  clickhouse = await startDatabase()
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => NOW })
  await insertExecutions(clickhouse.client, ROWS)
  await insertExecutions(clickhouse.client, [
    { execution_id: 'theirs', tenant: 'acme', started_at: '2026-11-20 11:58:00.000' },
    { execution_id: 'gone', started_at: '2026-11-20 11:57:00.000' },
  ])
  await insertExecutions(clickhouse.client, [
    { execution_id: 'gone', started_at: '2026-11-20 11:57:00.000', version: '2', is_deleted: 1 },
    // The newer version of c counts, though it says less was done.
    { execution_id: 'e', started_at: '2026-11-17 12:00:00.000', version: '0', status: 'running' },
  ])
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
})

const idsOf = (body: { executions: { execution_id: string }[] }) =>
  body.executions.map((row) => row.execution_id).join('')
const list = async (query: string) => {
  const { status, body } = await api.get(`/api/v1/executions${query}`)
  expect(status).toBe(200)
  expect(body.count).toBe(body.executions.length)
  return body
}

describe('the list of executions', () => {
  it('holds everything retained, newest first, each once, and nothing of others', async () => {
    const body = await list('')
    expect(idsOf(body)).toBe('abcdffeg')
    expect([body.count, body.total, body.next_cursor]).toEqual([8, 8, null])
    expect(body.meta).toEqual({
      from: null,
      to: null,
      source: 'raw',
      as_of: '2026-11-20T12:00:00.500Z',
      lag_ms: null,
      running: 1,
    })
  })

  it('looks no further once everything was seen, and there at once when it is asked again', async () => {
    const asked = /^runlens_query_seconds_count\{question="find-candidates"\} (\d+)$/m
    const reads = async () => Number(asked.exec((await api.get('/metrics')).body)![1])
    const before = await reads()
    await list('?kind=agent&kind=job&kind=query')
    // The last hour, the last day, and everything.
    expect((await reads()) - before).toBe(3)
    await list('?kind=agent&kind=job&kind=query')
    expect((await reads()) - before).toBe(4)
  })

  it('tells of each execution what is known, and null for the rest', async () => {
    const [a, , c] = (await list('')).executions
    expect(a).toEqual({
      execution_id: 'a',
      kind: 'agent',
      provider: 'mastra',
      instance: 'agents',
      workflow_id: 'wa',
      workflow_name: 'Refund agent',
      version: '7',
      status: 'success',
      mode: 'webhook',
      environment: 'production',
      service: 'support',
      user_id: 'ann',
      conversation_id: 'c-1',
      database_type: null,
      query: null,
      started_at: '2026-11-20T11:59:00.000Z',
      ended_at: '2026-11-20T11:59:02.500Z',
      last_seen_at: '2026-11-20T11:59:02.500Z',
      duration_ms: 2500,
      queue_ms: null,
      progress: null,
      expected_end_at: null,
      overdue: false,
      error_type: null,
      error_class: null,
      error_message: null,
      error_fingerprint: null,
      status_code: null,
      failed_step: null,
      step_count: 0,
      failed_steps: 0,
      rows_total: null,
      rows_returned: null,
      trace_id: traceHex(1),
      parent_execution_id: 'p-1',
      retry_of: null,
      attempt: null,
      input_preview: 'x'.repeat(200),
      output_preview: null,
    })
    expect([c.status, c.ended_at, c.duration_ms]).toEqual(['running', null, null])
  })

  it.each([
    ['status=error', 'b'],
    ['status=error&status=running', 'bc'],
    ['status=lost', 'd'],
    ['status=waiting', ''],
    ['kind=agent', 'a'],
    ['kind=agent&kind=query', 'aff'],
    ['provider=mastra', 'a'],
    ['instance=other', 'f'],
    ['workflow_id=wa', 'a'],
    ['workflow_name=Refund%20agent', 'a'],
    ['environment=production', 'a'],
    ['service=support', 'a'],
    ['user_id=ann', 'a'],
    ['user_id=nobody', ''],
    ['conversation_id=c-1', 'a'],
    ['database_type=postgresql', 'b'],
    ['error_type=TimeoutError', 'b'],
    ['error_class=timeout', 'b'],
    ['error_fingerprint=f1', 'b'],
    ['failed_step=Load', 'b'],
    ['version=7', 'a'],
    ['mode=webhook', 'a'],
    ['parent_execution_id=p-1', 'a'],
    ['min_duration_ms=2500', 'abg'],
    ['max_duration_ms=2500', 'ae'],
    ['min_duration_ms=101&max_duration_ms=9999.5', 'a'],
    ['attr.http.route=/refund', 'a'],
    ['attr.http.route=/other', ''],
    [`attr.${encodeURIComponent("odd ' \\ \t key")}=${encodeURIComponent('odd " value\n')}`, 'a'],
    ['attr.empty=', 'a'],
    ['attr.http.route=/refund&attr.empty=', 'a'],
    ['attr.http.route=/refund&attr.http.route=/other', ''],
    ['q=TIMED', 'b'],
    ['q=caf%C3%89', 'b'],
    ['q=refund', 'a'],
    ['q=load', 'b'],
    [`q=${traceHex(1).toUpperCase()}`, 'abcdffe'],
    ['q=%25', ''],
    ['tenant_id=acme', 'abcdffeg'],
    ['workspace_id=anything', 'abcdffeg'],
    ['user_id=ann&status=error', ''],
    ['from=2026-11-20T10:00:00Z', 'abc'],
    ['from=2026-11-20T10:00:00.000000001Z', 'ab'],
    ['to=2026-11-17T12:00:00Z', 'g'],
    ['from=2026-11-17T12:00:00Z&to=2026-11-17T12:00:00.000000001Z', 'ffe'],
    ['time_range=1h', 'a'],
    ['time_range=24h', 'abc'],
    ['time_range=1h&time_field=ended_at', 'abg'],
    ['time_range=90d', 'abcdffeg'],
  ])('filtered by %s is "%s"', async (query, ids) => {
    const body = await list(`?${query}`)
    expect(idsOf(body)).toBe(ids)
    expect(body.total).toBe(ids.length)
  })

  it.each([
    ['sort=started_at&order=asc', 'geffdcba'],
    ['sort=ended_at', 'agbeffdc'],
    ['sort=ended_at&order=asc', 'ebgacdff'],
    ['sort=duration_ms&time_range=90d', 'gbaeffdc'],
    ['sort=duration_ms&order=asc&time_range=90d', 'eabgcdff'],
  ])('by %s is "%s", with what lacks the value last', async (query, ids) => {
    expect(idsOf(await list(`?${query}`))).toBe(ids)
  })

  it('by duration or by free text looks back 30 days unless a range is given', async () => {
    const byDuration = await list('?sort=duration_ms')
    expect(idsOf(byDuration)).toBe('baeffdc')
    expect(byDuration.meta.from).toBe('2026-10-21T12:00:01.000Z')
    expect((await list('?q=w1')).total).toBe(6)
    expect((await list('?q=w1&from=2026-01-01T00:00:00Z')).total).toBe(7)
  })

  const HOSTILE = [
    "' OR 1=1 --",
    "'; DROP TABLE executions; --",
    '{tenant:String}',
    '\\',
    '\t\n\r\u0000',
    '%',
    '\u{1F600} ümläut',
  ]
  const NAMES =
    'provider instance workflow_id workflow_name environment service user_id conversation_id database_type error_type error_class error_fingerprint failed_step version mode parent_execution_id q'

  it.each(HOSTILE.map((hostile, turn) => [hostile, turn] as const))(
    'takes %j as a value and finds nothing',
    async (hostile, turn) => {
      const value = encodeURIComponent(hostile)
      // Each parameter takes some of these values, each of these values goes to some; at length all to all.
      for (const name of NAMES.split(' ').filter((_, n) => (n + turn) % effort(3, 1) === 0)) {
        expect([name, (await list(`?${name}=${value}`)).total]).toEqual([name, 0])
      }
      expect((await list(`?attr.${value}=${value}`)).total).toBe(0)
      expect((await api.get(`/api/v1/executions/id/${value}`)).status).toBe(404)
      for (const name of [
        'status',
        'kind',
        'sort',
        'order',
        'limit',
        'cursor',
        'from',
        'to',
        'time_range',
        'time_field',
      ]) {
        expect([name, (await api.get(`/api/v1/executions?${name}=${value}`)).status]).toEqual([name, 400])
      }
      expect((await list('')).total).toBe(8)
    },
  )
})

describe('pages', () => {
  /** Reads page after page; `between` runs before each next one. */
  async function pages(query: string, between: () => Promise<unknown> = async () => undefined): Promise<string[]> {
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const body = await list(`?limit=1&${query}${cursor === null ? '' : `&cursor=${cursor}`}`)
      seen.push(
        ...body.executions.map(
          (row: { execution_id: string; instance: string }) => `${row.execution_id}/${row.instance}`,
        ),
      )
      cursor = body.next_cursor
      await between()
    } while (cursor !== null)
    return seen
  }
  const WHOLE = ['a/agents', 'b/shop', 'c/shop', 'd/shop', 'f/shop', 'f/other', 'e/shop', 'g/shop']

  it.each(['', 'sort=ended_at', 'sort=duration_ms&time_range=90d', 'order=asc', 'sort=ended_at&order=asc'])(
    'by "%s" hold each execution once, ties and absent values too',
    async (query) => {
      const seen = await pages(query)
      expect([...seen].sort()).toEqual([...WHOLE].sort())
      expect(seen.map((key) => key[0]).join('')).toBe(idsOf(await list(`?${query}`)))
    },
  )

  it('repeat nothing and miss nothing while newer rows arrive', async () => {
    let n = 0
    const arrive = () => {
      const row = { execution_id: `late-${n++}`, started_at: `2026-11-20 11:59:${10 + n}.000`, service: 'late' }
      return insertExecutions(clickhouse.client, [row])
    }
    expect(await pages('', arrive)).toEqual(WHOLE)
    expect((await list('?service=late')).total).toBe(8)
  })

  it.each([
    ['few on the newest day and as many as are looked up one by one', 3, 997],
    ['few on the newest day and many before', 3, 1_400],
    ['many on the newest day and few before', 300, 5],
    ['many on the newest day and before', 300, 1_200],
  ])('count a user of %s', async (_, onNewestDay, before) => {
    const user_id = `user-${onNewestDay}-${before}`
    const at = (day: number, n: number) =>
      `2026-11-${day} 08:${String(Math.floor(n / 60) % 60).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}.000`
    const named = (n: number, day: number) => ({
      execution_id: `${user_id}-${String(n).padStart(4, '0')}`,
      user_id,
      anchor_at: at(day, n),
      started_at: at(day, n),
    })
    const rows = Array.from({ length: onNewestDay + before }, (_, n) => named(n, n < before ? 10 : 20))
    await insertExecutions(clickhouse.client, rows)
    const newest = rows.map(({ execution_id }) => execution_id).reverse()
    for (const query of [`user_id=${user_id}`, `user_id=${user_id}&q=${user_id}`]) {
      const first = await list(`?${query}&limit=60`)
      const second = await list(`?${query}&limit=60&cursor=${first.next_cursor}`)
      const ids = [...first.executions, ...second.executions].map(({ execution_id }) => execution_id)
      expect(ids).toEqual(newest.slice(0, 120))
      expect([first.total, second.total]).toEqual([rows.length, rows.length])
    }
  })

  it('count what no index leads to up to a thousand, and say that there is more', async () => {
    const found = await list('?q=user-3-&limit=2')
    expect(found).toMatchObject({ total: 1_000, total_is_bound: true })
    expect((await list(`?q=user-3-&limit=2&cursor=${found.next_cursor}`)).executions).toHaveLength(2)
    expect(await list('?q=user-300-5')).toMatchObject({ total: 305, total_is_bound: false })
  })

  it('keep the range of the first page although time passes', async () => {
    let now = NOW
    const moving = await startApi({ clickhouseUrl: clickhouse.url, now: () => now })
    const first = (await moving.get('/api/v1/executions?time_range=1h&limit=1&user_id=ann')).body
    expect(first.next_cursor).toBeNull()
    const page = (
      await moving.get('/api/v1/executions?time_range=24h&limit=1&kind=workflow&workflow_name=Workflow%20one')
    ).body
    now += 3 * 3_600_000
    const next = await moving.get(`/api/v1/executions?time_range=24h&limit=1&cursor=${page.next_cursor}`)
    expect(next.body.meta.from).toBe(page.meta.from)
    await moving.stop()
  })

  it('go on only in the order they began with', async () => {
    const { next_cursor } = await list('?limit=1')
    const { status, body } = await api.get(`/api/v1/executions?order=asc&limit=1&cursor=${next_cursor}`)
    expect([status, body.errors[0].field]).toEqual([400, 'cursor'])
  })
})

describe('the ETag of a list', () => {
  it('stays while the rows do, although time passes', async () => {
    const { headers } = await api.get('/api/v1/executions?user_id=ann')
    const later = await startApi({ clickhouseUrl: clickhouse.url, now: () => NOW + 200 })
    const again = await later.get('/api/v1/executions?user_id=ann', { 'if-none-match': headers.get('etag') ?? '' })
    expect(again.status).toBe(304)
    const other = await later.get('/api/v1/executions?user_id=bob', { 'if-none-match': headers.get('etag') ?? '' })
    expect(other.status).toBe(200)
    await later.stop()
  })
})
