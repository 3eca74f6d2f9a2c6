/** What goes wrong, and how often. */
import type { Fault } from '../draft.ts'
import type { Random } from '../random.ts'

const FAULTS: readonly Fault[] = [
  { type: 'TimeoutError', message: 'upstream did not answer within 5000 ms' },
  { type: 'HttpError', message: 'POST https://api.example.com/v2/companies answered 502' },
  { type: 'ValidationError', message: 'field "total" must be a positive number' },
  { type: 'ConnectionError', message: 'connect ECONNREFUSED 10.2.0.17:5432' },
]

export function fault(random: Random): Fault {
  return random.pick(FAULTS)
}

export function faultSometimes(random: Random, probability: number): Fault | undefined {
  return random.chance(probability) ? fault(random) : undefined
}
