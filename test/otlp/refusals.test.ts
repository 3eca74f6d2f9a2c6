/** Bounds and tenants, which both transports share; what senders are told is in the contract. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Outcome, RefusalReason } from '../../collector/outcome.ts'
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

  it('the tenant that a credential gives is the one the request is accepted for', async () => {
    const tenants: string[] = []
    const target = await start({
      authenticate: ({ authorization }) => ({ kind: 'sender', tenant: String(authorization).replace('Bearer ', '') }),
      accept: async (_body, _encoding, tenant) => {
        tenants.push(tenant)
        return ACCEPTED
      },
    })
    await send(target, request, { headers: { authorization: 'Bearer acme' } })
    expect(tenants).toEqual(['acme'])
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
    expect(metrics).toContain('runlens_otlp_requests_total{transport="grpc",signal="traces",result="spool_full"} 1')
    expect(metrics).toContain('runlens_otlp_requests_total{transport="http",signal="traces",result="spool_full"} 1')
    expect(metrics).toContain('runlens_otlp_requests_total{transport="http",signal="none",result="unknown_path"} 1')
  })
})
