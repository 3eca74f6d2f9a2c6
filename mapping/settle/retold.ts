/**
 * Executions that are told of twice: by the engine's telemetry, and out of its records. The telemetry counts; of the records counts what it leaves
 * out: runs of nodes that it did not tell, and an end that it never told.
 */
import { type SettleSpan, SYNC_SOURCE } from '@runlens/conventions'
import type { EntryGroup } from './executions-of-entries.ts'
import type { Entries } from './find-entries.ts'
import type { Placement } from './memberships.ts'

/** Takes the entries out of the engine's records away from the group, if it has others. */
export function setRetoldAside(spans: readonly SettleSpan[], group: EntryGroup): void {
  const retold = group.entries.filter((n) => SYNC_SOURCE in spans[n]!.attributes)
  if (retold.length === 0 || retold.length === group.entries.length) return
  group.entries = group.entries.filter((n) => !retold.includes(n))
  group.retold = retold
  group.highest = group.entries[0]!
}

/**
 * Hides what is told again: those entries, and of the steps below them one for each of that name that was told otherwise. Counts are then those of the
 * fuller account, whatever the clocks of the two.
 */
export function hideRetold(
  spans: readonly SettleSpan[],
  entries: Entries,
  groups: readonly EntryGroup[],
  placement: Placement,
): void {
  groups.forEach(({ retold }, e) => {
    if (retold.length === 0) return
    const sources = new Set(retold)
    const hidden = new Set(retold)
    const [again, first] = byName(spans, entries, sources, placement.steps[e]!)
    for (const [name, steps] of again) {
      for (const n of closest(spans, first.get(name) ?? [], steps)) hidden.add(n)
    }
    placement.steps[e] = placement.steps[e]!.filter((n) => !hidden.has(n))
    for (const n of hidden) placement.memberships[n] = { part: 'hidden', execution: e, within: -1, parent_step: '' }
    placement.retold = new Set([...(placement.retold ?? []), ...hidden])
  })
}

type ByName = Map<string, number[]>

/** Steps below the given entries, and all others, each in order of start. */
function byName(
  spans: readonly SettleSpan[],
  { above, isEntry }: Entries,
  sources: ReadonlySet<number>,
  steps: readonly number[],
): [ByName, ByName] {
  const found: [ByName, ByName] = [new Map(), new Map()]
  for (const n of steps) {
    if (isEntry[n]) continue
    const name = spans[n]!.step_name || spans[n]!.name
    const side = found[sources.has(above[n]!) ? 0 : 1]
    const list = side.get(name)
    if (list) list.push(n)
    else side.set(name, [n])
  }
  return found
}

/** For each of `first` the one of `again` that started next to it, in order, each once. */
function closest(spans: readonly SettleSpan[], first: readonly number[], again: readonly number[]): readonly number[] {
  if (first.length >= again.length) return again
  const chosen: number[] = []
  let next = 0
  first.forEach((n, k) => {
    const lastPossible = again.length - (first.length - k)
    const distance = (place: number) => apart(spans[again[place]!]!.started_at, spans[n]!.started_at)
    while (next < lastPossible && distance(next + 1) < distance(next)) next += 1
    chosen.push(again[next]!)
    next += 1
  })
  return chosen
}

function apart(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a
}
