/** Everything that a filter matches, newest start first, page by page: as many rows in memory as a page has, however many there are. */
import type { ListedExecution } from './questions/list-executions.ts'
import { type Position, positionOf } from './questions/page-order.ts'
import { readPage } from './read-page.ts'
import type { PageReader } from './search-page.ts'

/** As many as one round of reading a page gives. */
const ROWS_PER_PAGE = 500

/** Each page is read when the one before was taken; between pages nothing runs. */
export async function* readAll(reader: PageReader): AsyncGenerator<readonly ListedExecution[]> {
  let after: Position | null = null
  for (;;) {
    const rows: readonly ListedExecution[] = await readPage(
      reader,
      { sort: 'started_at', order: 'desc', after },
      ROWS_PER_PAGE,
    )
    yield rows
    const last = rows.at(-1)
    if (!last || rows.length < ROWS_PER_PAGE) return
    after = positionOf(last)
  }
}
