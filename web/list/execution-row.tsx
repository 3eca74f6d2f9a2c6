/** One execution as a row: what it is, how it went, where it hurt. */
import { isFinal } from '@runlens/conventions'
import { type MouseEvent, memo } from 'react'
import type { Execution } from '../api/types.ts'
import { formatDuration } from '../format/duration.ts'
import { formatCount } from '../format/number.ts'
import { StatusPill } from '../parts/status-pill.tsx'
import { Text } from '../parts/text.tsx'
import { When } from '../parts/when.tsx'
import { isPlain, Link } from '../routing/link.tsx'
import { navigate } from '../routing/location.ts'
import { executionPath } from '../routing/routes.ts'

interface Props {
  row: Execution
  /** The longest duration of the page, which its bar is drawn against. */
  longestMs: number
  nowMs: number
}

export const ExecutionRow = memo(function ExecutionRow({ row, longestMs, nowMs }: Props) {
  const path = executionPath(row)
  // The whole row is a target for the pointer; keyboards and screen readers have the link.
  const open = (event: MouseEvent<HTMLTableRowElement>) => {
    const isOnLink = (event.target as Element).closest('a') !== null
    if (!isOnLink && isPlain(event) && window.getSelection()?.isCollapsed !== false) navigate(path)
  }
  const { workflow_name, workflow_id, execution_id, kind, provider } = row
  return (
    <tr onClick={open} data-execution={execution_id}>
      <td className="col-status">
        <StatusPill status={row.status} />
      </td>
      <td className="col-workflow">
        <Link className="row-link" href={path}>
          <Text value={workflow_name ?? workflow_id ?? row.query ?? execution_id} tooltip />
        </Link>
        <span className="row-id">
          <Text value={execution_id} tooltip />
        </span>
      </td>
      <td className="col-kind">
        {kind}
        {provider !== null && (
          <span className="muted">
            {' · '}
            <Text value={provider} />
          </span>
        )}
      </td>
      <td className="col-started">
        <When iso={row.started_at} nowMs={nowMs} withClock />
      </td>
      <DurationCell row={row} longestMs={longestMs} nowMs={nowMs} />
      <StepsCell row={row} />
      <ErrorCell row={row} />
      <td className="col-user">
        <Text value={row.user_id} tooltip />
      </td>
    </tr>
  )
})

function DurationCell({ row, longestMs, nowMs }: Props) {
  const isOpen = !isFinal(row.status)
  const ms = row.duration_ms ?? (isOpen ? Math.max(0, nowMs - Date.parse(row.started_at)) : null)
  const share = ms === null || longestMs === 0 ? 0 : Math.min(1, ms / longestMs)
  // A running clock in whole seconds: its fractions would only flicker.
  const text = isOpen && ms !== null ? formatDuration(Math.floor(ms / 1000) * 1000) : formatDuration(ms)
  return (
    <td className={isOpen ? 'col-duration duration-open' : 'col-duration'}>
      {isOpen ? <span title="Still open">{text} …</span> : text}
      <span className="bar" aria-hidden="true">
        <span className={`bar-fill bar-${row.status}`} style={{ width: `${share * 100}%` }} />
      </span>
    </td>
  )
}

function StepsCell({ row: { step_count, failed_steps } }: { row: Execution }) {
  if (step_count === 0) {
    return (
      <td className="col-steps">
        <span className="none">–</span>
      </td>
    )
  }
  return (
    <td className="col-steps" title={`${failed_steps} of ${step_count} steps failed`}>
      {failed_steps > 0 && <strong className="bad">{formatCount(failed_steps)}</strong>}
      {failed_steps > 0 && <span className="muted"> / </span>}
      {formatCount(step_count)}
    </td>
  )
}

function ErrorCell({ row: { error_type, error_message, failed_step } }: { row: Execution }) {
  if (error_type === null && error_message === null && failed_step === null) return <td className="col-error" />
  return (
    <td className="col-error">
      {(error_type ?? error_message) !== null && (
        <span className="bad">
          <Text value={error_type ?? error_message} tooltip />{' '}
        </span>
      )}
      {failed_step !== null && (
        <span className="muted">
          in <Text value={failed_step} tooltip />
        </span>
      )}
    </td>
  )
}
