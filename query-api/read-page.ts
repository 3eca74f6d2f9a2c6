/** Reads a page of executions: candidates first, by every index and without merging, then the rows behind them as merged. */
import { durationFloor, hasDurationFloor } from './questions/duration-floor.ts'
import { type ExecutionFilter, isIndividual, isSelective } from './questions/execution-filter.ts'
import { type Candidate, findCandidates } from './questions/find-candidates.ts'
import { type ListedExecution, type ListedMore, listExecutions, type Page } from './questions/list-executions.ts'
import type { Scope } from './questions/question.ts'
import type { Runner } from './run.ts'
import { windowsOf } from './windows.ts'

export interface PageReader {
  runner: Runner
  scope: Scope
  filter: ExecutionFilter
  nowNs: bigint
  signal: AbortSignal
}

/** Candidates asked for at once, for each row that is wanted: an execution has two versions while it is being written. */
const CANDIDATES_PER_ROW = 2
/** Executions looked at in one round: their anchors go into a parameter, which an HTTP request has limited room for. */
const ROUND_MAX = 500

/** Versions that match, looked up one by one to count executions: one search for a page finds as many where few match. */
export const MATCHES_MAX = 1_000

/** Candidates for a page, from its first on. */
export interface Search {
  found: readonly Candidate[]
  /** Whether there are no others. */
  isAll: boolean
}

/**
 * The search for the first page, where it is worth sharing with counting: few are likely to match, and both look for the same.
 * Null where it isn't.
 */
export function searchFirst(reader: PageReader, page: Page, wanted: number): Promise<Search> | null {
  if (page.after || page.sort === 'duration_ms' || !isIndividual(reader.filter)) return null
  return searchWindows(reader, page, Math.min(ROUND_MAX, wanted) * CANDIDATES_PER_ROW, MATCHES_MAX + 1)
}

/**
 * The first `wanted` executions behind `page.after`. A candidate that a newer version replaced gives no row, so there may be
 * several rounds; each begins behind the last candidate of the one before and looks at twice as many, up to {@link ROUND_MAX}. Where a round
 * saw every candidate that there is, it is the last.
 * @param first what {@link searchFirst} looks for
 */
export async function readPage<More extends keyof ListedMore = never>(
  reader: PageReader,
  page: Page,
  wanted: number,
  more: readonly More[] = [],
  first: Promise<Search> | null = null,
): Promise<(ListedExecution & Pick<ListedMore, More>)[]> {
  const { runner, scope, filter, signal } = reader
  const rows: (ListedExecution & Pick<ListedMore, More>)[] = []
  let { after } = page
  let search = first
  for (let width = Math.min(ROUND_MAX, wanted); rows.length < wanted; width = Math.min(ROUND_MAX, width * 2)) {
    const round = { ...page, after }
    const limit = width * CANDIDATES_PER_ROW
    const { found, isAll } = await (search ?? searchAnew(reader, round, limit))
    search = null
    const candidates = ofExecutions(found, width)
    const last = candidates.at(-1)
    if (!last) break
    rows.push(...(await runner.ask(listExecutions(scope, filter, round, candidates, more), signal)))
    if (isAll && candidates.length === found.length) break
    after = { value: last.sort_value, execution_id: last.execution_id, instance: last.instance }
  }
  return rows.slice(0, wanted)
}

async function searchAnew(reader: PageReader, page: Page, limit: number): Promise<Search> {
  return (await searchSlowest(reader, page, limit)) ?? searchWindows(reader, page, limit)
}

/**
 * The slowest of all, if the rollup gives away how slow they are: with a bound on the duration, an index leaves out nearly
 * everything. Null when fewer than `limit` reach the bound, or the page is about something else.
 */
async function searchSlowest(
  { runner, scope, filter, signal }: PageReader,
  page: Page,
  limit: number,
): Promise<Search | null> {
  // The rollup knows no owners.
  if (scope.owner !== undefined) return null
  if (page.sort !== 'duration_ms' || page.order === 'asc' || page.after || !hasDurationFloor(filter)) return null
  const [floor] = await runner.ask(durationFloor(scope, filter, limit), signal)
  if (!floor) return null
  const slow = { ...filter, min_duration_ms: floor.floor_ms }
  const found = await runner.ask(findCandidates(scope, slow, { ...page, windowFromNs: null, limit }), signal)
  return found.length < limit ? null : { found, isAll: false }
}

/**
 * Asks for ever longer windows until one is full or everything was seen: fewer than asked for are all then.
 * @param limitOfAll how many are asked for where no window bounds the search
 */
async function searchWindows(
  { runner, scope, filter, nowNs, signal }: PageReader,
  page: Page,
  limit: number,
  limitOfAll = limit,
): Promise<Search> {
  const range = filter.range.field === page.sort ? filter.range : { from: null, to: null }
  let found: readonly Candidate[] = []
  const windows = windowsOf(page, range, nowNs)
  for (const [n, windowFromNs] of windows.entries()) {
    // What is rare does not fill a page within an hour.
    if (n === 0 && windows.length > 1 && isSelective(filter)) continue
    // A day that gave less than a quarter promises no full window of four days: everything is next.
    if (n > 1 && windowFromNs !== null && found.length * 4 < limit) continue
    const most = windowFromNs === null ? Math.max(limit, limitOfAll) : limit
    found = await runner.ask(findCandidates(scope, filter, { ...page, windowFromNs, limit: most }), signal)
    if (windowFromNs === null) return { found, isAll: found.length < most }
    if (found.length >= limit) break
  }
  return { found, isAll: false }
}

/** The candidates up to the last version of the n-th execution. */
function ofExecutions(candidates: readonly Candidate[], executions: number): readonly Candidate[] {
  const seen = new Set<string>()
  for (const [index, { execution_id, instance }] of candidates.entries()) {
    seen.add(JSON.stringify([execution_id, instance]))
    if (seen.size > executions) return candidates.slice(0, index)
  }
  return candidates
}
