import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeSpans } from '../test/kit/decode.ts'
import { anyRequest } from '../test/kit/random-requests.ts'
import { index, NOW_MS } from '../test/kit/requests.ts'
import { readTape } from '../test/kit/tape.ts'
import { DEFAULT_LIMITS, indexTraces, TraceTape } from './index.ts'

test('a tape tells of any request exactly what protobufjs decodes', () => {
  const seen = { storable: 0, rejected: 0, attributes: 0 }
  fc.assert(
    fc.property(anyRequest, (body) => {
      const { all, storable } = decodeSpans(body)
      const { tape, outcome } = index(Buffer.from(body))
      expect(outcome).toMatchObject({ kind: 'indexed', items: all, repaired: 0 })
      expect(readTape(tape)).toEqual(storable)
      expect(outcome.kind === 'indexed' && outcome.rejected.total).toBe(all - storable.length)
      seen.storable += storable.length
      seen.rejected += all - storable.length
      seen.attributes += storable.reduce((sum, { attributes }) => sum + attributes.length, 0)
    }),
    { numRuns: 400 },
  )
  expect(Math.min(seen.storable, seen.rejected, seen.attributes)).toBeGreaterThan(50)
})

test('one tape serves many requests, none of which shows in the next', () => {
  const tape = new TraceTape()
  fc.assert(
    fc.property(anyRequest, (body) => {
      indexTraces(tape, Buffer.from(body), DEFAULT_LIMITS, NOW_MS)
      expect(readTape(tape)).toEqual(decodeSpans(body).storable)
    }),
    { numRuns: 100 },
  )
})
