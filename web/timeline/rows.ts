/** The steps of an execution as rows of a tree: which are shown when some are folded. Pure. */
import type { Step } from '../api/types.ts'

export interface TreeRow {
  step: Step
  key: string
  hasChildren: boolean
  isFolded: boolean
}

/** A span id is unique within its trace. */
export function stepKey({ trace_id, step_id }: Pick<Step, 'trace_id' | 'step_id'>): string {
  return `${trace_id}-${step_id}`
}

/** @param steps depth first, as the API gives them */
export function visibleRows(steps: readonly Step[], folded: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = []
  let hiddenBelow = Number.POSITIVE_INFINITY
  for (const [index, step] of steps.entries()) {
    if (step.depth > hiddenBelow) continue
    const key = stepKey(step)
    const hasChildren = (steps[index + 1]?.depth ?? 0) > step.depth
    const isFolded = hasChildren && folded.has(key)
    hiddenBelow = isFolded ? step.depth : Number.POSITIVE_INFINITY
    rows.push({ step, key, hasChildren, isFolded })
  }
  return rows
}

/** The row above in the tree; -1 for one directly below the execution. */
export function parentIndex(rows: readonly TreeRow[], index: number): number {
  const depth = rows[index]?.step.depth ?? 0
  return rows.findLastIndex((row, n) => n < index && row.step.depth < depth)
}

/** By its status, or by an error on a plain span that says no status. */
export function isFailed({ status, error_type }: Pick<Step, 'status' | 'error_type'>): boolean {
  return status === 'error' || status === 'failed' || status === 'timeout' || error_type !== null
}
