/** A page of the list of executions with what is counted beside it, read in the way that its filter allows. */
import { countMatches, countOpenMatches, type Matches } from './count-matches.ts'
import type { ListedExecution, Page } from './questions/list-executions.ts'
import { type Position, positionOf } from './questions/page-order.ts'
import { readFirst, readPage } from './read-page.ts'
import { searchBack } from './search-back.ts'
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
  /** How many of all that are counted are open. */
  running: Promise<number>
}

/** What the pages before showed, where it is part of what is counted. */
export interface Seen {
  rows: number
  open: number
}

/**
 * @param limit rows of a page; one more is asked for, to know whether another page follows
 * @param seen null where all is counted on every page
 */
export function readListPage(reader: PageReader, page: Page, limit: number, seen: Seen | null): ListReading {
  if (seen) {
    const whole = searchBack(reader, page, limit + 1)
    return {
      page: whole.then(({ rows, matches: { total, isBound }, goOn, searchedFromNs }) => ({
        ...cut(rows, limit, goOn),
        matches: { total: total + seen.rows, isBound },
        searchedFromNs,
      })),
      running: whole.then(({ running }) => running + seen.open),
    }
  }
  const first = readFirst(reader, page, limit + 1)
  const whole = Promise.all([readPage(reader, page, limit + 1, [], first?.round), countMatches(reader, first)])
  return {
    page: whole.then(([rows, matches]) => ({ ...cut(rows, limit, null), matches, searchedFromNs: null })),
    running: countOpenMatches(reader, first),
  }
}

/** @param goOn where the next page begins if there is no row for it */
function cut(rows: readonly ListedExecution[], limit: number, goOn: Position | null) {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { shown, next: rows.length > limit && last ? positionOf(last) : goOn }
}
