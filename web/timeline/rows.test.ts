import { describe, expect, it } from 'vitest'
import type { Step } from '../api/types.ts'
import { isFailed, parentIndex, stepKey, visibleRows } from './rows.ts'

const step = (step_id: string, depth: number) => ({ step_id, depth, trace_id: 't' }) as Step
const STEPS = [step('a', 0), step('b', 1), step('c', 2), step('d', 1), step('e', 0)]
const shown = (folded: string[]) => visibleRows(STEPS, new Set(folded)).map(({ step: { step_id } }) => step_id)

describe('the rows of a tree', () => {
  it('are all steps when nothing is folded', () => {
    expect(shown([])).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('leave out everything below a folded step and nothing beside it', () => {
    expect(shown(['t-b'])).toEqual(['a', 'b', 'd', 'e'])
    expect(shown(['t-a'])).toEqual(['a', 'e'])
    expect(shown(['t-a', 't-b'])).toEqual(['a', 'e'])
  })

  it('know which of them have something below, and fold no others', () => {
    const rows = visibleRows(STEPS, new Set(['t-c', 't-b']))
    expect(rows.map(({ hasChildren }) => hasChildren)).toEqual([true, true, false, false])
    expect(rows.map(({ isFolded }) => isFolded)).toEqual([false, true, false, false])
  })

  it('lead to the row above in the tree', () => {
    const rows = visibleRows(STEPS, new Set())
    expect(rows.map((_, index) => parentIndex(rows, index))).toEqual([-1, 0, 1, 0, -1])
  })
})

it('takes steps of two traces with one span id for two', () => {
  expect(stepKey({ trace_id: 't', step_id: 'a' })).not.toBe(stepKey({ trace_id: 'u', step_id: 'a' }))
})

it('takes a step for failed by its status or its error', () => {
  const of = (status: Step['status'], error_type: string | null) => isFailed({ status, error_type })
  expect([of('success', null), of('error', null), of('timeout', null), of(null, 'X'), of('running', null)]).toEqual([
    false,
    true,
    true,
    true,
    false,
  ])
})
