import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyRequest } from '../test/kit/random-requests.ts'
import { index } from '../test/kit/requests.ts'
import { KeyNumbers, type TraceTape } from './index.ts'

test('every attribute has the number of its own key, for any request', () => {
  let attributes = 0
  fc.assert(
    fc.property(anyRequest, (body) => {
      const { tape } = index(Buffer.from(body))
      const { at, length } = tape.attributes
      for (let row = 0; row < length; row++) {
        expect(keyOf(tape, at.key[row]!)).toBe(text(tape, at.keyStart[row]!, at.keyEnd[row]!))
      }
      attributes += length
    }),
    { numRuns: 200 },
  )
  expect(attributes).toBeGreaterThan(50)
})

test('equal keys have one number in whatever order they come, also after thousands of others', () => {
  const numbers = new KeyNumbers()
  for (const count of [20_000, 3]) {
    const keys = Array.from({ length: count }, (_, i) => `${i % 7 === 0 ? i : `a.longer.name.${i}`}`)
    const buffer = Buffer.from(keys.join(''))
    const data = new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
    let at = 0
    const places = keys.map((key) => {
      at += key.length
      return [at - key.length, at] as const
    })
    numbers.clear()
    const first = places.map(([start, end]) => numbers.add(data, start, end))
    expect(new Set(first).size).toBe(count)
    const again = places
      .toReversed()
      .map(([start, end]) => numbers.guess(data, start, end) || numbers.add(data, start, end))
    expect(again.toReversed()).toEqual(first)
    expect(numbers.length).toBe(count + 1)
  }
})

test('keys made to collide are numbered each by itself, in bounded time', () => {
  const numbers = new KeyNumbers()
  const keys = Array.from({ length: 2_000 }, (_, i) => `AAAAAAAA${String(i).padStart(4, '0')}ZZZZZZZZ`)
  const buffer = Buffer.from(keys.join(''))
  const data = new DataView(buffer.buffer, buffer.byteOffset, buffer.length)
  for (let i = 0; i < keys.length; i++) {
    const number = numbers.add(data, i * 20, i * 20 + 20)
    expect(buffer.toString('latin1', numbers.starts[number], numbers.ends[number])).toBe(keys[i])
  }
})

function keyOf({ keys, ...tape }: TraceTape, number: number): string {
  return number === 0 ? '' : text(tape, keys.starts[number]!, keys.ends[number]!)
}

function text({ buffer }: Pick<TraceTape, 'buffer'>, start: number, end: number): string {
  return start < 0 ? '' : buffer.toString('utf8', start, end)
}
