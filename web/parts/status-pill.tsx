/** A status as colour, shape and word, so that none of them is needed to tell it. */
import type { Status } from '@runlens/conventions'

const SHAPES: Readonly<Record<Status, string>> = {
  queued: 'M6 2a4 4 0 1 1 0 8 4 4 0 0 1 0-8z',
  running: 'M6 1.5a4.5 4.5 0 0 1 4.5 4.5',
  waiting: 'M4.2 2.5v7M7.8 2.5v7',
  success: 'M2 6.5l2.7 2.7L10 3.2',
  partial: 'M2.5 6h7M6 2.5v7',
  failed: 'M2.8 2.8l6.4 6.4M9.2 2.8L2.8 9.2',
  error: 'M2.8 2.8l6.4 6.4M9.2 2.8L2.8 9.2',
  timeout: 'M6 1.8a4.2 4.2 0 1 1 0 8.4 4.2 4.2 0 0 1 0-8.4zM6 3.8V6l1.6 1',
  cancelled: 'M6 1.8a4.2 4.2 0 1 1 0 8.4 4.2 4.2 0 0 1 0-8.4zM3.2 8.8l5.6-5.6',
  lost: 'M4 4.2a2 2 0 1 1 2.6 1.9c-.5.2-.6.5-.6 1.1M6 9.2v.3',
}

export function StatusPill({ status }: { status: Status }) {
  return (
    <span className={`pill pill-${status}`}>
      <StatusShape status={status} />
      {status}
    </span>
  )
}

export function StatusShape({ status }: { status: Status }) {
  return (
    <svg className="shape" viewBox="0 0 12 12" aria-hidden="true">
      <path d={SHAPES[status]} />
    </svg>
  )
}
