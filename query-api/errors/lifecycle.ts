/** The state of a group of errors: what somebody said last, and what was seen since. */
import type { ErrorStateRow } from '../questions/errors/error-states.ts'
import type { ErrorMark, ErrorsSinceRow } from '../questions/errors/errors-since.ts'
import type { ErrorLifecycle, ErrorState } from '../schema/errors.ts'
import { formatTime, NS_PER_MS } from '../time.ts'

const HOUR_MS = 3_600_000
/** What an array of UInt32 holds. */
const BEFORE_MAX = 2 ** 32 - 1

/** Where counting since a word begins. */
export function markOf({ fingerprint, set_ms, count_before }: ErrorStateRow): ErrorMark {
  const hour = Math.floor(Number(set_ms) / HOUR_MS) * (HOUR_MS / 1000)
  return { fingerprint, hour, before: Math.min(Number(count_before), BEFORE_MAX) }
}

/** @param since undefined: not seen since the hour of the word began */
export function stateOf(said: ErrorStateRow | undefined, since: ErrorsSinceRow | undefined): ErrorState {
  if (said === undefined || said.state === 'open') return 'open'
  const count = Number(since?.executions ?? 0)
  if (said.state === 'resolved') {
    const isBack = since !== undefined && BigInt(since.last_ns) > BigInt(said.set_ms) * NS_PER_MS
    return isBack ? 'regressed' : 'resolved'
  }
  const untilCount = Number(said.until_count)
  const isMany = untilCount > 0 && count >= untilCount
  const isFast = said.until_rate > 0 && Number(since?.most_in_an_hour ?? 0) > said.until_rate
  return isMany || isFast ? 'open' : 'ignored'
}

export function lifecycleOf(said: ErrorStateRow | undefined, since: ErrorsSinceRow | undefined): ErrorLifecycle {
  return {
    state: stateOf(said, since),
    set_at: said ? formatTime(BigInt(said.set_ms) * NS_PER_MS) : null,
    set_by: said?.set_by || null,
    until_count: Number(said?.until_count ?? 0) || null,
    until_rate: said?.until_rate || null,
    count_since: said && said.state !== 'open' ? Number(since?.executions ?? 0) : null,
  }
}
