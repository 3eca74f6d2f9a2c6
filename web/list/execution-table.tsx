/** The rows of the list as a table; arrow keys go from row to row. */
import type { KeyboardEvent } from 'react'
import type { Execution } from '../api/types.ts'
import type { Sort } from '../filters/filters.ts'
import { useNow } from '../parts/use-now.ts'
import { ExecutionRow } from './execution-row.tsx'
import { keyOf } from './live-list.ts'

const SKELETON_ROWS = 14
const TICK_MS = 1_000

interface Props {
  /** Undefined: not known yet. */
  rows: readonly Execution[] | undefined
  sort: Sort
  onSort: (sort: Sort) => void
}

export function ExecutionTable({ rows, sort, onSort }: Props) {
  const nowMs = useNow(TICK_MS)
  const longestMs = rows?.reduce((longest, { duration_ms }) => Math.max(longest, duration_ms ?? 0), 0) ?? 0
  return (
    <table className="executions" onKeyDown={moveFocus}>
      <thead>
        <tr>
          <th scope="col" className="col-status">
            Status
          </th>
          <th scope="col" className="col-workflow">
            Workflow
          </th>
          <th scope="col" className="col-kind">
            Kind
          </th>
          <SortHead className="col-started" sort="started_at" label="Started" now={sort} onSort={onSort} />
          <SortHead className="col-duration" sort="duration_ms" label="Duration" now={sort} onSort={onSort} />
          <th scope="col" className="col-steps">
            Steps
          </th>
          <th scope="col" className="col-error">
            Error
          </th>
          <th scope="col" className="col-user">
            User
          </th>
        </tr>
      </thead>
      <tbody>
        {rows
          ? rows.map((row) => <ExecutionRow key={keyOf(row)} row={row} longestMs={longestMs} nowMs={nowMs} />)
          : Array.from({ length: SKELETON_ROWS }, (_, n) => <SkeletonRow key={String(n)} />)}
      </tbody>
    </table>
  )
}

interface SortHeadProps {
  className: string
  sort: Sort
  label: string
  now: Sort
  onSort: (sort: Sort) => void
}

function SortHead({ className, sort, label, now, onSort }: SortHeadProps) {
  const isNow = sort === now
  return (
    <th scope="col" className={className} aria-sort={isNow ? 'descending' : 'none'}>
      <button
        type="button"
        onClick={() => onSort(sort)}
        title={sort === 'started_at' ? 'Newest first' : 'Longest first'}
      >
        {label}
        <span aria-hidden="true">{isNow ? ' ↓' : ''}</span>
      </button>
    </th>
  )
}

function SkeletonRow() {
  return (
    <tr>
      {['status', 'workflow', 'kind', 'started', 'duration', 'steps', 'error', 'user'].map((column) => (
        <td key={column} className={`col-${column}`}>
          <span className="skeleton" />
        </td>
      ))}
    </tr>
  )
}

/** Arrow keys go from the link of one row to that of the next; Enter is the link's own. */
function moveFocus(event: KeyboardEvent<HTMLTableElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  if (step === 0) return
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>('a.row-link')]
  const now = links.indexOf(document.activeElement as HTMLAnchorElement)
  const next = links[now < 0 ? 0 : now + step]
  if (!next) return
  event.preventDefault()
  next.focus()
}
