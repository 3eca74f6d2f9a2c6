import { expect, it } from 'vitest'
import { parseCount, parseDuration } from './duration.ts'

it('reads seconds, minutes, hours and days', () => {
  expect(['90s', '15m', '6h', '7d'].map(parseDuration)).toEqual([90_000, 900_000, 21_600_000, 604_800_000])
})

it.each(['', '7', '0d', '-1d', '1.5h', '7 days', 'd'])('refuses %j with an example', (text) => {
  expect(() => parseDuration(text)).toThrow('for example 7d')
})

it('takes whole numbers from 1 on only', () => {
  expect(parseCount('12')).toBe(12)
  for (const text of ['0', '-1', '1.5', 'x', '1e99']) expect(() => parseCount(text)).toThrow('whole number')
})
