/** One step: its place in the tree, its figures, its bar. */
import { memo } from 'react'
import { formatDuration } from '../format/duration.ts'
import { StatusShape } from '../parts/status-pill.tsx'
import { Text } from '../parts/text.tsx'
import { barOf, type Domain } from './layout.ts'
import { isFailed, type TreeRow } from './rows.ts'
import { ROW_PX } from './use-rows-window.ts'

const INDENT_PX = 14
const INDENT_LEVELS_MAX = 12
/** From here on a duration is marked as long for this step. */
const HIGH_PERCENTILE = 95

interface Props {
  row: TreeRow
  index: number
  isActive: boolean
  isOpen: boolean
  domain: Domain
  executionMs: number | null
  nowMs: number
  onOpen: (key: string) => void
  onToggle: (key: string) => void
}

export const StepRow = memo(function StepRow(props: Props) {
  const { row, index, isActive, isOpen, onOpen } = props
  const { step, key } = row
  const classes = ['step-row', isActive && 'step-active', isOpen && 'step-opened', isFailed(step) && 'step-failed']
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree as a whole has the keys
    // biome-ignore lint/a11y/useSemanticElements: a table has no rows that are not there
    // biome-ignore lint/a11y/useFocusableInteractive: the tree as a whole has the focus
    <div
      id={`step-${index}`}
      className={classes.filter(Boolean).join(' ')}
      role="row"
      aria-level={step.depth + 1}
      aria-rowindex={index + 1}
      aria-selected={isActive}
      aria-expanded={row.hasChildren ? !row.isFolded : undefined}
      style={{ transform: `translateY(${index * ROW_PX}px)` }}
      onClick={() => onOpen(key)}
    >
      <NameCell {...props} />
      <Cell className="step-duration">
        {step.duration_ms === null ? <span className="muted">open</span> : formatDuration(step.duration_ms)}
      </Cell>
      <Cell className="step-self">{formatDuration(step.self_ms)}</Cell>
      <PercentileCell percentile={step.percentile} />
      <Cell className="step-time">
        <StepBar {...props} />
      </Cell>
    </div>
  )
}, isSame)

/** Functions are new at every drawing and do the same. */
function isSame(before: Props, after: Props): boolean {
  return (
    before.row.step === after.row.step &&
    before.row.isFolded === after.row.isFolded &&
    before.row.hasChildren === after.row.hasChildren &&
    before.index === after.index &&
    before.isActive === after.isActive &&
    before.isOpen === after.isOpen &&
    before.domain === after.domain &&
    before.executionMs === after.executionMs &&
    before.nowMs === after.nowMs
  )
}

function Cell({ className, children }: { className: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table has no rows that are not there
    // biome-ignore lint/a11y/useFocusableInteractive: the tree as a whole has the focus
    <span className={className} role="gridcell">
      {children}
    </span>
  )
}

function NameCell({ row: { step, key, hasChildren, isFolded }, onToggle }: Props) {
  const indent = Math.min(step.depth, INDENT_LEVELS_MAX) * INDENT_PX
  return (
    <Cell className="step-name">
      <span className="step-indent" style={{ width: indent }} />
      {hasChildren ? (
        <button
          type="button"
          className="fold"
          tabIndex={-1}
          aria-label={isFolded ? 'Unfold' : 'Fold'}
          onClick={(event) => {
            event.stopPropagation()
            onToggle(key)
          }}
        >
          {isFolded ? '▸' : '▾'}
        </button>
      ) : (
        <span className="fold" />
      )}
      {step.status !== null && (
        <span className={`step-status tone-${step.status}`} title={step.status}>
          <StatusShape status={step.status} />
          <span className="unseen">{step.status}</span>
        </span>
      )}
      <Text value={step.name} tooltip />
      {step.type !== null && <span className="step-type">{step.part === 'child' ? `${step.type} ↗` : step.type}</span>}
      {step.error_type !== null && (
        <span className="step-error">
          <Text value={step.error_type} tooltip />
        </span>
      )}
    </Cell>
  )
}

function PercentileCell({ percentile }: { percentile: number | null }) {
  if (percentile === null) return <Cell className="step-percentile">{null}</Cell>
  const isHigh = percentile >= HIGH_PERCENTILE
  return (
    <Cell className={isHigh ? 'step-percentile step-percentile-high' : 'step-percentile'}>
      <span title={`${percentile} % of its runs of that day (UTC) and the 7 before took no longer`}>p{percentile}</span>
    </Cell>
  )
}

function StepBar({ row: { step }, domain, executionMs, nowMs }: Props) {
  const { left, width } = barOf(step, domain, executionMs, nowMs)
  const classes = [
    'step-bar',
    isFailed(step) ? 'step-bar-failed' : `step-bar-${step.part}`,
    step.on_critical_path && 'step-bar-critical',
    step.duration_ms === null && 'step-bar-open',
  ]
  return (
    <span className={classes.filter(Boolean).join(' ')} style={{ left: `${left}%`, width: `${width}%` }}>
      {step.on_critical_path && <span className="unseen">on the critical path</span>}
    </span>
  )
}
