/** Counts what a list's filter matches, exactly up to a bound: first where it is cheap, then wherever it must. */
import { countOrMany } from './known-many.ts'
import { countExecutions, countedMax, countOpen, type ExecutionCount } from './questions/count-executions.ts'
import { isSelective } from './questions/execution-filter.ts'
import { anchorsOf, type Candidate, countVersions, findAnchors } from './questions/find-candidates.ts'
import type { Page } from './questions/list-executions.ts'
import { positionOf } from './questions/page-order.ts'
import type { FirstPage } from './read-page.ts'
import { executionsOf, MATCHES_MAX, ofExecutions, type PageReader } from './search-page.ts'
import { isOpen } from './shape-execution.ts'
import { NS_PER_DAY } from './time.ts'

export interface Matches {
  total: number
  /** There are more. */
  isBound: boolean
}

/** How many executions match, up to {@link countedMax}. */
export async function countMatches(reader: PageReader, first: FirstPage | null = null): Promise<Matches> {
  const max = countedMax(reader.filter)
  const size = first ? await countFound(max, reader, first) : await countAlone(max, reader)
  return { total: Math.min(size, max), isBound: size > max }
}

/** What was found with the first page, if that is everything; else whatever there is. */
async function countFound(max: number, reader: PageReader, first: FirstPage): Promise<number> {
  const { found, isAll, isGuess } = await first.search
  if (!isAll) return countEverywhere(max, reader)
  const shown = ofExecutions(found, first.width)
  const others = found.slice(shown.length)
  const [{ rows }, rest] = await Promise.all([first.round, countBehind(reader, first.page, shown, others, isGuess)])
  return rows.length + rest
}

/**
 * Executions that match behind the last one shown, of which versions were found. Where there are no other versions than these, not even one that
 * says deleted, that is known without merging any; else what is said of them now counts.
 * @param isGuess whether some of these may be no versions that match
 */
export async function countBehind(
  { runner, scope, filter, signal }: PageReader,
  page: Page,
  shown: readonly Candidate[],
  others: readonly Candidate[],
  isGuess = false,
): Promise<number> {
  const last = shown.at(-1)
  if (!last || others.length === 0) return 0
  const anchors = anchorsOf(others)
  if (!isGuess) {
    const [versions] = await runner.ask(countVersions(scope, anchors), signal)
    if (Number(versions?.n) === others.length) return executionsOf(others)
  }
  // All versions of an execution have one anchor: what lies at none of those shown is not shown.
  const isApart = page.after === null && !sharesAnchor(shown, anchors)
  const within = isApart ? { anchors } : { anchors, behind: { order: page, at: positionOf(last) } }
  return figureOf(await runner.ask(countExecutions(scope, filter, within), signal))
}

function sharesAnchor(shown: readonly Candidate[], anchors: readonly string[]): boolean {
  const known = new Set(anchorsOf(shown))
  return anchors.some((anchor) => known.has(anchor))
}

/** In the whole range. One more than `max` stands for all beyond. */
function countEverywhere(max: number, reader: PageReader): Promise<number> {
  const { runner, scope, filter, signal } = reader
  const { from } = filter.range
  const width = from === null ? null : endOf(reader) - from
  return countOrMany(reader, width, max + 1, async () =>
    figureOf(await runner.ask(countExecutions(scope, filter), signal)),
  )
}

/** Where the filter's range ends, or now. */
function endOf({ filter: { range }, nowNs }: PageReader): bigint {
  return range.to !== null && range.to < nowNs ? range.to : nowNs
}

/** One more than `max` stands for all beyond. */
async function countAlone(max: number, reader: PageReader): Promise<number> {
  const { runner, scope, filter, signal } = reader
  const { field, from } = filter.range
  const count = async (within = {}) => figureOf(await runner.ask(countExecutions(scope, filter, within), signal))
  const dayBefore = endOf(reader) - NS_PER_DAY
  if (field === 'started_at' && (from === null || from < dayBefore)) {
    // Most filters match more than the bound within the newest day. One that hardly will is not asked about it.
    const newest = isSelective(filter)
      ? 0
      : await countOrMany(reader, NS_PER_DAY, max + 1, () => count({ startedFromNs: dayBefore }))
    if (newest > max) return newest
    if (newest > MATCHES_MAX) return countEverywhere(max, reader)
    // Few in a day may be few in all: then merging what lies around them beats merging everything.
    const anchors = await runner.ask(findAnchors(scope, filter, MATCHES_MAX + 1), signal)
    if (anchors.length === 0) return 0
    if (anchors.length <= MATCHES_MAX) return count({ anchors: anchorsOf(anchors) })
  }
  return countEverywhere(max, reader)
}

/** Of statuses none of which is open, none is; nor where everything that matches was found with the first page, and none of it is. */
export async function countOpenMatches(reader: PageReader, first: FirstPage | null = null): Promise<number> {
  const { runner, scope, filter, signal } = reader
  if (filter.status !== null && !filter.status.some(isOpen)) return 0
  const search = await first?.search
  if (search?.isAll) return countOpenOf(reader, first!.page, search.found)
  return figureOf(await runner.ask(countOpen(scope, filter), signal))
}

/** The same of executions of a page and behind it, of which versions were found, and told which are open. */
export async function countOpenOf(
  { runner, scope, filter, signal }: PageReader,
  page: Page,
  found: readonly Candidate[],
): Promise<number> {
  const anchors = anchorsOf(found.filter(({ is_open }) => is_open === 1))
  if (anchors.length === 0) return 0
  const within = page.after ? { anchors, behind: { order: page, at: page.after } } : { anchors }
  return figureOf(await runner.ask(countOpen(scope, filter, within), signal))
}

function figureOf([row]: readonly ExecutionCount[]): number {
  return Number(row?.n ?? 0)
}
