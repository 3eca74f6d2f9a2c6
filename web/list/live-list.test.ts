import { expect, it } from 'vitest'
import type { Execution } from '../api/types.ts'
import { countNew, heldRows } from './live-list.ts'

const row = (execution_id: string, status = 'success', instance: string | null = null) =>
  ({ execution_id, instance, status }) as Execution

it('keeps the order that the reader saw and takes what became known of each row', () => {
  const held = [row('b', 'running'), row('a')]
  expect(heldRows(held, [row('0')], [row('c'), row('b', 'error'), row('a')])).toEqual([
    row('b', 'error'),
    row('a'),
    row('0'),
  ])
})

it('shows a row once that stands on two pages', () => {
  expect(heldRows([row('b'), row('a')], [row('a'), row('0')], [])).toEqual([row('b'), row('a'), row('0')])
})

it('tells executions of two instances with one id apart', () => {
  expect(heldRows([row('a', 'success', 'x'), row('a', 'error', 'y')], [], [row('a', 'lost', 'y')])).toEqual([
    row('a', 'success', 'x'),
    row('a', 'lost', 'y'),
  ])
})

it('counts what came since', () => {
  const shown = [row('b'), row('a')]
  expect(countNew(shown, shown)).toEqual({ count: 0, atLeast: false })
  expect(countNew(shown, [row('c'), ...shown])).toEqual({ count: 1, atLeast: false })
})

it('says "at least" when the whole first page is new, because more may lie behind it', () => {
  expect(countNew([row('a')], [row('d'), row('c')])).toEqual({ count: 2, atLeast: true })
  expect(countNew([], [row('d')])).toEqual({ count: 1, atLeast: false })
})
