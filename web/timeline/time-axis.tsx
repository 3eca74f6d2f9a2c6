/** The head of the timeline: names of the columns and the time from the start of the execution. */
import { formatDuration } from '../format/duration.ts'
import type { Domain } from './layout.ts'

/** A label further right would reach over the edge. */
const LABEL_PERCENT_MAX = 88

export function TimeAxis({ ticks, domain }: { ticks: readonly number[]; domain: Domain }) {
  const length = domain.endMs - domain.startMs
  return (
    <div className="step-row step-head" aria-hidden="true">
      <span className="step-name">Step</span>
      <span className="step-duration">Duration</span>
      <span className="step-self">Self</span>
      <span
        className="step-percentile"
        title="Percent of its runs of that day (UTC) and the 7 before that took no longer"
      >
        Pctl
      </span>
      <span className="step-time">
        {ticks.map((ms) => {
          const left = ((ms - domain.startMs) / length) * 100
          const label = ms === 0 ? '0' : formatDuration(ms)
          return (
            <span key={ms} className="tick" style={{ left: `${left}%` }}>
              {left <= LABEL_PERCENT_MAX && label}
            </span>
          )
        })}
      </span>
    </div>
  )
}
