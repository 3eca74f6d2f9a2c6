/** Filters of which more matched a moment ago than a list counts to: so many do not go within seconds, and a list is asked for every other second. */
import { Kept } from './kept.ts'
import { perRunner } from './per-runner.ts'
import { filterKey } from './questions/execution-filter.ts'
import type { PageReader } from './search-page.ts'
import { NS_PER_MS, NS_PER_SECOND } from './time.ts'

const manyOf = perRunner(() => new Kept<true>({ keepMs: 10_000, entriesMax: 1_000 }))

type Of = Omit<PageReader, 'signal'>

/**
 * What `count` gives, which is the most there can be where it gave that a moment ago.
 * @param widthNs how long the time is in which is counted, up to now or the end of the filter's range; null: all
 * @param many one more than is counted to
 */
export async function countOrMany(of: Of, widthNs: bigint | null, many: number, count: () => Promise<number>) {
  const known = manyOf(of.runner)
  const nowMs = Number(of.nowNs / NS_PER_MS)
  const key = keyOf(of, widthNs)
  if (known.get(key, nowMs)) return many
  const n = await count()
  if (n >= many) known.set(key, nowMs, true)
  return n
}

/** The same for ranges of one width that end now, whenever that is. */
function keyOf({ scope, filter }: Of, widthNs: bigint | null): string {
  const width = widthNs === null ? null : String(widthNs / NS_PER_SECOND)
  return `${filter.range.field} ${width} ${filterKey(scope, filter)}`
}
