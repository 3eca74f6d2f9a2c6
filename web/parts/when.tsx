/** A moment: how long ago, exactly when the pointer rests on it. */
import { formatAgo, formatClock, formatExactly } from '../format/time.ts'

/** @param withClock also the local time of day */
export function When({ iso, nowMs, withClock = false }: { iso: string; nowMs: number; withClock?: boolean }) {
  return (
    <time dateTime={iso} title={formatExactly(iso)}>
      {withClock && <span className="clock">{formatClock(iso, nowMs)}</span>}
      <span className="ago">{formatAgo(iso, nowMs)}</span>
    </time>
  )
}
