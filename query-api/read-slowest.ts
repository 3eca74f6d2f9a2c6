/**
 * The slowest of all by one statement, if the rollup gives away how slow they are: with a bound on the duration, an index leaves out nearly everything.
 * Where very many are that slow (a time-out that thousands ran into), or fewer than were guessed, the page is looked for as any other is.
 */
import { guessFloor } from './guess-floor.ts'
import { type ListedExecution, type ListedMore, listFirst, type Page } from './questions/list-executions.ts'
import { candidatesFor, type PageReader } from './search-page.ts'

/** The first page of `wanted` executions; null where it has to be read in another way. */
export async function readSlowest<More extends keyof ListedMore = never>(
  reader: PageReader,
  page: Page,
  wanted: number,
  more: readonly More[] = [],
): Promise<(ListedExecution & Pick<ListedMore, More>)[] | null> {
  const { runner, scope, filter, signal } = reader
  const guess = await guessFloor(reader, page, candidatesFor(page, wanted))
  if (!guess || guess.isMisleading) return null
  const slow = { ...filter, min_duration_ms: guess.floorMs }
  const rows = await runner.ask(listFirst(scope, slow, page, wanted, more), signal)
  // None, where it would have had to read too much.
  guess.isMisleading = rows.length < wanted
  return guess.isMisleading ? null : [...rows]
}
