import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExecutionParts, insertExecutions, startApi, type TestApi } from '../../../test/kit/api.ts'
import type { TestClickHouse } from '../../../test/kit/clickhouse.ts'
import { startDatabase } from '../../../test/kit/stack-db.ts'

const NOW = Date.parse('2026-11-20T12:00:00.500Z')
let clickhouse: TestClickHouse
let api: TestApi

const ROWS: ExecutionParts[] = [
  {
    execution_id: 'a',
    started_at: '2026-11-20 11:59:00.000',
    ended_at: '2026-11-20 11:59:02.500',
    duration_ms: 2500,
    workflow_name: 'Refund, then "close"',
    user_id: '=cmd|calc',
    error_message: '-1 left\nof 2',
  },
  { execution_id: 'b', started_at: '2026-11-20 11:58:00.000', status: 'running', environment: 'production' },
  { execution_id: 'c', started_at: '2026-11-20 11:57:00.000', status: 'error', attributes: { 'http.route': '/x' } },
  { execution_id: 'theirs', started_at: '2026-11-20 11:57:00.000', tenant: 'acme' },
]

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Executions of a workflow of their own, of some 3 KB each. */
const MANY = 20_000
const LETTERS = 2_000
const PAGES = MANY / 500

beforeAll(async () => {
  clickhouse = await startDatabase()
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => NOW })
  await insertExecutions(clickhouse.client, ROWS)
  await clickhouse.client.command({
    query: `INSERT INTO executions (tenant, anchor_at, execution_id, instance, kind, workflow_id, environment, status, started_at, last_seen_at, trace_id, span_id, query, version)
SELECT 'default', started_at, toString(number), 'shop', 'job', 'many', 'default', 'success',
  toDateTime64('2026-11-10 00:00:00', 9) + toIntervalSecond(number) AS started_at, started_at, 'trace', 'span', repeat('q', ${LETTERS}), 1
FROM numbers(${MANY})`,
  })
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
})

const path = (query: string) => `/api/v1/executions/export?${query}`
const export_ = (query: string) => api.get(path(query))

