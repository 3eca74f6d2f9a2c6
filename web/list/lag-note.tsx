/** Says when what arrived is not yet in the list, so that nobody takes a delay for silence. */
import type { ExecutionList } from '../api/types.ts'
import { formatDuration } from '../format/duration.ts'

/** Settling takes a second or so at any time. */
const USUAL_LAG_MS = 5_000

export function LagNote({ page }: { page: ExecutionList | undefined }) {
  const lagMs = page?.meta.lag_ms ?? 0
  if (lagMs <= USUAL_LAG_MS) return null
  return (
    <span className="stale" role="status" title="Time from the arrival of spans to their executions, as last measured">
      {formatDuration(lagMs)} behind
    </span>
  )
}
