/** Looks for the candidates of a page: versions of executions that match, by every index and without merging. */
import { guessFloor } from './guess-floor.ts'
import { guessReach, noteAll, noteReach, type Reaching } from './page-reach.ts'
import { hasDurationFloor } from './questions/duration-floor.ts'
import { type ExecutionFilter, isIndexed, isSelective } from './questions/execution-filter.ts'
import { findByTerm, onlyTerm } from './questions/find-by-term.ts'
import { type Candidate, findAll, findCandidates } from './questions/find-candidates.ts'
import type { Page } from './questions/list-executions.ts'
import type { Scope } from './questions/question.ts'
import type { Runner } from './run.ts'
import { searchReach } from './search-reach.ts'
import { NS_PER_DAY, NS_PER_MS } from './time.ts'
import { topOf, windowsOf } from './windows.ts'

export interface PageReader {
  runner: Runner
  scope: Scope
  filter: ExecutionFilter
  nowNs: bigint
  signal: AbortSignal
}

/** Candidates for a page, from its first on. */
export interface Search {
  found: readonly Candidate[]
  /** Whether there are no others. */
  isAll: boolean
  /** Whether some may be of executions that never match: their rows tell. */
  isGuess?: boolean
}

/** Candidates asked for at once, for each row that is wanted: an execution has two versions while it is being written. */
const CANDIDATES_PER_ROW = 2
/** By duration: only the last of these has one. */
const CANDIDATES_PER_DURATION = 1.125
/** Of all kinds and environments, as a list shows only some of them unless asked otherwise. */
const ALL_PER_CANDIDATE = 4
/** Executions looked at in one round: their anchors go into a parameter, which an HTTP request has limited room for. */
export const ROUND_MAX = 500
/** Versions that match, looked up one by one to count executions: one search for a page finds as many where few match. */
export const MATCHES_MAX = 1_000

/** Candidates for `wanted` executions behind `page.after`. */
export async function searchPage(reader: PageReader, page: Page, wanted: number): Promise<Search> {
  const limit = candidatesFor(page, wanted)
  return (await searchSlowest(reader, page, limit)) ?? searchWindows(reader, page, limit)
}

/** The same for a first page, where everything may be found that matches, so that it need not be looked for once more to be counted; else null. */
export function searchFirst(reader: PageReader, page: Page, wanted: number): Promise<Search> | null {
  if (page.after || page.sort === 'duration_ms' || !isSelective(reader.filter)) return null
  return searchSelective(reader, page, wanted * CANDIDATES_PER_ROW)
}

/** How many candidates are looked at for so many rows. */
export function candidatesFor({ sort }: Page, wanted: number): number {
  return Math.ceil(wanted * (sort === 'duration_ms' ? CANDIDATES_PER_DURATION : CANDIDATES_PER_ROW))
}

async function searchSelective(reader: PageReader, page: Page, limit: number): Promise<Search> {
  const { runner, scope, filter, signal } = reader
  const term = page.sort === 'started_at' ? onlyTerm(scope, filter) : null
  if (term) {
    const order = { sort: 'started_at', order: page.order } as const
    const found = await runner.ask(findByTerm(scope, term, filter.range, order, MATCHES_MAX + 1), signal)
    if (found.length <= MATCHES_MAX) return { found, isAll: true, isGuess: true }
  } else if (isIndexed(filter)) {
    const found = await runner.ask(findAll(scope, filter, page, MATCHES_MAX + 1), signal)
    if (found.length <= MATCHES_MAX) return { found, isAll: true }
  }
  return searchWindows(reader, page, limit, 'to count')
}

/**
 * The slowest of all, if the rollup gives away how slow they are: with a bound on the duration, an index leaves out nearly
 * everything. Null when fewer than `limit` reach the bound, or the page is about something else.
 */
async function searchSlowest(reader: PageReader, page: Page, limit: number): Promise<Search | null> {
  const floor = await guessFloor(reader, page, limit)
  if (!floor) return null
  const { runner, scope, filter, signal } = reader
  const slow = { ...filter, min_duration_ms: floor.floorMs }
  const search = { ...page, windowFromNs: null, limit, isFew: true }
  const found = await runner.ask(findCandidates(scope, slow, search), signal)
  return found.length < limit ? null : { found, isAll: false }
}

