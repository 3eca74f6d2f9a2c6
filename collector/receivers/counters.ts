/** What the receivers count; every refusal has its reason. */
import { Counter, type Registry } from '@runlens/runtime'
import type { Reason } from './status.ts'

export type Transport = 'grpc' | 'http'

export interface ReceiverCounters {
  /** @param signal its name; undefined where the request named none that is taken */
  answered: (transport: Transport, signal: string | undefined, result: 'ok' | Reason) => void
  /** The sender was gone before its request was complete. */
  aborted: (transport: Transport) => void
  /** A connection beyond the bound, dropped unheard. */
  connectionRefused: (transport: Transport) => void
  /** A connection that broke the protocol, or went silent in its headers. */
  connectionFailed: (transport: Transport) => void
}

export function createReceiverCounters(registry: Registry): ReceiverCounters {
  const registers = [registry]
  const requests = new Counter({
    name: 'runlens_otlp_requests_total',
    help: 'OTLP requests by what they were answered: ok, or the reason of the refusal.',
    labelNames: ['transport', 'signal', 'result'],
    registers,
  })
  const aborted = new Counter({
    name: 'runlens_otlp_requests_aborted_total',
    help: 'OTLP requests whose sender was gone before the request was complete.',
    labelNames: ['transport'],
    registers,
  })
  const connections = new Counter({
    name: 'runlens_otlp_connections_ended_total',
    help: 'Connections ended early: refused beyond the bound, or failed by breaking the protocol.',
    labelNames: ['transport', 'why'],
    registers,
  })
  return {
    answered: (transport, signal = 'none', result) => requests.inc({ transport, signal, result }),
    aborted: (transport) => aborted.inc({ transport }),
    connectionRefused: (transport) => connections.inc({ transport, why: 'refused' }),
    connectionFailed: (transport) => connections.inc({ transport, why: 'failed' }),
  }
}
