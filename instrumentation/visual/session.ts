/** Counts the events of a visual session (rrweb's, or any with a `timestamp` in milliseconds) for the execution it belongs to. */
import type { Execution, VisualOptions } from '../execution/execution.ts'
import { safely } from '../hub.ts'

export interface VisualEvent {
  /** Milliseconds since the epoch. */
  timestamp?: number
}

export interface VisualSession {
  readonly eventsCaptured: number
  /** From the first to the last event. */
  readonly streamDurationSeconds: number
  /** Takes one event or several; fits `emit` of rrweb's `record`. */
  add(events: VisualEvent | readonly VisualEvent[]): void
  /** Puts the figures on the execution: call it before that ends. */
  end(): void
}

export function visualSession(execution: Execution, options: VisualOptions = {}): VisualSession {
  let eventsCaptured = 0
  let firstMs = Number.POSITIVE_INFINITY
  let lastMs = Number.NEGATIVE_INFINITY
  const durationSeconds = () => (eventsCaptured === 0 ? 0 : Math.max(0, lastMs - firstMs) / 1000)
  execution.visual({ streaming: true, ...options })
  return {
    get eventsCaptured() {
      return eventsCaptured
    },
    get streamDurationSeconds() {
      return durationSeconds()
    },
    add: (events) =>
      safely(() => {
        for (const event of Array.isArray(events) ? (events as readonly VisualEvent[]) : [events as VisualEvent]) {
          const told = event?.timestamp
          const atMs = typeof told === 'number' && Number.isFinite(told) ? told : Date.now()
          eventsCaptured++
          firstMs = Math.min(firstMs, atMs)
          lastMs = Math.max(lastMs, atMs)
        }
      }, undefined),
    end: () =>
      execution.visual({ streaming: true, ...options, eventsCaptured, streamDurationSeconds: durationSeconds() }),
  }
}
