/** Reads what failures of a group have in common that successes of the same workflows have not. */
import type { ErrorFilter } from '../questions/errors/error-rows.ts'
import { countSuccesses, failureTraits, type SuccessSample, successTraits } from '../questions/errors/error-traits.ts'
import { type FiguresPlan, RAW_PLAN } from '../questions/figures.ts'
import type { ErrorTrait } from '../schema/errors.ts'
import { commonTraits, frequentTraits, traitsOf } from './common-traits.ts'
import type { ErrorReader } from './read-errors.ts'

/** The newest of the range. */
const FAILURES_MAX = 250
/** Evenly out of the range. */
const SUCCESSES_MAX = 3_000
/** With fewer in the range all of it is read. */
const SLICED_MIN = 10 * SUCCESSES_MAX

export async function readCommon(
  { services: { runner }, scope, signal }: ErrorReader,
  filter: ErrorFilter,
  fingerprint: string,
  workflowIds: readonly string[],
  plan: FiguresPlan,
): Promise<ErrorTrait[]> {
  const count = async (by: FiguresPlan) => {
    const [counted] = await runner.ask(countSuccesses(scope, filter, workflowIds, by), signal)
    return Number(counted?.executions ?? 0)
  }
  const [failed, rolledUp] = await Promise.all([
    runner.ask(failureTraits(scope, filter, fingerprint, FAILURES_MAX, plan), signal),
    count(plan),
  ])
  const failing = traitsOf(failed)
  const wanted = ['', ...frequentTraits(failing)]
  // None in a rollup may be none that the worker came to yet.
  const successes = rolledUp || (await count(RAW_PLAN))
  if (successes === 0 || wanted.length === 1) return commonTraits(failing, { total: 0, counts: new Map() })
  const read = async (by: SuccessSample['by']) => {
    const oneIn = Math.ceil(successes / SUCCESSES_MAX)
    const sample = { workflowIds, oneIn, by, executions: SUCCESSES_MAX }
    return traitsOf(await runner.ask(successTraits(scope, filter, sample, wanted), signal))
  }
  if (successes < SLICED_MIN) return commonTraits(failing, await read('id'))
  // Slices miss what runs at its hours of the day only.
  const sliced = await read('slice')
  return commonTraits(failing, sliced.total >= SUCCESSES_MAX / 3 ? sliced : await read('id'))
}
