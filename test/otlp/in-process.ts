/** Both receivers in this process over a pipeline that the test plays, for outcomes that a real one can't be brought to. */

import { LOGS, METRICS, TRACES } from '@runlens/otlp'
import { createLogger, formatAddress } from '@runlens/runtime'
import { Registry } from 'prom-client'
import { type Admission, type AdmissionLimits, createAdmission } from '../../collector/admission.ts'
import { createReceiverCounters } from '../../collector/receivers/counters.ts'
import { type Authenticate, everyoneIsDefault } from '../../collector/receivers/credentials.ts'
import type { SessionTimes } from '../../collector/receivers/grpc/watch-session.ts'
import { startReceivers } from '../../collector/receivers/index.ts'
import type { BodyTimes } from '../../collector/receivers/intake.ts'
import { createReceiver, type Service } from '../../collector/receivers/receiver.ts'

const MIB = 1024 * 1024
const LOOPBACK = { host: '127.0.0.1', port: 0 }

export interface InProcessOptions {
  accept?: Service['accept']
  authenticate?: Authenticate
  limits?: Partial<AdmissionLimits>
  bodyBytesMax?: number
  bodyTimes?: BodyTimes
  headersMs?: number
  sessionTimes?: Partial<SessionTimes>
  /** Default 3. */
  retryAfterSeconds?: number
}

export interface InProcess {
  grpc: string
  http: string
  admission: Admission
  /** Prometheus text. */
  metrics: () => Promise<string>
  stop: (graceMs?: number) => Promise<void>
}

export const ACCEPTED = { kind: 'accepted', accepted: 1, rejected: 0, message: '' } as const

export async function startInProcess(options: InProcessOptions = {}): Promise<InProcess> {
  const admission = createAdmission({ inFlightBytesMax: 128 * MIB, inFlightRequestsMax: 512, ...options.limits })
  const registry = new Registry()
  const receiver = createReceiver({
    admission,
    authenticate: options.authenticate ?? everyoneIsDefault,
    bodyBytesMax: options.bodyBytesMax ?? 64 * MIB,
    ...(options.bodyTimes ? { bodyTimes: options.bodyTimes } : {}),
    log: createLogger('collector', 'silent'),
  })
  const receivers = await startReceivers(
    { grpc: LOOPBACK, http: LOOPBACK },
    {
      receiver,
      services: [TRACES, LOGS, METRICS].map((signal) => ({ signal, accept: options.accept ?? (async () => ACCEPTED) })),
      counters: createReceiverCounters(registry),
      retryAfterSeconds: options.retryAfterSeconds ?? 3,
      ...(options.headersMs ? { headersMs: options.headersMs } : {}),
      ...(options.sessionTimes ? { sessionTimes: options.sessionTimes } : {}),
      pages: { registry, notReady: () => undefined },
    },
  )
  return {
    grpc: formatAddress(receivers.bound.grpc),
    http: formatAddress(receivers.bound.http),
    admission,
    metrics: () => registry.metrics(),
    stop: (graceMs = 2_000) => receivers.stop(graceMs),
  }
}
