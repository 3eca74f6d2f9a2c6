/**
 * A page of what no index leads to, newest first: every execution has to be looked at, so one request looks at a bounded number of them, back from
 * its position, and tells how far it came. Going on from there looks further.
 */
import { countBehind, countOpenOf, type Matches } from './count-matches.ts'
import { isSearchedFor } from './questions/execution-filter.ts'
import { type Candidate, findCandidates } from './questions/find-candidates.ts'
import type { ListedExecution, Page } from './questions/list-executions.ts'
import { type Position, positionOf } from './questions/page-order.ts'
import { readRows } from './read-rows.ts'
import { MATCHES_MAX, ofExecutions, type PageReader, ROUND_MAX } from './search-page.ts'
import { searchReach } from './search-reach.ts'

/** Executions that one request looks at, about: the rollup says where they begin. */
const LOOKED_AT = 150_000

export interface SearchedPage {
  rows: readonly ListedExecution[]
  /** From this page on, as far as was looked. */
  matches: Matches
  /** How many of these are open. */
  running: number
  /** Where the next page begins if this one is not full; null: everything was looked at. */
  goOn: Position | null
  /** Nothing that started earlier was looked at, nanoseconds; null: everything was. */
  searchedFromNs: bigint | null
}

/** Whether a page is read so. An owner's own executions have an index. */
export function isSearchedBack({ scope, filter }: PageReader, { sort, order }: Page): boolean {
  return isSearchedFor(filter) && scope.owner === undefined && sort === 'started_at' && order === 'desc'
}

/** The newest `wanted` executions behind `page.after`, of those that are looked at. */
export async function searchBack(reader: PageReader, page: Page, wanted: number): Promise<SearchedPage> {
  const { runner, scope, filter, signal } = reader
  const limit = Math.max(MATCHES_MAX + 1, wanted + 1)
  const searchedFromNs = await searchedFrom(reader, page)
  const search = { ...page, windowFromNs: searchedFromNs, limit, isToldOpen: true }
  const found = await runner.ask(findCandidates(scope, filter, search), signal)
  const first = ofExecutions(found, Math.min(ROUND_MAX, wanted))
  const others = found.slice(first.length)
  const [rows, behind, running] = await Promise.all([
    readRows(reader, page, first).then((read) => [...read]),
    countBehind(reader, page, first, others),
    countOpenOf(reader, page, found),
  ])
  const total = rows.length + behind
  await readMore(reader, page, first, others, wanted, rows)
  const isCut = found.length === limit
  const last = found.at(-1)
  return {
    rows,
    matches: {
      total: isCut ? Math.min(total, limit - 1) : total,
      isBound: isCut || searchedFromNs !== null,
    },
    running,
    goOn: isCut && last ? positionOf(last) : searchedFromNs === null ? null : startingAt(searchedFromNs),
    searchedFromNs,
  }
}

/** From where on executions are looked at, nanoseconds; null: from where the range begins, or of all. */
async function searchedFrom({ runner, scope, filter: { range }, nowNs }: PageReader, { after }: Page) {
  const { from, to } = range.field === 'started_at' ? range : { from: null, to: null }
  const end = to !== null && to < nowNs ? to : nowNs
  const top = typeof after?.value === 'string' ? BigInt(after.value) : end
  const reach = await searchReach(runner, scope, top, LOOKED_AT, nowNs)
  return reach !== null && (from === null || reach > from) ? reach : null
}

/** Behind everything that started then or later. */
function startingAt(ns: bigint): Position {
  return { value: String(ns), execution_id: '', instance: '' }
}

/** Where newer versions say something else, and on large pages, more candidates than the first are looked at: adds to `rows` until there are enough. */
async function readMore(
  reader: PageReader,
  page: Page,
  first: readonly Candidate[],
  others: readonly Candidate[],
  wanted: number,
  rows: ListedExecution[],
): Promise<void> {
  let last = first.at(-1)
  for (let left = others; rows.length < wanted && last && left.length > 0; ) {
    const round = ofExecutions(left, Math.min(ROUND_MAX, wanted - rows.length))
    rows.push(...(await readRows(reader, { ...page, after: positionOf(last) }, round)))
    last = round.at(-1)
    left = left.slice(round.length)
  }
}
