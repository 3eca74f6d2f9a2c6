import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApi, type TestApi } from '../../../test/kit/api.ts'
import type { TestClickHouse } from '../../../test/kit/clickhouse.ts'
import { startDatabase } from '../../../test/kit/stack-db.ts'

let clickhouse: TestClickHouse
/** Two processes, as far as either can tell: the second has a clock of its own. */
let here: TestApi
let there: TestApi
let nowThere = Date.parse('2026-11-20T12:00:00Z')

beforeAll(async () => {
  clickhouse = await startDatabase()
  here = await startApi({ clickhouseUrl: clickhouse.url })
  there = await startApi({ clickhouseUrl: clickhouse.url, now: () => nowThere })
})
afterAll(async () => {
  await here?.stop()
  await there?.stop()
  await clickhouse?.stop()
})

async function send(method: string, id: string, body?: unknown) {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${here.url}/api/v1/views/${id}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) }
}
const names = async (api: TestApi) =>
  (await api.get('/api/v1/views')).body.views.map(({ id, name }: { id: string; name: string }) => `${id} ${name}`)

describe('saved views', () => {
  it('are none at first', async () => {
    expect((await here.get('/api/v1/views')).body).toEqual({ views: [], count: 0 })
  })

  it('are kept as they are, and read back at once', async () => {
    const filter = { status: ['error'], 'attr.http.route': "/o'rders\n", columns: [{ wide: true }, null] }
    const saved = await send('PUT', 'failing-orders', { name: ' Failing orders ', filter })
    expect(saved).toEqual({
      status: 200,
      body: {
        id: 'failing-orders',
        name: 'Failing orders',
        owner: null,
        filter,
        created_at: expect.stringMatching(/^\d{4}-.*Z$/),
        updated_at: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    })
    expect((await here.get('/api/v1/views/failing-orders')).body).toEqual(saved.body)
    expect((await here.get('/api/v1/views')).body).toEqual({ views: [saved.body], count: 1 })
  })

  it('are changed in place, and keep the time of their making', async () => {
    const before = (await here.get('/api/v1/views/failing-orders')).body
    const { body } = await send('PUT', 'failing-orders', { name: 'Orders', filter: {} })
    expect(body).toMatchObject({ name: 'Orders', filter: {}, created_at: before.created_at })
    expect(body.updated_at > before.updated_at).toBe(true)
  })

  it('come by name', async () => {
    await send('PUT', 'b', { name: 'A first', filter: {} })
    expect(await names(here)).toEqual(['b A first', 'failing-orders Orders'])
  })

  it('reach other processes within two seconds of theirs', async () => {
    expect(await names(there)).toEqual(['b A first', 'failing-orders Orders'])
    await send('PUT', 'c', { name: 'Third', filter: {} })
    nowThere += 1_999
    expect(await names(there)).toHaveLength(2)
    nowThere += 1
    expect(await names(there)).toEqual(['b A first', 'failing-orders Orders', 'c Third'])
  })

  it('are gone once deleted, and may come back', async () => {
    expect(await send('DELETE', 'b')).toEqual({ status: 204, body: null })
    expect(await here.get('/api/v1/views/b')).toMatchObject({ status: 404, body: { code: 'view_not_found' } })
    expect(await send('DELETE', 'b')).toMatchObject({ status: 404 })
    expect(await names(here)).toEqual(['failing-orders Orders', 'c Third'])
    await send('PUT', 'b', { name: 'Back', filter: {} })
    expect(await names(here)).toContain('b Back')
  })

  it('of another tenant are not there', async () => {
    await clickhouse.client.insert({
      table: 'saved_views',
      format: 'JSONEachRow',
      values: [{ tenant: 'acme', id: 'theirs', name: 'Theirs', filter_json: '{}', created_at: '2026-11-20 12:00:00' }],
    })
    await send('PUT', 'd', { name: 'Fourth', filter: {} })
    expect(await names(here)).not.toContain('theirs Theirs')
    expect((await here.get('/api/v1/views/theirs')).status).toBe(404)
  })

  it.each([
    ['x', { filter: {} }, 'name: must be a text'],
    ['x', { name: ' ', filter: {} }, 'name: must not be empty'],
    ['x', { name: 'x'.repeat(201), filter: {} }, 'name: must have at most 200 characters'],
    ['x', { name: 'x', filter: [] }, 'filter: must be an object'],
    // 16 KiB are 16384 bytes, of which {"a":""} takes 8.
    ['x', { name: 'x', filter: { a: 'x'.repeat(16_377) } }, 'filter: must have at most 16384 bytes as JSON'],
    ['x', { name: 'x', filter: {}, more: 1 }, 'more: is not a field here'],
    ['a%20b', { name: 'x', filter: {} }, 'view_id: must be 1 to 64 letters, digits, - or _'],
  ])('refuse %s %j', async (id, body, detail) => {
    expect(await send('PUT', id, body)).toMatchObject({ status: 400, body: { detail } })
  })

  it('may be as large as that', async () => {
    const filter = { a: 'x'.repeat(16_376) }
    expect(await send('PUT', 'large', { name: 'x', filter })).toMatchObject({ status: 200, body: { filter } })
  })

  it('are not more than 500', async () => {
    await clickhouse.client.command({
      query: `INSERT INTO saved_views (tenant, id, name, filter_json) SELECT 'default', concat('many-', toString(number)), 'z', '{}' FROM numbers(500)`,
    })
    await send('PUT', 'd', { name: 'Known already', filter: {} })
    expect(await send('PUT', 'new', { name: 'x', filter: {} })).toMatchObject({
      status: 409,
      body: { code: 'limit_reached' },
    })
  })
})
