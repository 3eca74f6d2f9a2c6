import { describe, expect, it } from 'vitest'
import { type Cursor, decodeCursor, encodeCursor } from './cursor.ts'
import { ProblemError } from './problem.ts'

const cursor: Cursor = {
  sort: 'duration_ms',
  order: 'asc',
  range: { from: 5n, to: null },
  after: { value: '0.1', execution_id: 'a"b\u0000', instance: '' },
}
const forged = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url')

describe('a cursor', () => {
  it('comes back as it was', () => {
    expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor)
  })

  it('comes back with what was seen', () => {
    const seen = { ...cursor, seen: { rows: 12, open: 3 } }
    expect(decodeCursor(encodeCursor(seen))).toEqual(seen)
  })

  it.each([
    ['text that is no base64', '%%%'],
    ['other JSON', forged({ v: 1 })],
    ['a field too many', forged({ v: 1, s: 'started_at', o: 'asc', f: null, t: null, a: ['1', 'a', 'b'], x: 1 })],
    [
      'a time beyond 64 bits',
      forged({ v: 1, s: 'started_at', o: 'asc', f: null, t: null, a: ['9999999999999999999', 'a', 'b'] }),
    ],
    ['a time that is none', forged({ v: 1, s: 'started_at', o: 'asc', f: null, t: null, a: ['1.5', 'a', 'b'] })],
    ['a start that is absent', forged({ v: 1, s: 'started_at', o: 'asc', f: null, t: null, a: [null, 'a', 'b'] })],
    ['SQL for a value', forged({ v: 1, s: 'duration_ms', o: 'asc', f: null, t: null, a: ['1 OR 1=1', 'a', 'b'] })],
    [
      'a count beyond all',
      forged({ v: 1, s: 'started_at', o: 'desc', f: null, t: null, a: ['1', 'a', 'b'], n: [2 ** 53 - 1, 0] }),
    ],
    ['another column', forged({ v: 1, s: 'tenant', o: 'asc', f: null, t: null, a: ['1', 'a', 'b'] })],
  ])('is refused when it is %s', (_, text) => {
    expect(() => decodeCursor(text)).toThrow(ProblemError)
  })
})
