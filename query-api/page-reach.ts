/**
 * How far back in time a page of a filter reached when it was read last: the next one is looked for there first. An hour may hold three executions or
 * forty million, and a filter one of them in a thousand. A guess only: a page that is not full there is looked for further back.
 */
import { Kept } from './kept.ts'
import { perRunner } from './per-runner.ts'
import type { ExecutionFilter } from './questions/execution-filter.ts'
import { filterKey } from './questions/execution-filter.ts'
import type { Candidate } from './questions/find-candidates.ts'
import type { Scope } from './questions/question.ts'
import type { Runner } from './run.ts'
import { NS_PER_SECOND } from './time.ts'

/** Nanoseconds for each candidate, Infinity where there were too few in all. */
const reachesOf = perRunner(() => new Kept<number>({ keepMs: 600_000, entriesMax: 1_000 }))

/** So much further than the last one, as times do not lie evenly. */
const FURTHER = 2

export interface Reaching {
  runner: Runner
  scope: Scope
  filter: ExecutionFilter
  sort: string
  /** Whether it is the first page: others lie where there may be more or fewer. */
  isFirst: boolean
  /** Where the page begins, nanoseconds. */
  topNs: bigint
  nowMs: number
}

/** Where `candidates` of them probably lie behind, nanoseconds; 0: anywhere; null: not known. */
export function guessReach(of: Reaching, candidates: number): bigint | null {
  const each = reachesOf(of.runner).get(keyOf(of), of.nowMs)
  if (each === undefined) return null
  if (each === Number.POSITIVE_INFINITY) return 0n
  return of.topNs - BigInt(Math.ceil(each * candidates * FURTHER)) - NS_PER_SECOND
}

/** @param found as many as were looked for, in order, newest first */
export function noteReach(of: Reaching, found: readonly Candidate[]): void {
  const last = found.at(-1)?.sort_value ?? null
  // Clocks of emitters may be ahead.
  if (last !== null) note(of, Math.max(0, Number(of.topNs - BigInt(last))) / found.length)
}

/** Everything was looked at, and it was not enough. */
export function noteAll(of: Reaching): void {
  note(of, Number.POSITIVE_INFINITY)
}

function note(of: Reaching, each: number): void {
  reachesOf(of.runner).set(keyOf(of), of.nowMs, each)
}

function keyOf({ scope, filter, sort, isFirst }: Reaching): string {
  return `${sort} ${isFirst} ${filterKey(scope, filter)}`
}
