/** Sends at a given rate whether or not answers come in time, within a bound; what is turned away for the moment is sent again. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Generator } from '../generate/generator.ts'
import { sendUntilAccepted } from './closed-loop.ts'
import type { Target } from './target.ts'

export interface SteadyOptions {
  target: Target
  generator: Generator
  spansPerRequest: number
  spansPerSecond: number
  seconds: number
}

export interface Ledger {
  requests: number
  spans: number
  executions: number
  /** Tries that were answered with "later". */
  turnedAway: number
  /** From the first request to the last answer. */
  seconds: number
  /** When the last answer came, `performance.now()`. */
  endedAt: number
}

/** At more the sender waits: the receiver can't keep up, and the achieved rate tells so. */
const IN_FLIGHT_MAX = 64

/**
 * Returns when the last request is acknowledged; counts what was acknowledged.
 * @throws Error when a request is refused for good
 */
export async function sendSteadily(options: SteadyOptions): Promise<Ledger> {
  const { target, generator, spansPerRequest, spansPerSecond, seconds } = options
  const ledger: Ledger = { requests: 0, spans: 0, executions: 0, turnedAway: 0, seconds: 0, endedAt: 0 }
  const inFlight = new Set<Promise<void>>()
  const failures: unknown[] = []
  const begin = performance.now()
  const pauseMs = (spansPerRequest * 1000) / spansPerSecond
  for (let due = begin; due < begin + seconds * 1000; due += pauseMs) {
    const early = due - performance.now()
    if (early > 1) await sleep(early)
    while (inFlight.size >= IN_FLIGHT_MAX) await Promise.race(inFlight)
    // Seconds are over however few could be sent.
    if (performance.now() > begin + seconds * 1000 || failures.length > 0) break
    const { body, spans, executions } = generator.next(Date.now())
    const sending = sendUntilAccepted(target, body).then((tries) => {
      ledger.requests += 1
      ledger.spans += spans
      ledger.executions += executions
      ledger.turnedAway += tries - 1
    })
    const done = sending.catch((error) => failures.push(error)).then(() => void inFlight.delete(done))
    inFlight.add(done)
  }
  await Promise.all(inFlight)
  if (failures.length > 0) throw failures[0]
  ledger.endedAt = performance.now()
  ledger.seconds = (ledger.endedAt - begin) / 1000
  return ledger
}
