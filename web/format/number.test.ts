import { expect, it } from 'vitest'
import { formatChange, formatCount, formatRate } from './number.ts'

it('sets thousands apart', () => {
  expect([0, 999, 1_000, 1_234_567].map(formatCount)).toEqual(['0', '999', '1\u202f000', '1\u202f234\u202f567'])
})

it('never rounds a rate up to one that was not reached', () => {
  expect([null, 0, 99.96, 99.99, 100].map(formatRate)).toEqual(['–', '0.0 %', '99.9 %', '99.9 %', '100.0 %'])
})

it.each([
  [null, '%', null],
  [0, '%', { text: '±0 %', direction: 'same', isNotable: false }],
  [0.04, 'pts', { text: '±0 pts', direction: 'same', isNotable: false }],
  [4.9, '%', { text: '▲ 4.9 %', direction: 'up', isNotable: false }],
  [5.25, '%', { text: '▲ 5.3 %', direction: 'up', isNotable: true }],
  [-12.5, '%', { text: '▼ 13 %', direction: 'down', isNotable: true }],
  [12_345, '%', { text: '▲ 12\u202f345 %', direction: 'up', isNotable: true }],
  [-12.5, 'pts', { text: '▼ 12.5 pts', direction: 'down', isNotable: true }],
] as const)('writes the change %s in %s with its direction', (value, unit, expected) => {
  expect(formatChange(value, unit)).toEqual(expected)
})