/**
 * Asks for ever longer windows until one is full or everything was seen: fewer than asked for are all then.
 * @param purpose to count: what counting needs, too, and {@link MATCHES_MAX} and one where no window bounds the search
 */
async function searchWindows(
  reader: PageReader,
  page: Page,
  limit: number,
  purpose: 'to show' | 'to count' = 'to show',
): Promise<Search> {
  const { runner, scope, filter, nowNs, signal } = reader
  const range = filter.range.field === page.sort ? filter.range : { from: null, to: null }
  const isToldOpen = purpose === 'to count'
  const topNs = topOf(page, range, nowNs)
  const reaching = topNs === null ? null : reachingOf(reader, page, topNs)
  const reach = reaching && (guessReach(reaching, limit) ?? (await reachOfAll(reaching, limit)))
  let found: readonly Candidate[] = []
  let askedFrom: bigint | null = null
  for (const windowFromNs of boundsOf(filter, windowsOf(page, range, nowNs), reach, range.from)) {
    // A day that gave less than a quarter promises no full window of four days: everything is next.
    const wasDay = topNs !== null && askedFrom !== null && topNs - askedFrom >= NS_PER_DAY
    if (wasDay && windowFromNs !== null && found.length * 4 < limit) continue
    const most = windowFromNs === null && isToldOpen ? Math.max(limit, MATCHES_MAX + 1) : limit
    const search = { ...page, windowFromNs, limit: most, isToldOpen }
    found = await runner.ask(findCandidates(scope, filter, search), signal)
    askedFrom = windowFromNs
    const isFull = found.length >= limit
    if (isFull && reaching) noteReach(reaching, found)
    if (windowFromNs === null) {
      if (!isFull && range.from === null && reaching) noteAll(reaching)
      return { found, isAll: found.length < most }
    }
    if (isFull) break
  }
  return { found, isAll: false }
}

/** The same by the rollup, which knows how many there are but not what they are like: for lists that are asked for again and again. */
async function reachOfAll(
  { runner, scope, filter, sort, isFirst, topNs, nowMs }: Reaching,
  limit: number,
): Promise<bigint | null> {
  const isLive = isFirst && sort === 'started_at' && filter.range.to === null
  if (!isLive || scope.owner !== undefined || !hasDurationFloor(filter)) return null
  return searchReach(runner, scope, topNs, limit * ALL_PER_CANDIDATE, BigInt(nowMs) * NS_PER_MS)
}

/** @param reach where the page probably ends, nanoseconds; null: not known */
function boundsOf(
  filter: ExecutionFilter,
  windows: readonly (bigint | null)[],
  reach: bigint | null,
  from: bigint | null,
): readonly (bigint | null)[] {
  if (reach !== null && reach > (from ?? 0n)) {
    return [reach, ...windows.filter((bound) => bound === null || bound < reach)]
  }
  if (reach !== null) return [null]
  // What is rare does not fill a page within an hour.
  return isSelective(filter) && windows.length > 1 ? windows.slice(1) : windows
}

function reachingOf({ runner, scope, filter, nowNs }: PageReader, { sort, after }: Page, topNs: bigint): Reaching {
  return { runner, scope, filter, sort, isFirst: after === null, topNs, nowMs: Number(nowNs / NS_PER_MS) }
}

/** The candidates up to the last version of the n-th execution. */
export function ofExecutions(candidates: readonly Candidate[], executions: number): readonly Candidate[] {
  const seen = new Set<string>()
  for (const [index, candidate] of candidates.entries()) {
    seen.add(keyOf(candidate))
    if (seen.size > executions) return candidates.slice(0, index)
  }
  return candidates
}

/** How many executions they are versions of. */
export function executionsOf(candidates: readonly Candidate[]): number {
  return new Set(candidates.map(keyOf)).size
}

function keyOf({ execution_id, instance }: Candidate): string {
  return JSON.stringify([execution_id, instance])
}
