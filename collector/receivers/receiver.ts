/**
 * The one receiver body behind both transports: credential, admission, body, pipeline, in this order. It knows neither
 * frames nor status codes: a transport opens an intake, pushes what comes and answers what `finish` says.
 */
import type { Rates, RequestHeaders } from '@runlens/access'
import type { OtlpEncoding, Signal } from '@runlens/otlp'
import type { Logger } from '@runlens/runtime'
import type { Admission } from '../admission.ts'
import type { Outcome } from '../outcome.ts'
import { firstBytes, tooLarge, tooMuchInFlight } from './body.ts'
import { BodyBuffers } from './body-buffers.ts'
import type { Authenticate } from './credentials.ts'
import { BODY_TIMES, type BodyTimes, Intake } from './intake.ts'
import { type Fault, fault } from './status.ts'

/** One signal that is taken: where it comes in on either transport, and what becomes of it. */
export interface Service {
  signal: Signal
  /** Takes a plain body; never rejects for anything that a sender can cause. */
  accept: (body: Buffer, encoding: OtlpEncoding, tenant: string) => Promise<Outcome>
}

export interface ReceiverOptions {
  admission: Admission
  authenticate: Authenticate
  /** How many items each tenant may send; absent: as many as it likes. */
  rates?: Rates
  /** Largest body, as received and also after inflating. */
  bodyBytesMax: number
  /** @default BODY_TIMES */
  bodyTimes?: BodyTimes
  log: Logger
}

export interface OpenRequest {
  service: Service
  headers: RequestHeaders
  /** What the sender announced, if anything. */
  expectedBytes?: number | undefined
  /** The body came too slowly; the request is refused and must be answered so. */
  onSlow: (why: Fault) => void
}

export interface Receiver {
  /** Takes a request in, before its body is read, or says why not. */
  open: (request: OpenRequest) => Intake | Fault
  /** From now on every new request is told to come back later. */
  refuseAll: () => void
  refusesAll: () => boolean
}

export function createReceiver(options: ReceiverOptions): Receiver {
  const { admission, authenticate, rates, bodyBytesMax, log, bodyTimes: times = BODY_TIMES } = options
  const buffers = new BodyBuffers()
  let stopping = false

  return {
    refuseAll() {
      stopping = true
    },
    refusesAll: () => stopping,
    open({ service, headers, expectedBytes, onSlow }) {
      if (stopping) return fault('stopping', 'The collector is stopping: send the request again.')
      const sender = authenticate(headers)
      if (sender.kind === 'refused') return sender
      const { tenant } = sender
      const rate = rates?.look(tenant)
      if (rate && !rate.allowed) return tooFast(rate.retryAfterSeconds)
      if ((expectedBytes ?? 0) > bodyBytesMax) return tooLarge(bodyBytesMax)
      const permit = admission.enter(firstBytes(expectedBytes))
      if (!permit) return tooMuchInFlight()
      const handOn = async (body: Buffer, encoding: OtlpEncoding) => {
        const outcome = await service.accept(body, encoding, tenant)
        if (outcome.kind === 'accepted') rates?.charge(tenant, outcome.accepted + outcome.rejected)
        return outcome
      }
      return new Intake({ permit, bodyBytesMax, buffers, times, expectedBytes, handOn, onSlow, log })
    },
  }
}

function tooFast(retryAfterSeconds: number): Fault {
  const message = 'This tenant sends more than it may (quota.spansPerSecondMax): send the request again later.'
  return fault('rate_limited', message, retryAfterSeconds)
}
