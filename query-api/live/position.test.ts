import { expect, it } from 'vitest'
import { formatPosition, isAfter, parsePosition } from './position.ts'

it('comes back as it was written', () => {
  const position = { block: 12n, offset: 3n, at: 1_700_000_000_000_001n }
  expect(parsePosition(formatPosition(position))).toEqual(position)
})

it.each(['', '1-2', '1-2-3-4', '-1-2-3', 'a-b-c', '1-2-3 ', `${'1'.repeat(19)}-0-0`])('refuses %j', (text) => {
  expect(parsePosition(text)).toBeNull()
})

it('orders by block, then by row', () => {
  const at = 5n
  expect(isAfter({ block: 2n, offset: 0n, at }, { block: 1n, offset: 9n, at })).toBe(true)
  expect(isAfter({ block: 1n, offset: 2n, at }, { block: 1n, offset: 1n, at: 9n })).toBe(true)
  expect(isAfter({ block: 1n, offset: 1n, at }, { block: 1n, offset: 1n, at })).toBe(false)
})
