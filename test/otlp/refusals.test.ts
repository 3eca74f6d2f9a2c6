/** What senders are told when a request is refused: the same on both transports, in the encoding of the request. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Outcome, RefusalReason } from '../../collector/outcome.ts'
import { fault } from '../../collector/receivers/status.ts'
import { ACCEPTED, type InProcess, type InProcessOptions, startInProcess } from './in-process.ts'
import { someSpans, traceRequest } from './payload.ts'
import { http, WAYS } from './senders.ts'
import { soon } from './soon.ts'

let running: InProcess | undefined
const start = async (options?: InProcessOptions) => {
  running = await startInProcess(options)
  return running
}
afterEach(async () => {
  await running?.stop(0)
})

const refusing = (reason: RefusalReason) => async (): Promise<Outcome> => ({
  kind: 'refused',
  reason,
  message: 'because',
})

describe.each(WAYS)('over $name', ({ encoding, send }) => {
  const request = traceRequest(encoding, someSpans(3))

  it.each([
    ['overloaded', 14, 503],
    ['spool_full', 14, 503],
    ['spool_failed', 14, 503],
    ['stopping', 14, 503],
  ] as const)('%s asks the sender to come back, with a delay in whole seconds', async (reason, grpcCode, httpCode) => {
    const answer = await send(await start({ accept: refusing(reason) }), request)
    expect(answer.grpc ?? answer.http).toBe(answer.grpc === undefined ? httpCode : grpcCode)
    expect(answer.retryAfterSeconds).toBe(3)
    expect(answer.status).toEqual({ code: grpcCode, message: 'because', retryAfterSeconds: 3 })
  })

  it.each([
    ['malformed', 3, 400],
    ['too_large', 8, 413],
    ['too_many_spans', 8, 413],
  ] as const)('%s is for good: nobody is asked to come back', async (reason, grpcCode, httpCode) => {
    const answer = await send(await start({ accept: refusing(reason) }), request)
    expect(answer.grpc ?? answer.http).toBe(answer.grpc === undefined ? httpCode : grpcCode)
    expect(answer.retryAfterSeconds).toBeUndefined()
    expect(answer.status).toEqual({ code: grpcCode, message: 'because', retryAfterSeconds: undefined })
  })

  it('rejected spans of an accepted request are told in the partial success', async () => {
    const accept = async () => ({ kind: 'accepted', accepted: 1, rejected: 2, message: 'two had no id' }) as const
    const answer = await send(await start({ accept }), request)
    expect(answer.grpc ?? answer.http).toBe(answer.grpc === undefined ? 200 : 0)
    expect(answer.partial).toEqual({ rejected: 2, message: 'two had no id' })
  })

  it('a fault of our own costs the sender nothing: it is asked to come back', async () => {
    const answer = await send(await start({ accept: () => Promise.reject(new Error('a bug')) }), request)
    expect(answer.grpc ?? answer.http).toBe(answer.grpc === undefined ? 503 : 14)
    expect(answer.retryAfterSeconds).toBe(3)
    expect(JSON.stringify(answer)).not.toContain('a bug')
  })

  it.each([
    ['unauthenticated', 16, 401],
    ['forbidden', 7, 403],
  ] as const)('a sender that is %s is told so before its body is looked at', async (reason, grpcCode, httpCode) => {
    let accepted = 0
    const target = await start({
      authenticate: ({ authorization }) =>
        authorization === 'Bearer good' ? { kind: 'sender', tenant: 'acme' } : fault(reason, 'who are you?'),
      accept: async () => {
        accepted += 1
        return ACCEPTED
      },
    })
    const answer = await send(target, Buffer.from('no OTLP at all'))
    expect(answer.grpc ?? answer.http).toBe(answer.grpc === undefined ? httpCode : grpcCode)
    expect(answer.status).toEqual({ code: grpcCode, message: 'who are you?', retryAfterSeconds: undefined })
    expect(accepted).toBe(0)
  })

  it('the tenant that a credential gives is the one the request is accepted for', async () => {
    const tenants: string[] = []
    const target = await start({
      authenticate: ({ authorization }) => ({ kind: 'sender', tenant: String(authorization).replace('Bearer ', '') }),
      accept: async (_body, _encoding, tenant) => {
        tenants.push(tenant)
        return ACCEPTED
      },
    })
    await send(target, request, { authorization: 'Bearer acme' })
    expect(tenants).toEqual(['acme'])
  })

  it('a request larger than the limit is refused for good, also when only its inflated form is', async () => {
    const target = await start({ bodyBytesMax: 10_000 })
    const answer = await send(target, Buffer.alloc(10_001))
    expect(answer.grpc ?? answer.http).toBe(answer.grpc === undefined ? 413 : 8)
    expect(answer.status).toMatchObject({ code: 8, retryAfterSeconds: undefined })
    expect(answer.retryAfterSeconds).toBeUndefined()
    expect((await send(target, Buffer.alloc(10_000))).status).toBeUndefined()
  })

  it('beyond the requests in flight a sender is asked to come back, and is taken when there is room again', async () => {
    let finish = () => {}
    const accept = () => new Promise<Outcome>((resolve) => (finish = () => resolve(ACCEPTED)))
    const target = await start({ accept, limits: { inFlightRequestsMax: 1 } })
    const first = send(target, request)
    await soon(() => target.admission.inFlight().requests).toBe(1)
    const second = await send(target, request)
    expect(second.grpc ?? second.http).toBe(second.grpc === undefined ? 503 : 14)
    expect(second.retryAfterSeconds).toBe(3)
    finish()
    expect((await first).status).toBeUndefined()
    expect(target.admission.inFlight()).toEqual({ requests: 0, bytes: 0 })
  })

  it('beyond the bytes in flight a sender is asked to come back, and nothing stays held', async () => {
    const target = await start({ limits: { inFlightBytesMax: 500_000 } })
    const answer = await send(target, Buffer.alloc(2_000_000, 'some text that deflates'))
    expect(answer.grpc ?? answer.http).toBe(answer.grpc === undefined ? 503 : 14)
    expect(target.admission.inFlight()).toEqual({ requests: 0, bytes: 0 })
    expect((await send(target, request)).status).toBeUndefined()
  })
})

describe('both transports', () => {
  it('share one bound', async () => {
    let finish = () => {}
    const accept = () => new Promise<Outcome>((resolve) => (finish = () => resolve(ACCEPTED)))
    const target = await start({ accept, limits: { inFlightRequestsMax: 1 } })
    const [grpc, , json] = WAYS
    const first = grpc!.send(target, Buffer.alloc(0))
    await soon(() => target.admission.inFlight().requests).toBe(1)
    expect((await json!.send(target, Buffer.from('{}'))).http).toBe(503)
    finish()
    expect((await first).grpc).toBe(0)
  })

  it('count every answer by its reason', async () => {
    const target = await start({ accept: refusing('spool_full') })
    await WAYS[0]!.send(target, Buffer.alloc(0))
    await WAYS[2]!.send(target, Buffer.alloc(0))
    await http(target.http, { path: '/nothing' })
    const metrics = await target.metrics()
    expect(metrics).toContain('runlens_otlp_requests_total{transport="grpc",result="spool_full"} 1')
    expect(metrics).toContain('runlens_otlp_requests_total{transport="http",result="spool_full"} 1')
    expect(metrics).toContain('runlens_otlp_requests_total{transport="http",result="unknown_path"} 1')
  })
})
