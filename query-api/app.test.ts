import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApi, type TestApi } from '../test/kit/api.ts'
import { ROUTE_POLICIES } from './access/roles.ts'
import { createApp } from './app.ts'
import { LOOPBACK_HOSTS } from './host.ts'
import { openApiDocument } from './openapi/document.ts'
import { ROUTES } from './routes/index.ts'
import type { Services } from './routes/route.ts'

let api: TestApi
beforeAll(async () => {
  // Nothing listens on port 1, so ClickHouse is always down here.
  api = await startApi({ clickhouseUrl: 'http://u:p@127.0.0.1:1/runlens' })
})
afterAll(() => api?.stop())

/** Status line and body of a request written by hand. */
async function raw(request: string): Promise<string> {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  socket.write(request)
  await once(socket, 'close')
  return answer
}

describe('the document', () => {
  interface Layer {
    route?: { path: string; methods: Record<string, boolean> }
  }

  it('names every route of the router and no other', () => {
    const app = createApp({ services: {} as Services, log: {} as never, hosts: LOOPBACK_HOSTS, answered: () => {} })
    const layers = (app.router as unknown as { stack: Layer[] }).stack
    const served = layers.flatMap(({ route }) =>
      route ? Object.keys(route.methods).map((method) => `${method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`) : [],
    )
    const told = Object.entries(openApiDocument(ROUTES).paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    expect(served.sort()).toEqual(told.sort())
    expect(served).toContain('get /api/v1/executions')
    expect(served.length).toBeGreaterThanOrEqual(11)
  })

  it('has a policy for every route, and none for what is no route', () => {
    expect(ROUTES.map(({ id }) => id).sort()).toEqual(Object.keys(ROUTE_POLICIES).sort())
  })

  it('is OpenAPI 3.1 whose references all lead somewhere', async () => {
    const { body } = await api.get('/openapi.json')
    expect(body.openapi).toMatch(/^3\.1\./)
    const references = [...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(
      ([, name]) => name,
    )
    expect(references.length).toBeGreaterThan(10)
    for (const name of references) expect(Object.keys(body.components.schemas)).toContain(name)
  })

  it('tells the bounds and defaults that requests are checked against', async () => {
    const { body } = await api.get('/openapi.json')
    const parameters = body.paths['/api/v1/executions'].get.parameters as {
      name: string
      required: boolean
      schema: unknown
    }[]
    expect(parameters.find(({ name }) => name === 'limit')).toMatchObject({
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 1000, default: 100 },
    })
    expect(parameters.map(({ name }) => name)).toContain('attr.<key>')
  })

  it('has a page to read that needs nothing from elsewhere', async () => {
    const { status, headers, body } = await api.get('/docs')
    expect(status).toBe(200)
    expect(body).toContain('/api/v1/observability/kpis')
    expect(body).toContain('id="problem-query_timeout"')
    expect(body).not.toMatch(/<script|src=|href="http|@import|url\(/)
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
  })

  it('is where the root leads', async () => {
    const { status, headers } = await api.get('/')
    expect([status, headers.get('location')]).toEqual([302, '/ui/'])
  })
})

describe('a server without ClickHouse', () => {
  it('is alive and not ready, and says why', async () => {
    expect((await api.get('/healthz')).body).toEqual({ status: 'ok' })
    const { status, headers, body } = await api.get('/readyz')
    expect(status).toBe(503)
    expect(body.code).toBe('clickhouse_unreachable')
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it.each([
    '/api/v1/executions',
    '/api/v1/executions/id/1',
    '/api/v1/executions/id/1/tree',
    `/api/v1/traces/${'ab'.repeat(16)}`,
    '/api/v1/observability/kpis',
    '/api/v1/observability/workflows',
  ])('answers %s with a problem that tells when to come back', async (path) => {
    const { status, headers, body } = await api.get(path)
    expect(status).toBe(503)
    expect(headers.get('content-type')).toContain('application/problem+json')
    expect(headers.get('retry-after')).toMatch(/^\d+$/)
    expect(Object.keys(body).sort()).toEqual(['code', 'detail', 'request_id', 'status', 'title', 'type'])
    expect(JSON.stringify(body)).not.toMatch(/SELECT|ECONN|node_modules|127\.0\.0\.1:1\b/)
  })
})

describe('a bad request', () => {
  it.each([
    ['/api/v1/executions?colour=red', 'colour', /known are status/],
    ['/api/v1/executions?limit=0', 'limit', /from 1 to 1000/],
    ['/api/v1/executions?limit=1001', 'limit', /from 1 to 1000/],
    ['/api/v1/executions?limit=ten', 'limit', /from 1 to 1000/],
    ['/api/v1/executions?limit=', 'limit', /from 1 to 1000/],
    ['/api/v1/executions?limit=1&limit=2', 'limit', /more than once/],
    ['/api/v1/executions?status=completed', 'status', /one of queued, running/],
    ['/api/v1/executions?kind=batch', 'kind', /one of workflow/],
    ['/api/v1/executions?sort=name', 'sort', /one of started_at, ended_at, duration_ms/],
    ['/api/v1/executions?order=up', 'order', /one of asc, desc/],
    ['/api/v1/executions?from=yesterday', 'from', /time like/],
    ['/api/v1/executions?from=2026-11-20', 'from', /time like/],
    ['/api/v1/executions?from=9999-01-01T00:00:00Z', 'from', /1970 to 2259/],
    ['/api/v1/executions?from=2026-11-20T00:00:00Z&to=2026-11-19T00:00:00Z', 'from', /earlier/],
    ['/api/v1/executions?time_range=1w', 'time_range', /one of 1h, 6h/],
    ['/api/v1/executions?time_range=1h&from=2026-11-20T00:00:00Z', 'time_range', /not both/],
    ['/api/v1/executions?min_duration_ms=-1', 'min_duration_ms', /0 or more/],
    ['/api/v1/executions?user_id=', 'user_id', /empty/],
    ['/api/v1/executions?cursor=abc', 'cursor', /next_cursor/],
    ['/api/v1/executions?attr.=x', 'attr.', /key of an attribute/],
    ['/api/v1/executions?__proto__=x', '__proto__', /not a parameter/],
    [`/api/v1/executions?q=${'x'.repeat(257)}`, 'q', /256/],
    ['/api/v1/executions/id/1?spans=all', 'spans', /not a parameter/],
    ['/api/v1/executions/id/1/tree?spans=some', 'spans', /one of steps, all/],
    ['/api/v1/traces/xyz', 'trace_id', /32 hexadecimal/],
    ['/api/v1/observability/kpis?time_range=25h', 'time_range', /one of 1h/],
    ['/api/v1/observability/workflows?limit=0', 'limit', /from 1 to 1000/],
    ['/healthz?x=1', 'x', /not a parameter/],
    [`/api/v1/executions?${'status=error&'.repeat(51)}`, 'status', /at most 50 times/],
    [`/api/v1/executions/id/${'x'.repeat(1025)}`, 'execution_id', /at most 1024 characters/],
  ])('%s is told by name', async (path, field, words) => {
    const { status, body } = await api.get(path)
    expect(status).toBe(400)
    expect(body.code).toBe('invalid_parameter')
    expect(body.errors.map((fault: { field: string }) => fault.field)).toEqual([field])
    expect(body.errors[0].message).toMatch(words)
    expect(body.detail).toContain(field)
  })

  it('is told of all its faults at once', async () => {
    const { body } = await api.get('/api/v1/executions?limit=0&order=up&colour=red')
    expect(body.errors.map((fault: { field: string }) => fault.field).sort()).toEqual(['colour', 'limit', 'order'])
  })
})

describe('every answer', () => {
  it('is 404 where nothing is served, whatever the path looks like', async () => {
    for (const path of [
      '/nope',
      '/api/v1/executions/',
      '/api/v1/Executions',
      '//api/v1/executions',
      '/api/v1/executions/id/',
    ]) {
      expect([path, (await api.get(path)).body.code]).toEqual([path, 'route_not_found'])
    }
  })

  it('is 400 for a path that is not well encoded', async () => {
    expect((await api.get('/api/v1/executions/id/%zz')).body.code).toBe('malformed_request')
  })

  it('is 405 with the methods that are served for another method', async () => {
    const response = await fetch(`${api.url}/api/v1/executions`, { method: 'DELETE' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD')
    expect(await response.json()).toMatchObject({ code: 'method_not_allowed' })
  })

  it('is 403 where a page from elsewhere would change something', async () => {
    const url = `${api.url}/api/v1/executions`
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]) {
      const response = await fetch(url, { method: 'POST', headers })
      expect([headers, response.status]).toEqual([headers, 403])
      expect(await response.json()).toMatchObject({ code: 'cross_site_request' })
    }
    expect((await fetch(url, { method: 'POST', headers: { origin: api.url } })).status).toBe(405)
    expect((await fetch(url, { headers: { origin: 'https://evil.example' } })).status).toBe(503)
  })

  it('is 413 for a large body, which is not read', async () => {
    const body = 'x'.repeat(1024 * 1024 + 1)
    const response = await fetch(`${api.url}/api/v1/executions`, { method: 'POST', body })
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ code: 'body_too_large' })
  })

  it('is 421 for the name of another machine', async () => {
    expect(await raw('GET /healthz HTTP/1.1\r\nhost: evil.example:8080\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 421 [\s\S]*host_not_allowed/,
    )
    expect(await raw('GET /healthz HTTP/1.1\r\nhost: localhost:8080\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 200 /,
    )
  })

  it('is a problem for what is not HTTP and for headers without end', async () => {
    expect(await raw('HELLO\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*malformed_request/)
    const headers = `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`
    expect(await raw(headers)).toMatch(/^HTTP\/1\.1 431 [\s\S]*headers_too_large/)
    const target = 'GET http://[bad/healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n'
    expect(await raw(target)).toMatch(/^HTTP\/1\.1 400 [\s\S]*malformed_request/)
    expect(await raw('GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*problem\+json[\s\S]*malformed_request/,
    )
  })

  it('is answered although it expects what nobody knows, and where a proxy names the whole URL', async () => {
    const expecting = 'GET /healthz HTTP/1.1\r\nhost: localhost\r\nexpect: tea\r\nconnection: close\r\n\r\n'
    expect(await raw(expecting)).toMatch(/^HTTP\/1\.1 200 /)
    const whole = 'GET http://localhost/healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n'
    expect(await raw(whole)).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('carries the request id that was given, or one of its own', async () => {
    expect((await api.get('/nope', { 'x-request-id': 'abc-1' })).body.request_id).toBe('abc-1')
    const { headers, body } = await api.get('/nope', { 'x-request-id': 'a b' })
    expect(body.request_id).toMatch(/^[0-9a-f-]{36}$/)
    expect(headers.get('x-request-id')).toBe(body.request_id)
  })

  it('forbids to be sniffed, framed or shared', async () => {
    const { headers } = await api.get('/healthz')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('cache-control')).toBe('private, no-cache')
    expect(headers.get('x-powered-by')).toBeNull()
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })

  it('has an ETag, and is empty for a client that has it', async () => {
    const { headers } = await api.get('/openapi.json')
    const again = await api.get('/openapi.json', { 'if-none-match': headers.get('etag') ?? '' })
    expect([again.status, again.body]).toEqual([304, ''])
    expect((await api.get('/openapi.json', { 'if-none-match': '*' })).status).toBe(304)
  })
})

describe('the server', () => {
  it('refuses to listen where others reach it', async () => {
    const { startQueryApi } = await import('./start.ts')
    const { loadSettings } = await import('@runlens/runtime')
    const settings = { ...loadSettings({ RUNLENS_API: '0.0.0.0:0' }), clickhouseUrl: 'http://127.0.0.1:1' }
    await expect(startQueryApi(settings, {} as never)).rejects.toMatchObject({ code: 'address_invalid' })
  })
})
