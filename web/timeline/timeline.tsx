/** The steps of an execution: a tree on the left, when each ran on the right, the details of one beside it. */
import { useCallback, useMemo, useRef, useState } from 'react'
import type { Step } from '../api/types.ts'
import { useKey } from '../parts/use-key.ts'
import { domainOf, ticksOf } from './layout.ts'
import { moved } from './move.ts'
import { stepKey, visibleRows } from './rows.ts'
import { StepPanel } from './step-panel.tsx'
import { StepRow } from './step-row.tsx'
import { TimeAxis } from './time-axis.tsx'
import { ROW_PX, useRowsWindow } from './use-rows-window.ts'

const TICKS_MAX = 6

interface Props {
  /** Depth first. */
  steps: readonly Step[]
  /** Null while it is open. */
  executionMs: number | null
  /** From the start of the execution; what is open ran until then. */
  nowMs: number
  /** The step whose details are shown. */
  openKey: string | null
  onOpen: (key: string | null) => void
}

export function Timeline({ steps, executionMs, nowMs: clockMs, openKey, onOpen }: Props) {
  // The clock moves nothing once the execution has ended.
  const nowMs = executionMs === null ? clockMs : 0
  const viewport = useRef<HTMLDivElement>(null)
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set())
  const [active, setActive] = useState(openKey)
  const rows = useMemo(() => visibleRows(steps, folded), [steps, folded])
  const domain = useMemo(() => domainOf(steps, executionMs, nowMs), [steps, executionMs, nowMs])
  const { first, end, onScroll, reveal } = useRowsWindow(viewport, rows.length)
  const close = useCallback(() => onOpen(null), [onOpen])
  useKey('Escape', close)
  if (steps.length === 0)
    return <p className="muted">No step was told of. Plain spans, if there are any, can be shown too.</p>

  const ticks = ticksOf(domain, TICKS_MAX)
  const opened = openKey === null ? undefined : steps.find((step) => stepKey(step) === openKey)
  const activeIndex = rows.findIndex(({ key }) => key === active)
  const toggle = (key: string) => setFolded(toggled(folded, key))
  const open = (key: string) => {
    setActive(key)
    onOpen(key === openKey ? null : key)
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    const act = moved(event.key, rows, activeIndex, pageOf(viewport.current))
    if (!act) return
    event.preventDefault()
    if (act.does === 'open') return open(act.key)
    if (act.does === 'fold') return toggle(act.key)
    setActive(act.key)
    reveal(act.index)
    if (openKey !== null) onOpen(act.key)
  }
  return (
    <div className={opened ? 'timeline timeline-open' : 'timeline'}>
      <div className="timeline-main">
        <TimeAxis ticks={ticks} domain={domain} />
        <div
          ref={viewport}
          className="timeline-rows"
          role="treegrid"
          aria-label="Steps in time"
          aria-rowcount={rows.length}
          aria-activedescendant={activeIndex < 0 ? undefined : `step-${activeIndex}`}
          tabIndex={0}
          onScroll={onScroll}
          onKeyDown={onKeyDown}
        >
          <div className="timeline-space" role="presentation" style={{ height: rows.length * ROW_PX }}>
            {rows.slice(first, end).map((row, n) => (
              <StepRow
                key={row.key}
                row={row}
                index={first + n}
                isActive={first + n === activeIndex}
                isOpen={row.key === openKey}
                domain={domain}
                executionMs={executionMs}
                nowMs={nowMs}
                onOpen={open}
                onToggle={toggle}
              />
            ))}
          </div>
        </div>
        <p className="timeline-foot muted">
          <span className="legend legend-critical">critical path</span>
          <span className="legend legend-failed">failed</span>
          <span>
            <kbd>↑</kbd> <kbd>↓</kbd> move, <kbd>←</kbd> <kbd>→</kbd> fold, <kbd>Enter</kbd> details, <kbd>Esc</kbd>{' '}
            close
          </span>
        </p>
      </div>
      {opened && <StepPanel step={opened} onClose={close} />}
    </div>
  )
}

function toggled(folded: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(folded)
  if (!next.delete(key)) next.add(key)
  return next
}

function pageOf(viewport: HTMLElement | null): number {
  return Math.max(1, Math.floor((viewport?.clientHeight ?? 0) / ROW_PX) - 1)
}
