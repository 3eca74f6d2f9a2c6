/** A page of the list of executions with what is counted beside it, read in the way that its filter allows. */
import { countMatches, countOpenMatches, type Matches } from './count-matches.ts'
import type { ListedExecution, Page } from './questions/list-executions.ts'
import { type Position, positionOf } from './questions/page-order.ts'
import { readFirst, readPage } from './read-page.ts'
import { isSearchedBack, searchBack } from './search-back.ts'
import type { PageReader } from './search-page.ts'

export interface ListPage {
  shown: readonly ListedExecution[]
  matches: Matches
  /** Where the next page begins; null on the last. */
  next: Position | null
  /** Nothing that started earlier was looked at, nanoseconds; null: everything was. */
  searchedFromNs: bigint | null
}

export interface ListReading {
  page: Promise<ListPage>
  /** How many of all that match are open. */
  running: Promise<number>
}

/** @param limit rows of a page; one more is asked for, to know whether another page follows */
export function readListPage(reader: PageReader, page: Page, limit: number): ListReading {
  if (isSearchedBack(reader, page)) {
    return { page: readSearched(reader, page, limit), running: countOpenMatches(reader) }
  }
  const first = readFirst(reader, page, limit + 1)
  const whole = Promise.all([readPage(reader, page, limit + 1, [], first?.round), countMatches(reader, first)])
  return {
    page: whole.then(([rows, matches]) => ({
      ...cut(rows, limit, null),
      matches,
      searchedFromNs: null,
    })),
    running: countOpenMatches(reader, first),
  }
}

async function readSearched(reader: PageReader, page: Page, limit: number): Promise<ListPage> {
  const { rows, matches, goOn, searchedFromNs } = await searchBack(reader, page, limit + 1)
  return { ...cut(rows, limit, goOn), matches, searchedFromNs }
}

/** @param goOn where the next page begins if there is no row for it */
function cut(rows: readonly ListedExecution[], limit: number, goOn: Position | null) {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { shown, next: rows.length > limit && last ? positionOf(last) : goOn }
}
