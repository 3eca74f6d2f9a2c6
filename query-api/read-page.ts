/** Reads a page of executions: candidates first, by every index and without merging, then the rows behind them as merged. */
import type { Candidate } from './questions/find-candidates.ts'
import type { ListedExecution, ListedMore, Page } from './questions/list-executions.ts'
import { positionOf } from './questions/page-order.ts'
import { readRows } from './read-rows.ts'
import { readSlowest } from './read-slowest.ts'
import { ofExecutions, type PageReader, ROUND_MAX, type Search, searchFirst, searchPage } from './search-page.ts'

/** Candidates of one round, and the rows behind them. */
export interface Round<Row> {
  search: Search
  /** Those that are looked at, from the first on. */
  candidates: readonly Candidate[]
  rows: readonly Row[]
}

/** What a first page is made of, which counting need not look for again. */
export interface FirstPage<Row = unknown> {
  page: Page
  search: Promise<Search>
  round: Promise<Round<Row>>
  /** Executions that the round looks at. */
  width: number
}

type Rows<More extends keyof ListedMore> = ListedExecution & Pick<ListedMore, More>

/**
 * The first `wanted` executions behind `page.after`. A candidate that a newer version replaced gives no row, so there may be
 * several rounds; each begins behind the last candidate of the one before and looks at twice as many, up to {@link ROUND_MAX}. Where a round
 * saw every candidate that there is, it is the last.
 * @param first the first round, if somebody else needs it too
 */
export async function readPage<More extends keyof ListedMore = never>(
  reader: PageReader,
  page: Page,
  wanted: number,
  more: readonly More[] = [],
  first?: Promise<Round<Rows<More>>>,
): Promise<Rows<More>[]> {
  const slowest = await readSlowest(reader, page, wanted, more)
  if (slowest) return slowest
  const rows: Rows<More>[] = []
  let { after } = page
  for (let width = Math.min(ROUND_MAX, wanted); rows.length < wanted; width = Math.min(ROUND_MAX, width * 2)) {
    const place = { ...page, after }
    const isFirst = after === page.after
    const round = await ((isFirst && first) || readRound(reader, place, searchPage(reader, place, width), width, more))
    const { search, candidates } = round
    rows.push(...round.rows)
    const last = candidates.at(-1)
    if (!last || (search.isAll && candidates.length === search.found.length)) break
    after = positionOf(last)
  }
  return rows.slice(0, wanted)
}

/** The first round of `wanted` executions, if what is found for it may tell how many there are; else null. */
export function readFirst(reader: PageReader, page: Page, wanted: number): FirstPage<ListedExecution> | null {
  const width = Math.min(ROUND_MAX, wanted)
  const search = searchFirst(reader, page, width)
  if (!search) return null
  const round = readRound(reader, page, search, width)
  // Whoever reads the page learns of the fault; others may not have come so far.
  round.catch(() => {})
  return { page, search, round, width }
}

/** The rows of `width` executions, once their candidates are found. */
async function readRound<More extends keyof ListedMore = never>(
  reader: PageReader,
  page: Page,
  searched: Promise<Search>,
  width: number,
  more: readonly More[] = [],
): Promise<Round<Rows<More>>> {
  const search = await searched
  const candidates = ofExecutions(search.found, width)
  return { search, candidates, rows: await readRows(reader, page, candidates, more) }
}
