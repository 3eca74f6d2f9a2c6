/** Counts what a list's filter matches, exactly up to a bound: first where it is cheap, then wherever it must. */
import { COUNTED_MAX, countExecutions, countOpen, type ExecutionCount } from './questions/count-executions.ts'
import { isSelective } from './questions/execution-filter.ts'
import { findAnchors } from './questions/find-candidates.ts'
import type { PageReader } from './read-page.ts'
import { isOpen } from './shape-execution.ts'
import { NS_PER_DAY } from './time.ts'

/** Up to so many versions that match are looked up one by one. */
const ANCHORS_MAX = 1000

/** How many executions match; {@link COUNTED_MAX} and one stands for all beyond. */
export async function countMatches({ runner, scope, filter, nowNs, signal }: PageReader): Promise<number> {
  const { field, from, to } = filter.range
  const count = async (within = {}) => figureOf(await runner.ask(countExecutions(scope, filter, within), signal))
  const end = to !== null && to < nowNs ? to : nowNs
  const dayBefore = end - NS_PER_DAY
  if (field === 'started_at' && (from === null || from < dayBefore)) {
    // Most filters match more than the bound within the newest day. One that hardly will is not asked about it.
    const newest = isSelective(filter) ? 0 : await count({ startedFromNs: dayBefore })
    if (newest > COUNTED_MAX) return newest
    // Few in a day may be few in all: then merging what lies around them beats merging everything.
    const found = await runner.ask(findAnchors(scope, filter, ANCHORS_MAX + 1), signal)
    if (found.length === 0) return 0
    const anchors = [...new Set(found.map(({ anchor_us }) => anchor_us))]
    if (found.length <= ANCHORS_MAX) return count({ anchors })
  }
  return count()
}

/** Of statuses none of which is open, none is. */
export async function countOpenMatches({ runner, scope, filter, signal }: PageReader): Promise<number> {
  if (filter.status !== null && !filter.status.some(isOpen)) return 0
  return figureOf(await runner.ask(countOpen(scope, filter), signal))
}

function figureOf([row]: readonly ExecutionCount[]): number {
  return Number(row?.n ?? 0)
}
