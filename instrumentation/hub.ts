/**
 * Where the two halves of this package meet: what an application calls, which needs the OpenTelemetry API only, and what
 * sends, if the SDK half was started. One per process, however many copies of the package are loaded.
 */
import type { Span } from '@opentelemetry/api'

/** What became of everything recorded so far. */
export type Delivered =
  | { kind: 'acknowledged' }
  /** `unknown`: another SDK sends, which does not tell. */
  | { kind: 'refused' | 'dropped' | 'pending' | 'unknown'; why: string }

/** The SDK half, as the API half sees it. */
export interface Sending {
  /** The state of a span that has not ended changed. */
  updated(span: Span): void
  /** Spans dropped so far because there was no room. */
  readonly droppedSpans: number
  deliver(timeoutMs: number, droppedBefore?: number): Promise<Delivered>
}

interface Hub {
  sending: Sending | undefined
  /** Faults inside of this package that were kept from the application. */
  faults: number
  lastFault: string
}

const KEY = Symbol.for('runlens.instrumentation.hub.v1')

type Holder = { [KEY]?: Hub }

const holder = globalThis as Holder
holder[KEY] ??= { sending: undefined, faults: 0, lastFault: '' }
export const hub: Hub = holder[KEY]

/** Runs the package's own code: what it throws is counted, never passed on. */
export function safely<T>(fn: () => T, otherwise: T): T {
  try {
    return fn()
  } catch (error) {
    noteFault(error)
    return otherwise
  }
}

export function noteFault(error: unknown): void {
  hub.faults++
  try {
    hub.lastFault = String(error)
  } catch {
    hub.lastFault = 'a fault that has no text'
  }
}
