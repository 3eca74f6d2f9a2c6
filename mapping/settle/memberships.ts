/** What became of each span: its part, its execution and the step above it. */
import type { Membership } from './execution.ts'
import type { EntryGroup } from './executions-of-entries.ts'
import type { Entries } from './find-entries.ts'
import { hideRetold } from './retold.ts'
import type { Forest } from './span-forest.ts'

export interface Placement {
  memberships: Membership[]
  /** Execution of each entry span, -1 for other spans. */
  executionOf: Int32Array
  /** Node of the nearest step above within the same execution, -1 directly below its entry. */
  stepAbove: Int32Array
  /** Execution above each execution, -1 without one. */
  outer: Int32Array
  /** Nodes of the steps (and children) of each execution, in canonical order. */
  steps: number[][]
  /** Nodes that only tell again what others told; null: there are none. */
  retold: Set<number> | null
}

export function placeSpans(forest: Forest, entries: Entries, groups: readonly EntryGroup[]): Placement {
  const count = forest.spans.length
  const executionOf = new Int32Array(count).fill(-1)
  groups.forEach((group, e) => {
    for (const n of group.entries) executionOf[n] = e
    for (const n of group.retold) executionOf[n] = e
  })
  const outer = Int32Array.from(groups, (group, e) => outerExecution(group.highest, e, entries.above, executionOf))
  const placement: Placement = {
    memberships: new Array(count),
    executionOf,
    stepAbove: new Int32Array(count).fill(-1),
    outer,
    steps: groups.map(() => []),
    retold: null,
  }
  for (const n of forest.order) place(forest, entries, groups, placement, n)
  for (let n = 0; n < count; n++) {
    const { part, execution, within } = placement.memberships[n]!
    if (part === 'step' && execution >= 0) placement.steps[execution]!.push(n)
    else if (part === 'child') placement.steps[within]!.push(n)
  }
  hideRetold(forest.spans, entries, groups, placement)
  return placement
}

/** The nearest entry above that is not a segment of the same execution. */
function outerExecution(entry: number, execution: number, above: Int32Array, executionOf: Int32Array): number {
  let n = above[entry]!
  while (n >= 0 && executionOf[n] === execution) n = above[n]!
  return n < 0 ? -1 : executionOf[n]!
}

function place(
  { spans }: Forest,
  entries: Entries,
  groups: readonly EntryGroup[],
  { memberships, executionOf, stepAbove, outer }: Placement,
  n: number,
): void {
  const p = entries.parent[n]!
  if (p >= 0 && !entries.isEntry[p]) stepAbove[n] = memberships[p]!.part === 'step' ? p : stepAbove[p]!
  const parentStep = stepAbove[n]! < 0 ? '' : spans[stepAbove[n]!]!.span_id
  const execution = executionOf[n]!
  if (execution >= 0) {
    const isChild = outer[execution]! >= 0 && groups[execution]!.highest === n
    memberships[n] = isChild
      ? { part: 'child', execution, within: outer[execution]!, parent_step: parentStep }
      : { part: 'entry', execution, within: -1, parent_step: '' }
    return
  }
  const { role, rule } = spans[n]!
  const isStep = role === 'step' || (role === 'candidate' && rule !== 5)
  const part = isStep ? 'step' : role === 'marker' ? 'hidden' : 'span'
  const above = entries.above[n]!
  memberships[n] = {
    part,
    execution: above < 0 ? -1 : executionOf[above]!,
    within: -1,
    parent_step: part === 'step' ? parentStep : '',
  }
}
