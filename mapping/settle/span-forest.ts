/** Spans as a forest: parents by index, no cycles, an order in which every parent comes before its children. */
import type { SettleSpan } from '@runlens/conventions'
import type { DistinctSpans, SpanIndex } from './span-versions.ts'

/** The span has no parent. */
export const ROOT = -1
/** The span names a parent that is not here. */
export const MISSING = -2

export interface Forest {
  spans: readonly SettleSpan[]
  /** Index of the parent, {@link ROOT} or {@link MISSING}. */
  parent: Int32Array
  /** Span without a parent here that the chain of parents ends at. */
  top: Int32Array
  /** All indexes: everything below roots, then everything below spans whose parent is missing. */
  order: Int32Array
}

export function spanForest({ spans, index }: DistinctSpans): Forest {
  const parent = findParents(spans, index)
  breakCycles(parent)
  const order = parentsFirst(parent)
  const top = new Int32Array(spans.length)
  for (const n of order) top[n] = parent[n]! < 0 ? n : top[parent[n]!]!
  return { spans, parent, top, order }
}

function findParents(spans: readonly SettleSpan[], index: SpanIndex): Int32Array {
  return Int32Array.from(spans, ({ trace_id, span_id, parent_span_id }) => {
    if (parent_span_id === '' || parent_span_id === span_id) return ROOT
    return index.find(trace_id, parent_span_id) ?? MISSING
  })
}

/** Spans that are their own ancestors can't be trusted: the first of each circle counts as a root. */
function breakCycles(parent: Int32Array): void {
  const walk = new Int32Array(parent.length)
  for (let start = 0; start < parent.length; start++) {
    let n = start
    while (n >= 0 && walk[n] === 0) {
      walk[n] = start + 1
      n = parent[n]!
    }
    if (n < 0 || walk[n] !== start + 1) continue
    let first = n
    for (let at = parent[n]!; at !== n; at = parent[at]!) if (at < first) first = at
    parent[first] = ROOT
  }
}

function parentsFirst(parent: Int32Array): Int32Array {
  const count = parent.length
  const firstChild = new Int32Array(count).fill(-1)
  const next = new Int32Array(count).fill(-1)
  for (let n = count - 1; n >= 0; n--) {
    const p = parent[n]!
    if (p < 0) continue
    next[n] = firstChild[p]!
    firstChild[p] = n
  }
  const order = new Int32Array(count)
  let length = 0
  let done = 0
  for (const kind of [ROOT, MISSING]) {
    for (let n = 0; n < count; n++) if (parent[n] === kind) order[length++] = n
    for (; done < length; done++) {
      for (let child = firstChild[order[done]!]!; child >= 0; child = next[child]!) order[length++] = child
    }
  }
  return order
}
