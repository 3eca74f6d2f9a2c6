import { expect, it } from 'vitest'
import { restartDelayMs } from './restart-delay.ts'

it('doubles from 0.2 s and stops at 10 s', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7, 100].map(restartDelayMs)).toEqual([
    200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 10_000,
  ])
})
