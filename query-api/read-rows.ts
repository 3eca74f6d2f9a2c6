/** The rows of a page as merged, behind candidates that follow each other. */
import type { Candidate } from './questions/find-candidates.ts'
import {
  isEqual,
  type ListedExecution,
  type ListedMore,
  listExecutions,
  type Page,
} from './questions/list-executions.ts'
import { isBehind, positionOf } from './questions/page-order.ts'
import type { PageReader } from './search-page.ts'

/**
 * Whatever stands behind the last candidate belongs to a later page: another execution at the same anchor, or one of which a newer version says
 * another time. Asking ClickHouse for that takes a tenth of the statement.
 */
export async function readRows<More extends keyof ListedMore = never>(
  { runner, scope, filter, signal }: PageReader,
  page: Page,
  candidates: readonly Candidate[],
  more: readonly More[] = [],
): Promise<readonly (ListedExecution & Pick<ListedMore, More>)[]> {
  const last = candidates.at(-1)
  if (!last) return []
  const rows = await runner.ask(listExecutions(scope, filter, page, candidates, more), signal)
  const end = positionOf(last)
  return rows.filter((row) => isEqual(row, filter) && !isBehind(page, positionOf(row), end))
}
