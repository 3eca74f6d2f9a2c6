import { expect, it } from 'vitest'
import type { Step } from '../api/types.ts'
import { moved } from './move.ts'
import { visibleRows } from './rows.ts'

const step = (step_id: string, depth: number) => ({ step_id, depth, trace_id: 't' }) as Step
const STEPS = [step('a', 0), step('b', 1), step('c', 2), step('d', 0)]
const rows = visibleRows(STEPS, new Set())
const move = (index: number) => ({ does: 'move', key: rows[index]!.key, index })

it.each([
  ['ArrowDown', -1, move(0)],
  ['ArrowUp', -1, move(0)],
  ['ArrowDown', 0, move(1)],
  ['ArrowDown', 3, move(3)],
  ['ArrowUp', 1, move(0)],
  ['ArrowUp', 0, move(0)],
  ['PageDown', 0, move(2)],
  ['PageUp', 3, move(1)],
  ['Home', 2, move(0)],
  ['End', 0, move(3)],
  ['Enter', 2, { does: 'open', key: 't-c' }],
  ['Enter', -1, null],
  ['ArrowRight', 0, move(1)],
  ['ArrowRight', 2, null],
  ['ArrowLeft', 0, { does: 'fold', key: 't-a' }],
  ['ArrowLeft', 2, move(1)],
  ['ArrowLeft', 3, null],
  ['x', 0, null],
])('%s on row %d', (key, active, expected) => {
  expect(moved(key, rows, active, 2)).toEqual(expected)
})

it('unfolds what is folded, and goes to the row above from there', () => {
  const folded = visibleRows(STEPS, new Set(['t-b']))
  expect(moved('ArrowRight', folded, 1, 2)).toEqual({ does: 'fold', key: 't-b' })
  expect(moved('ArrowLeft', folded, 1, 2)).toEqual({ does: 'move', key: 't-a', index: 0 })
})

it('does nothing in an empty tree', () => {
  expect(['ArrowDown', 'End', 'Enter', 'ArrowLeft'].map((key) => moved(key, [], -1, 2))).toEqual([
    null,
    null,
    null,
    null,
  ])
})
