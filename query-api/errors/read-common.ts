/** Reads what failures of a group have in common that successes of the same workflows have not. */
import type { ErrorFilter } from '../questions/errors/error-rows.ts'
import { countSuccesses, failureTraits, successTraits } from '../questions/errors/error-traits.ts'
import type { ErrorTrait } from '../schema/errors.ts'
import { commonTraits, frequentTraits, type Traits, traitsOf } from './common-traits.ts'
import type { ErrorReader } from './read-errors.ts'

/** The newest of the range. */
const FAILURES_MAX = 1_000
/** Evenly out of the range, by their ids. */
const SUCCESSES_MAX = 3_000

export async function readCommon(
  { services: { runner }, scope, signal }: ErrorReader,
  filter: ErrorFilter,
  fingerprint: string,
  workflowIds: readonly string[],
): Promise<ErrorTrait[]> {
  const [failed, [counted]] = await Promise.all([
    runner.ask(failureTraits(scope, filter, fingerprint, FAILURES_MAX), signal),
    runner.ask(countSuccesses(scope, filter, workflowIds), signal),
  ])
  const failing = traitsOf(failed)
  const wanted = frequentTraits(failing)
  const successes = Number(counted?.executions ?? 0)
  let succeeding: Traits = { total: 0, counts: new Map() }
  if (successes > 0 && wanted.length > 0) {
    const sample = { workflowIds, oneIn: Math.ceil(successes / SUCCESSES_MAX), executions: SUCCESSES_MAX }
    succeeding = traitsOf(await runner.ask(successTraits(scope, filter, sample, ['', ...wanted]), signal))
  }
  return commonTraits(failing, succeeding)
}
