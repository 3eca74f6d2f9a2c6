/** One execution by its id: its place first, then its row; several instances may have given the same id. */
import type { Moments } from './meta.ts'
import { ProblemError } from './problem.ts'
import { type ExecutionPlace, locateExecution } from './questions/locate-execution.ts'
import type { Scope } from './questions/question.ts'
import { type ReadExecution, readExecutions } from './questions/read-executions.ts'
import type { Runner } from './run.ts'

export interface FoundExecution {
  row: ReadExecution
  /** Every trace that it was seen in, hex. */
  traces: string[]
  /** Every instance that gave this id. */
  instances: string[]
}

export interface WantedExecution {
  executionId: string
  instance: string | undefined
}

/**
 * The execution of the given instance; without one, the one that started last.
 * @throws ProblemError `execution_not_found`
 */
export async function findExecution(
  runner: Runner,
  scope: Scope,
  wanted: WantedExecution,
  moments: Moments,
  signal: AbortSignal,
): Promise<FoundExecution> {
  return (await lookForExecution(runner, scope, wanted, moments, signal)) ?? nobodyHas(wanted)
}

/** @throws ProblemError `execution_not_found` */
export function nobodyHas({ instance }: WantedExecution): never {
  const where = instance === undefined ? '' : ' in this instance'
  throw new ProblemError('execution_not_found', `No execution with this id is stored${where}.`)
}

/** The same, null where there is none. */
export async function lookForExecution(
  runner: Runner,
  scope: Scope,
  wanted: WantedExecution,
  moments: Moments,
  signal: AbortSignal,
): Promise<FoundExecution | null> {
  const places = await runner.ask(locateExecution(scope, wanted.executionId), signal)
  if (places.length > 0) {
    const question = readExecutions(scope, wanted.executionId, places, moments.silence)
    const rows = await runner.ask(question, signal)
    const row = rows.find(({ instance }) => wanted.instance === undefined || instance === wanted.instance)
    if (row) {
      const instances = [...new Set(rows.map(({ instance }) => instance))].sort()
      return { row, traces: tracesOf(row, places), instances }
    }
  }
  return null
}

function tracesOf(row: ReadExecution, places: readonly ExecutionPlace[]): string[] {
  const place = places.find(({ instance }) => instance === row.instance)
  return [...new Set([...row.segment_traces, row.trace, ...(place?.traces ?? [])])].sort()
}
