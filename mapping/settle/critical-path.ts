/** Marks the critical path of a tree of intervals, without recursion. */

import { compare } from './compare.ts'
import type { TreeNode } from './execution-tree.ts'
import { earlier } from './executions-of-entries.ts'

/** Start times cut to milliseconds beside exact durations make a follower seem to start before its predecessor's end. */
const CLOCK_GRAIN = 1_000_000n

/** 1 for each node on the path; `root` itself is no node. The definition stands at `TreeItem.on_critical_path`. */
export function markCriticalPath(root: TreeNode, nodes: readonly TreeNode[]): Uint8Array {
  const marked = new Uint8Array(nodes.length)
  const stack: { node: TreeNode; end: bigint }[] = [{ node: root, end: root.endedAt }]
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    let until = top.end
    for (const { child, end } of lastEndedFirst(top.node, nodes, top.end)) {
      if (until <= top.node.startedAt) break
      if (end > until + CLOCK_GRAIN) continue
      marked[child] = 1
      stack.push({ node: nodes[child]!, end })
      if (nodes[child]!.startedAt < until) until = nodes[child]!.startedAt
    }
  }
  return marked
}

/** Children that ran before `limit`, their ends clipped to it. */
function lastEndedFirst(node: TreeNode, nodes: readonly TreeNode[], limit: bigint): { child: number; end: bigint }[] {
  return node.children
    .filter((child) => nodes[child]!.startedAt <= limit)
    .map((child) => ({ child, end: earlier(nodes[child]!.endedAt, limit) }))
    .sort((a, b) => compare(b.end, a.end) || b.child - a.child)
}
