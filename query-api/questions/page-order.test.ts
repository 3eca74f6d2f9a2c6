import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBehind, type PageOrder, type Position } from './page-order.ts'

const at = (value: string | null, execution_id = 'a', instance = ''): Position => ({ value, execution_id, instance })
const newest: PageOrder = { sort: 'started_at', order: 'desc' }
const oldest: PageOrder = { sort: 'started_at', order: 'asc' }
const quickest: PageOrder = { sort: 'duration_ms', order: 'asc' }

describe('a position is behind another', () => {
  it.each<[string, PageOrder, Position, Position]>([
    ['that is newer, to the nanosecond', newest, at('1700000000000000000'), at('1700000000000000001')],
    ['that is older, where the oldest come first', oldest, at('10'), at('9')],
    ['that took less', quickest, at('1e3'), at('999.5')],
    ['that has a value, without one', newest, at(null), at('1')],
    ['that has a value, without one in the other order', quickest, at(null), at('1')],
    ['of one value, by id', newest, at('1', 'a'), at('1', 'b')],
    ['of one value and id, by instance', oldest, at('1', 'a', 'y'), at('1', 'a', 'x')],
    ['by the bytes of its id', oldest, at('1', '\u{10000}'), at('1', '\uffff')],
  ])('%s', (_, order, one, other) => {
    expect([isBehind(order, one, other), isBehind(order, other, one)]).toEqual([true, false])
  })

  it('where numbers are written differently by id alone', () => {
    expect(isBehind(quickest, at('1000', 'b'), at('1e3', 'a'))).toBe(true)
  })

  it('or before it, or is the same', () => {
    const position = fc.record({
      value: fc.option(fc.integer({ min: 0, max: 3 }).map(String)),
      execution_id: fc.constantFrom('a', 'b'),
      instance: fc.constantFrom('', 'x'),
    })
    fc.assert(
      fc.property(fc.constantFrom(newest, oldest, quickest), position, position, (order, one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other)
        const behind = [isBehind(order, one, other), isBehind(order, other, one)].filter(Boolean)
        expect(behind.length).toBe(isSame ? 0 : 1)
      }),
    )
  })
})
