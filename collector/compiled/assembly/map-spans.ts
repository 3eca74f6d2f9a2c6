/** What spans say of themselves, as `mapping/spans/span-mapper.ts` finds it: of those whose attributes say it plainly. */
import { enterScope, pendingActions, scanAttributes } from './attribute-scan'
import { resolvePending } from './deferred'
import { joinedNames, leaveNames, writeFields } from './field-writer'
import { LEFT_ROWS } from './layout'
import { decide } from './role-rules'
import { SPAN_SCOPE } from './tables'

/** Spans that were left, at `LEFT_ROWS`. */
export let leftSpans: i32 = 0

/**
 * Maps the spans from `first` to `count` that have the scope of the first one, but those of `LEFT_ROWS`; gives the number of the span behind them.
 * Of the scope there is what its attributes say, at `SCOPE_CELLS` and as numbers, and the instance where no attribute names one.
 */
export function mapSpans(
  first: i32,
  count: i32,
  found: i32,
  profiles: i32,
  statusAt: i32,
  statusSource: i32,
  instanceStart: i32,
  instanceEnd: i32,
): i32 {
  enterScope(found, profiles, statusAt, statusSource)
  leftSpans = 0
  leaveNames(instanceStart, instanceEnd)
  const scope = load<i32>(first << 2, SPAN_SCOPE)
  let span = first
  for (; span < count && load<i32>(span << 2, SPAN_SCOPE) === scope; span++) {
    if (!mapSpan(span)) store<i32>(leftSpans++ << 2, span, LEFT_ROWS)
  }
  return span
}

function mapSpan(span: i32): bool {
  const row = span << 2
  if (!scanAttributes(row)) return false
  if (pendingActions > 0) resolvePending()
  decide(row)
  return writeFields(span)
}

export { joinedNames }
