import { expect, it } from 'vitest'
import { formatDuration } from './duration.ts'

it.each([
  [null, '–'],
  [0, '0 ms'],
  [0.0001, '1 µs'],
  [0.42, '420 µs'],
  [0.9996, '1.00 ms'],
  [1.234, '1.23 ms'],
  [9.999, '10.0 ms'],
  [99.96, '100 ms'],
  [123.4, '123 ms'],
  [999.4, '999 ms'],
  [999.6, '1.00 s'],
  [1_234, '1.23 s'],
  [59_940, '59.9 s'],
  [59_960, '1 m 00 s'],
  [65_000, '1 m 05 s'],
  [3_599_700, '1 h 00 m'],
  [3_600_000, '1 h 00 m'],
  [11_520_000, '3 h 12 m'],
  [86_400_000, '1 d 00 h'],
  [90_000_000, '1 d 01 h'],
  [-5, '−5.00 ms'],
])('writes %s ms as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