describe('an export', () => {
  it('is CSV unless asked otherwise: a line of names, then a line each, newest first', async () => {
    const { status, headers, body } = await export_('kind=workflow')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
    expect(headers.get('content-disposition')).toBe('attachment; filename="executions-20261120T120000Z.csv"')
    expect(headers.get('cache-control')).toBe('no-store')
    const lines = body.split('\r\n')
    expect(lines[0]).toBe(
      'execution_id,kind,provider,instance,workflow_id,workflow_name,version,status,mode,environment,service,user_id,conversation_id,database_type,query,started_at,ended_at,last_seen_at,duration_ms,queue_ms,progress,expected_end_at,overdue,error_type,error_class,error_message,error_fingerprint,status_code,failed_step,step_count,failed_steps,rows_total,rows_returned,trace_id,parent_execution_id,retry_of,attempt,input_preview,output_preview',
    )
    expect(lines[1]).toBe(
      `a,workflow,,shop,w1,"Refund, then ""close""",,success,,default,,'=cmd|calc,,,,2026-11-20T11:59:00.000Z,2026-11-20T11:59:02.500Z,2026-11-20T11:59:02.500Z,2500,,,,false,,,"'-1 left\nof 2",,,,0,0,,,74726163652d30303030303030303031,,,,,`,
    )
    expect(lines.slice(2).map((line: string) => line.split(',')[0])).toEqual(['b', 'c', ''])
  })

  it('holds what the list holds, in JSON and in JSON Lines', async () => {
    const { body: list } = await api.get('/api/v1/executions?kind=workflow')
    const json = await export_('kind=workflow&format=json')
    expect(json.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(json.body).toEqual(list.executions)
    const lines = await fetch(api.url + path('kind=workflow&format=jsonl'))
    expect(lines.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
    expect(lines.headers.get('content-disposition')).toContain('.jsonl"')
    const text = await lines.text()
    expect(text.split('\n').map((line) => (line === '' ? null : JSON.parse(line)))).toEqual([...list.executions, null])
  })

  it.each([
    ['status=error&attr.http.route=/x', ['c']],
    ['environment=production', ['b']],
    ['user_id=%3Dcmd%7Ccalc', ['a']],
    ['from=2026-11-20T11:58:00Z', ['a', 'b']],
    ['q=REFUND', ['a']],
  ])('takes the filters of the list: %s', async (query, ids) => {
    const { body } = await export_(`format=json&${query}`)
    expect(body.map((each: { execution_id: string }) => each.execution_id)).toEqual(ids)
  })

  it('of nothing is empty in the form asked for', async () => {
    const of = async (format: string) => (await fetch(api.url + path(`environment=nowhere&format=${format}`))).text()
    expect(JSON.parse(await of('json'))).toEqual([])
    expect(await of('jsonl')).toBe('')
    expect((await of('csv')).split('\r\n')).toEqual([expect.stringMatching(/^execution_id,/), ''])
  })

  it.each(['format=xml', 'limit=5', 'sort=duration_ms', 'cursor=x'])('refuses %s', async (query) => {
    expect(await export_(query)).toMatchObject({ status: 400, body: { code: 'invalid_parameter' } })
  })
})

interface Load {
  running: number
  asked: number
}

/** Questions in ClickHouse, and pages that were ever asked for. */
async function load(): Promise<Load> {
  const { body } = await api.get('/metrics')
  const figure = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(body)?.[1] ?? 0)
  return {
    running: figure('runlens_queries_running'),
    asked: figure('runlens_query_seconds_count\\{question="list-executions"\\}'),
  }
}

/** Looks until two looks in a row see the same number of pages and nothing at work. */
async function settled(): Promise<Load> {
  for (let before = await load(); ; ) {
    await setTimeout(100)
    const now = await load()
    if (now.running === 0 && now.asked === before.asked) return now
    before = now
  }
}

/** Bytes in use once nothing is held that need not be. */
function memoryHeld(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Few, as each takes long. */
const LOOKS = 12

describe('an export of very many', () => {
  it('comes whole, in memory for a few pages', async () => {
    const response = await fetch(api.url + path('workflow_id=many&format=jsonl'))
    let bytes = 0
    let lines = 0
    /** What is held whenever nothing goes on, because this reader waits; how much is on its way varies, so the least of some looks counts. */
    const held: number[] = []
    for await (const chunk of response.body!) {
      bytes += chunk.length
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1
      if (lines < (MANY / LOOKS) * (held.length + 1)) continue
      await settled()
      held.push(memoryHeld())
    }
    expect(lines).toBe(MANY)
    expect(bytes).toBeGreaterThan(MANY * LETTERS)
    // Half of it went by between the first look of each half: held, it would show twice over.
    const half = Math.floor(held.length / 2)
    expect(Math.min(...held.slice(half)) - Math.min(...held.slice(0, half))).toBeLessThan(bytes / 4)
  })

  it('waits for its reader, and ends when that goes away', async () => {
    const before = await settled()
    const leave = new AbortController()
    const response = await fetch(api.url + path('workflow_id=many&format=json'), { signal: leave.signal })
    const reader = response.body!.getReader()
    await reader.read()
    const waiting = await settled()
    // Some pages fit into the sockets' buffers, the others were never asked for.
    expect(waiting.asked - before.asked).toBeLessThan(PAGES / 2)
    leave.abort()
    expect((await settled()).asked - waiting.asked).toBeLessThanOrEqual(1)
  })

  it('cuts the connection when it fails on its way', async () => {
    const response = await fetch(api.url + path('workflow_id=many&format=json'))
    expect(response.status).toBe(200)
    const reader = response.body!.getReader()
    await reader.read()
    await settled()
    await clickhouse.client.command({ query: 'RENAME TABLE executions TO executions_away' })
    try {
      const rest = async () => {
        while (!(await reader.read()).done) {}
      }
      await expect(rest()).rejects.toThrow('terminated')
    } finally {
      await clickhouse.client.command({ query: 'RENAME TABLE executions_away TO executions' })
    }
  })

  it('that can not begin is refused as any question', async () => {
    await clickhouse.client.command({ query: 'RENAME TABLE executions TO executions_away' })
    try {
      const { status, headers, body } = await export_('')
      expect([status, body.code]).toEqual([503, 'schema_missing'])
      expect(headers.get('content-disposition')).toBeNull()
    } finally {
      await clickhouse.client.command({ query: 'RENAME TABLE executions_away TO executions' })
    }
  })
})
