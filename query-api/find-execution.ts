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

/**
 * The execution of the given instance; without one, the one that started last.
 * @throws ProblemError `execution_not_found`
 */
export async function findExecution(
  runner: Runner,
  scope: Scope,
  wanted: { executionId: string; instance: string | undefined },
  moments: Moments,
  signal: AbortSignal,
): Promise<FoundExecution> {
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
  const where = wanted.instance === undefined ? '' : ' in this instance'
  throw new ProblemError('execution_not_found', `No execution with this id is stored${where}.`)
}

function tracesOf(row: ReadExecution, places: readonly ExecutionPlace[]): string[] {
  const place = places.find(({ instance }) => instance === row.instance)
  return [...new Set([...row.segment_traces, row.trace, ...(place?.traces ?? [])])].sort()
}
