/** Everything that a filter matches, newest start first, page by page: as many rows in memory as a page has, however many there are. */
import type { ListedExecution } from './questions/list-executions.ts'
import { type Position, positionOf } from './questions/page-order.ts'
import { readRows } from './read-rows.ts'
import { ofExecutions, type PageReader, ROUND_MAX, searchPage } from './search-page.ts'

/** Executions looked for at once, for several pages: looking for them costs more than reading the rows of one. */
const SEARCHED_AT_ONCE = 10 * ROUND_MAX

/** At most {@link ROUND_MAX} rows a page. Each is read when the one before was taken; between pages nothing runs. */
export async function* readAll(reader: PageReader): AsyncGenerator<readonly ListedExecution[]> {
  let after: Position | null = null
  for (;;) {
    const page = { sort: 'started_at', order: 'desc', after } as const
    const search = await searchPage(reader, page, SEARCHED_AT_ONCE)
    for (let left = search.found; left.length > 0; ) {
      const candidates = ofExecutions(left, ROUND_MAX)
      yield await readRows(reader, { ...page, after }, candidates)
      after = positionOf(candidates.at(-1)!)
      left = left.slice(candidates.length)
    }
    if (search.isAll || search.found.length === 0) return
  }
}
