/** A failure that was tried again is none; parallel branches are no attempts of one another. */
import { expect, it } from 'vitest'
import { failedForGood, type StepView } from './failed-steps.ts'

const ms = (value: number) => BigInt(value) * 1_000_000n
const step = (name: string, status: StepView['status'], from: number, to: number, more: Partial<StepView> = {}) => ({
  name,
  status,
  parentStep: -1,
  attempt: 0,
  startedAt: ms(from),
  endedAt: ms(to),
  ...more,
})

it('counts a step whose last attempt failed, once', () => {
  expect(failedForGood([step('a', 'error', 0, 10), step('a', 'success', 20, 30)])).toEqual([])
  expect(failedForGood([step('a', 'error', 0, 10), step('a', 'failed', 20, 30)])).toEqual([1])
  expect(failedForGood([step('a', 'success', 0, 10), step('a', 'timeout', 20, 30)])).toEqual([1])
})

it('takes steps of another name, or below another step, for others', () => {
  expect(failedForGood([step('a', 'error', 0, 10), step('b', 'success', 20, 30)])).toEqual([0])
  expect(failedForGood([step('a', 'error', 0, 10), step('a', 'success', 20, 30, { parentStep: 0 })])).toEqual([0])
})

it('takes steps that overlap for branches, each on its own', () => {
  const branches = [step('a', 'error', 0, 50), step('a', 'success', 1, 60), step('a', 'success', 2, 40)]
  expect(failedForGood(branches)).toEqual([0])
})

it('forgives an overlap of less than a millisecond, the grain of some clocks', () => {
  const first = step('a', 'error', 100, 101, { endedAt: ms(101) + 200_000n })
  expect(failedForGood([first, step('a', 'success', 101, 110)])).toEqual([])
})

it('goes by attempt numbers where they are told', () => {
  const second = step('a', 'success', 0, 10, { attempt: 2 })
  expect(failedForGood([step('a', 'error', 20, 30, { attempt: 1 }), second])).toEqual([])
  const items = [step('a', 'error', 0, 10, { attempt: 1 }), step('a', 'success', 20, 30, { attempt: 1 })]
  expect(failedForGood(items)).toEqual([0])
})

it('never takes an open step or a waiting one for a failure', () => {
  expect(failedForGood([step('a', 'running', 0, 0), step('b', 'waiting', 0, 10), step('c', '', 0, 10)])).toEqual([])
})
