import { expect, it } from 'vitest'
import { createRandom } from './random.ts'

it('gives the same sequence for the same seed and another for any other', () => {
  const sequence = (...seed: (string | number)[]) => {
    const random = createRandom(...seed)
    return Array.from({ length: 20 }, () => random.next())
  }
  expect(sequence(1, 2)).toEqual(sequence(1, 2))
  expect(sequence(1, 2)).not.toEqual(sequence(2, 1))
  expect(sequence(1, 23)).not.toEqual(sequence(12, 3))
})

it('stays in its ranges and reaches both ends', () => {
  const random = createRandom('range')
  const values = Array.from({ length: 500 }, () => random.int(3, 5))
  expect(new Set(values)).toEqual(new Set([3, 4, 5]))
})

it('chooses by weight', () => {
  const random = createRandom('weights')
  const chosen = Array.from({ length: 2_000 }, () =>
    random.weighted([
      ['often', 9],
      ['seldom', 1],
      ['never', 0],
    ]),
  )
  const seldom = chosen.filter((one) => one === 'seldom').length
  expect(seldom).toBeGreaterThan(120)
  expect(seldom).toBeLessThan(280)
  expect(chosen).not.toContain('never')
})

it('makes ids of the right length, never all zero', () => {
  const random = createRandom('ids')
  for (let i = 0; i < 200; i++) expect(random.hex(8)).toMatch(/^[1-9a-f][0-9a-f]{15}$/)
})

it('centres durations on their median, with outliers', () => {
  const random = createRandom('durations')
  const durations = Array.from({ length: 4_001 }, () => random.duration(100)).sort((a, b) => a - b)
  expect(durations[2_000]).toBeGreaterThan(90)
  expect(durations[2_000]).toBeLessThan(110)
  expect(durations.at(-1)).toBeGreaterThan(700)
})
