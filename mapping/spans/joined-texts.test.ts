import { DEFAULT_LIMITS, indexTraces, TRACES, TraceTape } from '@runlens/otlp'
import { expect, test } from 'vitest'
import { JoinedTexts } from './joined-texts.ts'

/** A tape whose resource holds these values as attributes, in order. */
function tapeOf(values: string[]): TraceTape {
  const attributes = values.map((stringValue) => ({ key: 'k', value: { stringValue } }))
  const span = { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 1), startTimeUnixNano: '1700000000000000000' }
  const request = { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [span] }] }] }
  const tape = new TraceTape()
  const body = Buffer.from(TRACES.request.encode(TRACES.request.fromObject(request)).finish())
  indexTraces(tape, body, { ...DEFAULT_LIMITS, attributesPerSpanMax: 10_000 }, 1_700_000_000_000)
  return tape
}

function joinedTexts() {
  const made: string[] = []
  const joined = new JoinedTexts((text) => made.push(Buffer.from(text).toString()) - 1)
  return { made, joined }
}

test('two values are joined by a blank, and made once where they repeat', () => {
  const { made, joined } = joinedTexts()
  const tape = tapeOf(['GET', '/orders/größe', 'GET', '/orders/größe', 'PUT'])
  expect(joined.join(tape, 0, 1)).toBe(0)
  expect(joined.join(tape, 2, 3)).toBe(0)
  expect(joined.join(tape, 4, 3)).toBe(1)
  expect(made).toEqual(['GET /orders/größe', 'PUT /orders/größe'])
  joined.clear()
  expect(joined.join(tape, 0, 1)).toBe(2)
})

test('every pair gives its own text, however many fall into one slot', () => {
  const { made, joined } = joinedTexts()
  const words = ['', ' ', 'a', 'a b', 'b', 'b c', 'c', ...Array.from({ length: 1_000 }, (_, i) => `/route/${i}`)]
  const tape = tapeOf(words)
  for (let round = 0; round < 2; round++) {
    for (let before = 0; before < 7; before++) {
      for (let after = 0; after < words.length; after++) {
        expect(made[joined.join(tape, before, after)]).toBe(`${words[before]} ${words[after]}`)
      }
    }
  }
})
