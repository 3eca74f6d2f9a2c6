/** Clauses on what is refused: for good, or with the time to come back. */
import { expect } from 'vitest'
import type { Outcome, RefusalReason } from '../../../collector/outcome.ts'
import { frameMessage } from '../../../collector/receivers/grpc/frame.ts'
import { fault } from '../../../collector/receivers/status.ts'
import { len } from '../../kit/wire.ts'
import { ACCEPTED } from '../in-process.ts'
import { http, MEDIA_TYPE, rawCall } from '../senders.ts'
import { soon } from '../soon.ts'
import { type Check, cover, expectComeBack, expectRefused, expectSuccess } from './cover.ts'

const BODY_BYTES_MAX = 64 * 1024 * 1024
const ITEMS_MAX = 100_000

/** A valid request without spans, of exactly so many bytes. */
function filledRequest(encoding: 'protobuf' | 'json', bytes: number): Buffer {
  if (encoding === 'json') return Buffer.from(`{${' '.repeat(bytes - 2)}}`)
  const overhead = len(99, Buffer.alloc(bytes - 8)).length - (bytes - 8)
  return len(99, Buffer.alloc(bytes - overhead))
}

/** The pipeline's refusals that pass. */
const comesBack =
  (reason: RefusalReason): Check =>
  async ({ kit, way, inProcess }) => {
    const refuse = async (): Promise<Outcome> => ({ kind: 'refused', reason, message: 'because' })
    const answer = await way.send(await inProcess({ accept: refuse, retryAfterSeconds: 7 }), kit.fresh(way.encoding, 0))
    expectComeBack(answer, 7)
    expect(answer.status?.message).toBe('because')
  }

/** Credentials that are no good, above a body that is none. */
const turnedAway =
  (reason: 'unauthenticated' | 'forbidden', grpc: number, httpStatus: number): Check =>
  async ({ way, inProcess }) => {
    let accepted = 0
    const target = await inProcess({
      authenticate: ({ authorization }) =>
        authorization === 'Bearer good' ? { kind: 'sender', tenant: 'acme' } : fault(reason, 'who are you?'),
      accept: async () => {
        accepted += 1
        return ACCEPTED
      },
    })
    const nonsense = Buffer.from('no OTLP at all')
    expectRefused(await way.send(target, nonsense), grpc, httpStatus)
    expect(accepted).toBe(0)
    expectSuccess(await way.send(target, nonsense, { headers: { authorization: 'Bearer good' } }))
  }

export const REFUSALS = [
  cover('malformed-for-good', async ({ kit, way, collector }) => {
    const broken =
      way.encoding === 'json'
        ? [`{"${kit.names.lists[0]}":[{]}`, '[]', '', '{}{}']
        : ['\x0a\xff\xff', '\x0a\x02', '\x0f']
    for (const text of broken) expectRefused(await way.send(collector, Buffer.from(text, 'latin1')), 3, 400)
  }),

  cover(
    'broken-compression-for-good',
    async ({ kit: { signal }, way, collector }) => {
      const body = Buffer.from('this is not gzip')
      if (way.transport === 'grpc') {
        const answer = await rawCall(
          collector.grpc,
          { ':path': signal.grpcPath, 'grpc-encoding': 'gzip' },
          frameMessage(body, true),
        )
        expect(answer.headers['grpc-status']).toBe('3')
      } else {
        const headers = { 'content-type': MEDIA_TYPE[way.encoding], 'content-encoding': 'gzip' }
        expect((await http(collector.http, { path: signal.path, headers, body })).status).toBe(400)
      }
    },
    { plain: 'nothing claims to be compressed' },
  ),

  cover('body-limit-64-mib', async ({ way, collector }) => {
    expectSuccess(await way.send(collector, filledRequest(way.encoding, BODY_BYTES_MAX)))
    expectRefused(await way.send(collector, filledRequest(way.encoding, BODY_BYTES_MAX + 1)), 8, 413)
  }),

  cover('too-many-items-for-good', async ({ kit, way, collector }) => {
    const { wrap, isStorable } = kit.empty
    expectRefused(await way.send(collector, wrap(way.encoding, ITEMS_MAX + 1)), 8, 413)
    const rejected = isStorable ? undefined : ITEMS_MAX
    expect((await way.send(collector, wrap(way.encoding, ITEMS_MAX))).partial?.rejected).toBe(rejected)
  }),

  cover('overloaded-come-back', async ({ kit, way, inProcess }) => {
    const finish: (() => void)[] = []
    const accept = () => new Promise<Outcome>((resolve) => finish.push(() => resolve(ACCEPTED)))
    const target = await inProcess({ accept, limits: { inFlightRequestsMax: 1 }, retryAfterSeconds: 7 })
    const request = kit.fresh(way.encoding, 3)
    for (const turn of [1, 2]) {
      const taken = way.send(target, request)
      await soon(() => finish.length).toBe(turn)
      expectComeBack(await way.send(target, request), 7)
      finish.at(-1)?.()
      expectSuccess(await taken)
      expect(target.admission.inFlight()).toEqual({ requests: 0, bytes: 0 })
    }
  }),

  cover('spool-full-come-back', comesBack('spool_full')),
  cover('spool-failed-come-back', comesBack('spool_failed')),
  cover('stopping-come-back', comesBack('stopping')),

  cover('own-fault-come-back', async ({ kit, way, inProcess }) => {
    const target = await inProcess({ accept: () => Promise.reject(new Error('a bug')), retryAfterSeconds: 7 })
    const answer = await way.send(target, kit.fresh(way.encoding, 0))
    expectComeBack(answer, 7)
    expect(JSON.stringify(answer)).not.toContain('a bug')
  }),

  cover('unauthenticated-told', turnedAway('unauthenticated', 16, 401)),
  cover('forbidden-told', turnedAway('forbidden', 7, 403)),
]
