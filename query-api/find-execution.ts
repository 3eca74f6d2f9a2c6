/** One execution by its id, which several instances may have given. */
import type { Moments } from './meta.ts'
import { ProblemError } from './problem.ts'
import type { Question, Scope } from './questions/question.ts'
import {
  type OutlinedExecution,
  outlineExecutions,
  type ReadExecution,
  readExecutions,
} from './questions/read-executions.ts'
import type { Runner } from './run.ts'

export interface Found<Row> {
  row: Row
  /** Every trace that it was seen in, hex. */
  traces: string[]
  /** Every instance that gave this id. */
  instances: string[]
}

export type FoundExecution = Found<ReadExecution>

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
export function lookForExecution(
  runner: Runner,
  scope: Scope,
  wanted: WantedExecution,
  { silence }: Moments,
  signal: AbortSignal,
): Promise<FoundExecution | null> {
  return ask(runner, readExecutions(scope, wanted.executionId, silence), wanted, signal)
}

/**
 * As {@link findExecution}, with little more of it than where it lies.
 * @throws ProblemError `execution_not_found`
 */
export async function outlineExecution(
  runner: Runner,
  scope: Scope,
  wanted: WantedExecution,
  { silence }: Moments,
  signal: AbortSignal,
): Promise<Found<OutlinedExecution>> {
  return (await ask(runner, outlineExecutions(scope, wanted.executionId, silence), wanted, signal)) ?? nobodyHas(wanted)
}

async function ask<Row extends OfTraces>(
  runner: Runner,
  question: Question<Row>,
  wanted: WantedExecution,
  signal: AbortSignal,
): Promise<Found<Row> | null> {
  const rows = await runner.ask(question, signal)
  const row = rows.find(({ instance }) => wanted.instance === undefined || instance === wanted.instance)
  if (!row) return null
  const instances = [...new Set(rows.map(({ instance }) => instance))].sort()
  return { row, traces: tracesOf(row), instances }
}

type OfTraces = Pick<OutlinedExecution, 'instance' | 'trace' | 'segment_traces' | 'located_traces'>

function tracesOf({ segment_traces, trace, located_traces }: OfTraces): string[] {
  return [...new Set([...segment_traces, trace, ...located_traces])].sort()
}
