import { expect, it } from 'vitest'
import { paceMs } from './pace.ts'

it('keeps to the setting while ClickHouse is quick', () => {
  expect(paceMs(200, 0)).toBe(200)
  expect(paceMs(200, 100)).toBe(200)
})

it('gathers for longer while ClickHouse is slow, but no row waits for more than half a second', () => {
  expect(paceMs(200, 150)).toBe(300)
  expect(paceMs(200, 10_000)).toBe(500)
})

it('never goes below the setting', () => {
  expect(paceMs(2_000, 10_000)).toBe(2_000)
  expect(paceMs(1, 0)).toBe(1)
})
