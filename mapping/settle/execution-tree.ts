/** The steps of one execution as a tree, depth first, with self times and the critical path. */

import type { SettleSpan } from '@runlens/conventions'
import { markCriticalPath } from './critical-path.ts'
import type { Membership, Settled } from './execution.ts'
import { earlier, later } from './executions-of-entries.ts'
import { spanForest } from './span-forest.ts'
import { distinctSpans } from './span-versions.ts'

export interface TreeItem {
  span: SettleSpan
  /** 0 directly below the execution. */
  depth: number
  /** Span id of the item above, '' directly below the execution. */
  parent: string
  part: Membership['part']
  /** Nanoseconds of its own duration during which none of its children in this tree ran. An open one counts up to the execution's last sign of life. */
  self_time_ns: bigint
  /**
   * Whether shortening it would have shortened the execution: going back from the execution's end, the child that ended last
   * before that moment is on the path, then the one that ended last before that child's start, and so on, likewise inside each.
   */
  on_critical_path: boolean
}

export interface ExecutionTreeOptions {
  /** Plain spans too, not steps alone. */
  allSpans: boolean
}

/** One item's place and time; children by index, in order of start. */
export interface TreeNode {
  startedAt: bigint
  endedAt: bigint
  children: number[]
}

/**
 * Steps (and child executions, as leaves) of `settled.executions[execution]`, siblings in order of start.
 * @param spans those that `settled` was made of, in the same order
 */
export function executionTree(
  spans: readonly SettleSpan[],
  settled: Settled,
  execution: number,
  options: ExecutionTreeOptions,
): TreeItem[] {
  const all = distinctSpans(spans)
  const { spans: distinct, indexOf } = all
  const memberships = new Array<Membership>(distinct.length)
  indexOf.forEach((n, given) => {
    if (n >= 0) memberships[n] = settled.memberships[given]!
  })
  const listed = memberships.map((membership) => isListed(membership, execution, options))
  const above = listedAbove(spanForest(all), listed)
  const { started_at, ended_at, last_seen_at } = settled.executions[execution]!
  const nodes = distinct.map((span) => ({
    startedAt: span.started_at,
    endedAt: later(span.ended_at || last_seen_at, span.started_at),
    children: [] as number[],
  }))
  const root: TreeNode = { startedAt: started_at, endedAt: later(ended_at ?? last_seen_at, started_at), children: [] }
  listed.forEach((isItem, n) => {
    if (isItem) (above[n]! < 0 ? root : nodes[above[n]!]!).children.push(n)
  })
  const critical = markCriticalPath(root, nodes)
  const items: TreeItem[] = []
  const stack = root.children.map((n) => ({ n, depth: 0 })).reverse()
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { n, depth } = top
    items.push({
      span: distinct[n]!,
      depth,
      parent: above[n]! < 0 ? '' : distinct[above[n]!]!.span_id,
      part: memberships[n]!.part,
      self_time_ns: selfTime(nodes, n),
      on_critical_path: critical[n] === 1,
    })
    for (const child of nodes[n]!.children.toReversed()) stack.push({ n: child, depth: depth + 1 })
  }
  return items
}

function isListed(membership: Membership, execution: number, { allSpans }: ExecutionTreeOptions): boolean {
  if (membership.part === 'child') return membership.within === execution
  const part = membership.part === 'step' || (allSpans && membership.part === 'span')
  return part && membership.execution === execution
}

function listedAbove({ parent, order }: ReturnType<typeof spanForest>, listed: readonly boolean[]): Int32Array {
  const above = new Int32Array(parent.length).fill(-1)
  for (const n of order) {
    const p = parent[n]!
    if (p >= 0) above[n] = listed[p] ? p : above[p]!
  }
  return above
}

/** Own duration less the union of the children's time inside it; children are in order of start. */
function selfTime(nodes: readonly TreeNode[], n: number): bigint {
  const { startedAt, endedAt, children } = nodes[n]!
  let covered = 0n
  let until = startedAt
  for (const child of children) {
    const from = later(nodes[child]!.startedAt, until)
    const to = earlier(nodes[child]!.endedAt, endedAt)
    if (to <= from) continue
    covered += to - from
    until = to
  }
  return endedAt - startedAt - covered
}
