/** The route that explains: over HTTP, without any ClickHouse. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiAnswer, startApi, type TestApi } from '../../../test/kit/api.ts'
import { explain, fixture, spansRequest } from '../../../test/kit/explain.ts'
import { logsExport, markerOf } from '../../../test/kit/logs.ts'
import { nativeRun } from '../../../test/kit/traces.ts'
import { explanationSchema } from '../../schema/mapping.ts'

const NOW_MS = Date.parse('2026-12-31T00:00:00Z')
let api: TestApi
beforeAll(async () => {
  // Nothing listens on port 1: explaining needs no ClickHouse.
  api = await startApi({ clickhouseUrl: 'http://u:p@127.0.0.1:1/runlens', now: () => NOW_MS })
})
afterAll(() => api?.stop())

async function post(body: unknown, type = 'application/json'): Promise<Pick<ApiAnswer, 'status' | 'body'>> {
  const response = await fetch(`${api.url}/api/v1/mapping/explain`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}

describe('POST /api/v1/mapping/explain', () => {
  it('answers what mapping says, in the form that the document promises', async () => {
    const request = fixture('vercel-ai-6.0.326-1.otlp.json') as object
    const { status, body } = await post(request)
    expect(status).toBe(200)
    expect(explanationSchema.strict().parse(body)).toEqual(explain({ traces: request }))
  })

  it('takes spans and log records, also in one payload', async () => {
    const [entry] = nativeRun('explained', NOW_MS - 60_000, 0).spans
    const logs = logsExport([markerOf('runlens.execution.started', entry!, NOW_MS - 60_000)])
    const { body } = await post({ ...spansRequest([{ id: 'a', kind: 2 }]), ...logs })
    expect(body.spans).toMatchObject([{ became: 'execution' }])
    expect(body.markers).toMatchObject([{ marker: 'started', told_by: 'log_record', span_id: entry!.spanId }])
    expect(body.executions).toHaveLength(2)
    expect(body.log_records).toBe(1)
  })

  it.each([
    ['nothing', {}, 400, 'invalid_body'],
    ['something else', { resourceMetrics: [] }, 400, 'invalid_body'],
    ['spans that are none', { resourceSpans: [{ scopeSpans: 7 }] }, 400, 'payload_unreadable'],
    ['no JSON', '{', 400, 'malformed_body'],
    ['more than 1 MiB', `{"resourceSpans":[],"x":"${'y'.repeat(1024 * 1024)}"}`, 413, 'body_too_large'],
  ])('refuses %s', async (_, body, status, code) => {
    expect(await post(body)).toMatchObject({ status, body: { code } })
  })

  it('says why, and what to do', async () => {
    expect((await post({})).body.detail).toBe('must have resourceSpans or resourceLogs')
    expect((await post({ resourceSpans: [{ scopeSpans: 7 }] })).body.detail).toMatch(/^not OTLP\/JSON: .*scopeSpans/)
    expect((await post('x', 'application/x-protobuf')).body.code).toBe('unsupported_media_type')
  })
})
