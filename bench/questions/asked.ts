/** What all questions have in common: which executions, users and ranges the n-th asking is about. */
import { conversationsOf, STEP_NAMES, usersOf } from '../fill/facts-sql.ts'
import { FIRST_AGENT, fingerprintsOf, LOGGED_EVERY, LONG_EVERY } from '../fill/numbers.ts'
import type { FillState } from '../fill/state.ts'

export interface AskedQuestion {
  what: string
  /** Path and parameters of the n-th asking. */
  path: (n: number) => string
  /** Is sent as JSON by POST. */
  body?: (n: number) => unknown
}

/** Of the n-th asking. */
export interface Subjects {
  state: FillState
  /** A range that ends where the data end, shifted a little so that no two are alike; as parameters. */
  last: (lengthMs: number) => (n: number) => string
  /** Longer ranges end with an hour, as `time_range=7d` does. */
  wholeHours: (lengthMs: number) => (n: number) => string
  execution: (n: number) => string
  longExecution: (n: number) => string
  agentRun: (n: number) => string
  loggedExecution: (n: number) => string
  user: (n: number) => string
  conversation: (n: number) => string
  workflow: (n: number) => string
  /** Of one of the frequent groups of failures. */
  fingerprint: (n: number) => string
}

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

export function subjectsOf(state: FillState): Subjects {
  const { executions, toMs } = state
  const anyOf =
    (every: number, offset = 0) =>
    (n: number) => {
      const number = Math.floor((executions * ((n * 0.618) % 1)) / every) * every + offset
      return `run-${String(number).padStart(10, '0')}`
    }
  // Most have nine steps, of which the last, at which they fail, bears the name of the first once more.
  const fingerprints = STEP_NAMES.map((name) => fingerprintsOf(`${name} 1`))
  return {
    state,
    last: (lengthMs) => (n) => rangeOf(toMs - lengthMs - n * 1000, toMs - n * 1000),
    wholeHours: (lengthMs) => (n) => {
      const to = Math.ceil(toMs / HOUR_MS) * HOUR_MS - n * HOUR_MS
      return rangeOf(to - lengthMs, to)
    },
    execution: anyOf(1),
    longExecution: anyOf(LONG_EVERY),
    agentRun: anyOf(100, FIRST_AGENT),
    loggedExecution: anyOf(LOGGED_EVERY),
    user: (n) => `user-${(n * 17) % usersOf(executions)}`,
    conversation: (n) => `thread-${(n * 17) % conversationsOf(executions)}`,
    workflow: (n) => `flow-${n % 20}`,
    fingerprint: (n) =>
      fingerprints[n % fingerprints.length]![Math.floor(n / fingerprints.length) % fingerprints[0]!.length]!,
  }
}

export function rangeOf(fromMs: number, toMs: number): string {
  return `from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}`
}
