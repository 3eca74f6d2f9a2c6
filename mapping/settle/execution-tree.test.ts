/** The tree of one execution: order, depth, self time, critical path. */

import type { SettleSpan } from '@runlens/conventions'
import { expect, it } from 'vitest'
import { settleSpan } from '../../test/kit/settle-spans.ts'
import { executionTree } from './execution-tree.ts'
import { settle } from './settle.ts'

const ms = (value: number) => BigInt(value) * 1_000_000n
const OPTIONS = { now_ms: 0, candidate_timeout_ms: 0, payload_bytes_max: 10 }

function span(id: string, parent: string, from: number, to: number, given: Partial<SettleSpan> = {}): SettleSpan {
  const role = parent === '' ? { role: 'entry' as const, rule: 2 } : { role: 'step' as const }
  const times = { started_at: ms(from), ended_at: ms(to) }
  return settleSpan({ span_id: id, parent_span_id: parent, status: 'success', ...role, ...times, ...given })
}

/** `id depth parent self-ms`, with a star on the critical path. */
function tree(spans: SettleSpan[], allSpans = false, executionId = 't'): string[] {
  const settled = settle(spans, OPTIONS)
  const index = settled.executions.findIndex(({ execution_id }) => execution_id === executionId)
  return executionTree(spans, settled, index, { allSpans }).map(
    (item) =>
      `${item.on_critical_path ? '*' : ' '}${item.span.span_id} ${item.depth} ${item.parent} ${Number(item.self_time_ns) / 1e6}`,
  )
}

//   e  0 ──────────────────────────────── 100
//   a  10 ───── 40      c 50 ───────── 90
//   b    20 ─ 30        d 55 ─ 60
//   x  10 ──── 35       f     58 ────── 85
const SPANS = [
  span('e', '', 0, 100),
  span('a', 'e', 10, 40),
  span('b', 'a', 20, 30),
  span('x', 'e', 10, 35),
  span('c', 'e', 50, 90),
  span('d', 'c', 55, 60),
  span('f', 'c', 58, 85),
]

it('lists steps depth first by start, with the time that is theirs alone, and marks the critical path', () => {
  expect(tree([...SPANS].reverse())).toEqual(['*a 0  20', '*b 1 a 10', ' x 0  25', '*c 0  10', ' d 1 c 5', '*f 1 c 27'])
})

it('leaves plain spans out, unless all are asked for', () => {
  const plain = [span('e', '', 0, 100), span('p', 'e', 10, 90, { role: 'other' }), span('a', 'p', 20, 80)]
  expect(tree(plain)).toEqual(['*a 0  60'])
  expect(tree(plain, true)).toEqual(['*p 0  20', '*a 1 p 60'])
})

it('shows a child execution as a leaf, and its own steps in its own tree', () => {
  const nested = [
    span('e', '', 0, 100),
    span('sub', 'e', 10, 90, { role: 'entry', rule: 2, workflow_id: 'sub' }),
    span('s', 'sub', 20, 30),
  ]
  expect(tree(nested)).toEqual(['*sub 0  80'])
  expect(tree(nested, false, 't-sub')).toEqual(['*s 0  10'])
})

it('clips children that outlive their parent, and counts an open step up to the last sign of life', () => {
  expect(tree([span('e', '', 0, 100), span('a', 'e', 10, 50), span('b', 'a', 30, 80)])).toEqual([
    '*a 0  20',
    '*b 1 a 50',
  ])
  const open = [span('e', '', 0, 0, { ended_at: 0n, status: 'running' }), span('a', 'e', 10, 0, { ended_at: 0n })]
  expect(tree([...open, span('b', 'a', 20, 60)])).toEqual(['*a 0  10', '*b 1 a 40'])
})

it('may be deep and is the same for several copies of a span', () => {
  const deep = Array.from({ length: 10_000 }, (_, i) => span(`s${i}`, i === 0 ? 'e' : `s${i - 1}`, 0, 100))
  const items = tree([span('e', '', 0, 100), ...deep, ...deep.slice(0, 10)])
  expect(items).toHaveLength(10_000)
  expect(items.at(-1)).toBe('*s9999 9999 s9998 100')
})
