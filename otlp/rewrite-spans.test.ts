import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyRequest } from '../test/kit/random-requests.ts'
import { index } from '../test/kit/requests.ts'
import { readTape } from '../test/kit/tape.ts'
import { SpanWriter, type TraceTape, takeNumbers } from './index.ts'

const bytesAt = ({ buffer }: TraceTape, start: number, end: number) =>
  start < 0 ? Buffer.alloc(0) : buffer.subarray(start, end)

test('spans written anew are the same spans, known by their numbers, without events, links and flags', () => {
  let seen = 0
  const writer = new SpanWriter()
  fc.assert(
    fc.property(anyRequest, (body) => {
      const { tape } = index(Buffer.from(body))
      const { at, length } = tape.spans
      const time = (start: number) => (start < 0 ? 0n : tape.buffer.readBigUInt64LE(start))
      for (let row = 0; row < length; row++) {
        writer.enter(tape, at.scope[row]!)
        writer.write({
          traceId: bytesAt(tape, at.traceId[row]!, at.traceId[row]! + 16),
          spanId: bytesAt(tape, at.spanId[row]!, at.spanId[row]! + 8),
          parentSpanId: bytesAt(tape, at.parentSpanId[row]!, at.parentSpanId[row]! + 8),
          name: bytesAt(tape, at.nameStart[row]!, at.nameEnd[row]!),
          kind: at.kind[row]!,
          startTime: time(at.startTime[row]!),
          endTime: time(at.endTime[row]!),
          attributes: at.attributes[row]!,
          attributeCount: at.attributeCount[row]!,
          without: new Set(),
          asException: false,
          statusCode: at.statusCode[row]!,
          statusMessage: bytesAt(tape, at.statusMessageStart[row]!, at.statusMessageEnd[row]!),
        })
      }
      const again = index(writer.finish())
      expect([...takeNumbers(again.tape)]).toEqual(Array.from({ length }, (_, row) => row))
      const kept = readTape(tape).map((span) => ({
        ...span,
        traceState: '',
        flags: 0,
        dropped: [0, 0, 0],
        events: [],
        links: [],
        scope: { ...span.scope, schemaUrl: '', dropped: 0 },
        resource: { ...span.resource, schemaUrl: '', dropped: 0 },
      }))
      expect(readTape(again.tape)).toEqual(kept)
      seen += length
    }),
    { numRuns: 300 },
  )
  expect(seen).toBeGreaterThan(50)
})
