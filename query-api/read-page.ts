/** Reads a page of executions: candidates first, by every index and without merging, then the rows behind them as merged. */
import { durationFloor, hasDurationFloor } from './questions/duration-floor.ts'
import { type ExecutionFilter, isSelective } from './questions/execution-filter.ts'
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

/**
 * The first `wanted` executions behind `page.after`. A candidate that a newer version replaced gives no row, so there may be
 * several rounds; each begins behind the last candidate of the one before and looks at twice as many, up to {@link ROUND_MAX}. Where a round
 * saw every candidate that there is, it is the last.
 */
export async function readPage<More extends keyof ListedMore = never>(
  reader: PageReader,
  page: Page,
  wanted: number,
  more: readonly More[] = [],
): Promise<(ListedExecution & Pick<ListedMore, More>)[]> {
  const { runner, scope, filter, signal } = reader
  const rows: (ListedExecution & Pick<ListedMore, More>)[] = []
  let { after } = page
  for (let width = Math.min(ROUND_MAX, wanted); rows.length < wanted; width = Math.min(ROUND_MAX, width * 2)) {
    const round = { ...page, after }
    const limit = width * CANDIDATES_PER_ROW
    const found = (await searchSlowest(reader, round, limit)) ?? (await searchWindows(reader, round, limit))
    const candidates = ofExecutions(found, width)
    const last = candidates.at(-1)
    if (!last) break
    rows.push(...(await runner.ask(listExecutions(scope, filter, round, candidates, more), signal)))
    // A search ends with everything: fewer than asked for are all.
    if (found.length < limit && candidates.length === found.length) break
    after = { value: last.sort_value, execution_id: last.execution_id, instance: last.instance }
  }
  return rows.slice(0, wanted)
}

/**
 * The slowest of all, if the rollup gives away how slow they are: with a bound on the duration, an index leaves out nearly
 * everything. Null when fewer than `limit` reach the bound, or the page is about something else.
 */
async function searchSlowest(
  { runner, scope, filter, signal }: PageReader,
  page: Page,
  limit: number,
): Promise<readonly Candidate[] | null> {
  // The rollup knows no owners.
  if (scope.owner !== undefined) return null
  if (page.sort !== 'duration_ms' || page.order === 'asc' || page.after || !hasDurationFloor(filter)) return null
  const [floor] = await runner.ask(durationFloor(scope, filter, limit), signal)
  if (!floor) return null
  const slow = { ...filter, min_duration_ms: floor.floor_ms }
  const found = await runner.ask(findCandidates(scope, slow, { ...page, windowFromNs: null, limit }), signal)
  return found.length < limit ? null : found
}

/** Asks for ever longer windows until one is full or everything was seen. */
async function searchWindows(
  { runner, scope, filter, nowNs, signal }: PageReader,
  page: Page,
  limit: number,
): Promise<readonly Candidate[]> {
  const range = filter.range.field === page.sort ? filter.range : { from: null, to: null }
  let found: readonly Candidate[] = []
  const windows = windowsOf(page, range, nowNs)
  for (const [n, windowFromNs] of windows.entries()) {
    // What is rare does not fill a page within an hour.
    if (n === 0 && windows.length > 1 && isSelective(filter)) continue
    // A day that gave less than a quarter promises no full window of four days: everything is next.
    if (n > 1 && windowFromNs !== null && found.length * 4 < limit) continue
    found = await runner.ask(findCandidates(scope, filter, { ...page, windowFromNs, limit }), signal)
    if (found.length >= limit) break
  }
  return found
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
