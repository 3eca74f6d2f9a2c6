/** Counts what a list's filter matches, exactly up to a bound: first where it is cheap, then wherever it must. */
import { countExecutions, countedMax, countOpen, type ExecutionCount } from './questions/count-executions.ts'
import { isSelective, isUnindexed } from './questions/execution-filter.ts'
import { findAnchors } from './questions/find-candidates.ts'
import { MATCHES_MAX, type PageReader, type Search } from './read-page.ts'
import { isOpen } from './shape-execution.ts'
import { NS_PER_DAY } from './time.ts'

export interface Matches {
  total: number
  /** There are more. */
  isBound: boolean
}

/**
 * How many executions match, up to {@link countedMax}.
 * @param search for the first page of them, if there is one
 */
export async function countMatches(reader: PageReader, search: Promise<Search> | null = null): Promise<Matches> {
  const max = countedMax(reader.filter)
  const size = await countTo(max, reader, search)
  return { total: Math.min(size, max), isBound: size > max }
}

/** One more than `max` stands for all beyond. */
async function countTo(max: number, reader: PageReader, search: Promise<Search> | null): Promise<number> {
  const { runner, scope, filter, nowNs, signal } = reader
  const { field, from, to } = filter.range
  const count = async (within = {}) => figureOf(await runner.ask(countExecutions(scope, filter, within), signal))
  const end = to !== null && to < nowNs ? to : nowNs
  const dayBefore = end - NS_PER_DAY
  if (field === 'started_at' && (from === null || from < dayBefore)) {
    // Most filters match more than the bound within the newest day. One that hardly will is not asked about it.
    const newest = isSelective(filter) ? 0 : await count({ startedFromNs: dayBefore })
    if (newest > max) return newest
    // Few in a day may be few in all: then merging what lies around them beats merging everything.
    const anchors = await anchorsOf(reader, search)
    if (anchors?.length === 0) return 0
    if (anchors) return count({ anchors })
  }
  return count()
}

/** Anchors of all that matches; null: of very many, or as dear to find as to count. */
async function anchorsOf(
  { runner, scope, filter, signal }: PageReader,
  search: Promise<Search> | null,
): Promise<string[] | null> {
  const searched = await search
  if (searched && !searched.isAll && (searched.found.length > MATCHES_MAX || isUnindexed(filter))) return null
  const found = searched?.isAll ? searched.found : await runner.ask(findAnchors(scope, filter, MATCHES_MAX + 1), signal)
  return found.length > MATCHES_MAX ? null : [...new Set(found.map(({ anchor_us }) => anchor_us))]
}

/** Of statuses none of which is open, none is. */
export async function countOpenMatches({ runner, scope, filter, signal }: PageReader): Promise<number> {
  if (filter.status !== null && !filter.status.some(isOpen)) return 0
  return figureOf(await runner.ask(countOpen(scope, filter), signal))
}

function figureOf([row]: readonly ExecutionCount[]): number {
  return Number(row?.n ?? 0)
}
