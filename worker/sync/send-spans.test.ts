import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { askAgain } from './ask-again.ts'
import { attribute, type OtlpSpan } from './execution-spans.ts'
import { createSendSpans } from './send-spans.ts'

/** What the collector says, one after the other; the last for ever. */
let answers: { status: number; body: string; retryAfter?: string }[] = []
const bodies: string[] = []
let server: Server
let url: string

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    bodies.push(body)
    const { status, body: said, retryAfter } = answers.length > 1 ? answers.shift()! : answers[0]!
    response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end(said)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))
beforeEach(() => {
  bodies.length = 0
})

const SPAN: OtlpSpan = {
  traceId: 'ab'.repeat(16),
  spanId: 'cd'.repeat(8),
  name: 'workflow.execute',
  kind: 1,
  startTimeUnixNano: '1',
  endTimeUnixNano: '2',
  attributes: [],
  status: { code: 1 },
}
const { signal } = new AbortController()
const send = () =>
  createSendSpans({ collectorUrl: url, headersFor: () => ({}) })(
    'default',
    [attribute('service.name', 'n8n')],
    [SPAN],
    signal,
  )

it('is through when the collector has the spans, and says which it will never have', async () => {
  answers = [{ status: 200, body: '{}' }]
  expect(await send()).toEqual({ kind: 'stored', rejected: 0, message: '' })
  expect(JSON.parse(bodies[0]!)).toEqual({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'n8n' } }] },
        scopeSpans: [{ scope: { name: 'n8n-workflow' }, spans: [SPAN] }],
      },
    ],
  })
  answers = [{ status: 200, body: '{"partialSuccess":{"rejectedSpans":"3","errorMessage":"absurd time"}}' }]
  expect(await send()).toEqual({ kind: 'stored', rejected: 3, message: 'absurd time' })
})

it('sends again what the collector can not take at the moment, as long as it wants', async () => {
  answers = [
    { status: 503, body: 'full', retryAfter: '0' },
    { status: 429, body: 'slow', retryAfter: '0' },
    { status: 200, body: '{}' },
  ]
  let retries = 0
  const onRetry = () => {
    retries += 1
  }
  expect(await askAgain(send, { giveUpMs: 1_000, signal, onRetry })).toMatchObject({ kind: 'stored' })
  expect(retries).toBe(2)
  expect(new Set(bodies).size).toBe(1)
  // A wish that lies beyond the time is not waited for.
  answers = [{ status: 503, body: 'full', retryAfter: '60' }]
  expect(await askAgain(send, { giveUpMs: 1_000, signal, onRetry })).toMatchObject({
    kind: 'later',
    retryAfterMs: 60_000,
  })
  expect(retries).toBe(2)
})

it('does not repeat what the collector refuses', async () => {
  answers = [{ status: 400, body: 'no such thing' }]
  expect(await send()).toEqual({ kind: 'refused', message: 'the collector answered 400: no such thing' })
})

it('asks no more than it may, and ends when it is told to', async () => {
  const controller = new AbortController()
  let tries = 0
  const later = async () => {
    tries += 1
    return { kind: 'later' as const, message: 'busy', retryAfterMs: 0 }
  }
  const options = { giveUpMs: 60_000, triesMax: 3, signal: controller.signal, onRetry: () => {} }
  expect(await askAgain(later, options)).toMatchObject({ kind: 'later' })
  expect(tries).toBe(3)
  const waiting = askAgain(async () => ({ ...(await later()), retryAfterMs: 50_000 }), options)
  controller.abort(new Error('stopped'))
  await expect(waiting).rejects.toThrow()
})
