/** How a request gets to the collector; one implementation per protocol. */
import type { Outcome } from './outcome.ts'

export interface Transport {
  /**
   * Sends an encoded `Export…ServiceRequest`. Never rejects. Does not keep the program alive: whoever waits for the outcome
   * does that.
   */
  post(body: Uint8Array): Promise<Outcome>
  /** Lets go of connections. */
  close(): void
}

/** Where and how one signal is sent, as the environment and the options say. */
export interface Target {
  protocol: 'http/protobuf' | 'grpc'
  /** Of the signal, path included (`http://127.0.0.1:4318/v1/traces`); with gRPC only its origin counts. */
  url: URL
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>
  timeoutMs: number
  compression: 'none' | 'gzip'
  /** PEM, for https. */
  tls: { ca?: Buffer; key?: Buffer; cert?: Buffer }
}
