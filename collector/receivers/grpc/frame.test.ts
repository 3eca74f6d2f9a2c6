import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Fault, fault } from '../status.ts'
import { frameMessage, MessageReader } from './frame.ts'

class Sink {
  announced: number | undefined
  readonly chunks: Uint8Array[] = []
  private readonly max: number
  constructor(max = Number.POSITIVE_INFINITY) {
    this.max = max
  }
  expect(bytes: number): Fault | undefined {
    this.announced = bytes
    return bytes > this.max ? fault('too_large', 'too large') : undefined
  }
  push(chunk: Uint8Array): undefined {
    this.chunks.push(chunk)
  }
}

describe('a length-prefixed message', () => {
  it('is read however the data frames are cut', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.boolean(),
        fc.array(fc.nat(304)),
        (message, compressed, cuts) => {
          const wire = frameMessage(message, compressed)
          const sink = new Sink()
          const reader = new MessageReader(sink)
          let from = 0
          for (const to of [...cuts.filter((cut) => cut < wire.length).sort((a, b) => a - b), wire.length]) {
            expect(reader.push(wire.subarray(from, to))).toBeUndefined()
            from = to
          }
          expect(reader.end()).toBeUndefined()
          expect(reader.compressed).toBe(compressed)
          expect(sink.announced).toBe(message.length)
          expect(Buffer.concat(sink.chunks)).toEqual(Buffer.from(message))
        },
      ),
    )
  })

  it('is malformed when the call ends early, at every byte', () => {
    const wire = frameMessage(Buffer.from('abc'), false)
    for (let bytes = 0; bytes < wire.length; bytes++) {
      const reader = new MessageReader(new Sink())
      reader.push(wire.subarray(0, bytes))
      expect(reader.end()).toMatchObject({ reason: 'malformed' })
    }
  })

  it('is malformed with a second message behind it', () => {
    const wire = frameMessage(Buffer.from('abc'), false)
    expect(new MessageReader(new Sink()).push(Buffer.concat([wire, wire]))).toMatchObject({ reason: 'malformed' })
  })

  it('is malformed with a compressed flag that does not exist', () => {
    const wire = frameMessage(Buffer.from('abc'), false)
    wire[0] = 2
    expect(new MessageReader(new Sink()).push(wire)).toMatchObject({ reason: 'malformed' })
  })

  it('is refused by its announced length, before any byte of it', () => {
    const sink = new Sink(2)
    expect(new MessageReader(sink).push(frameMessage(Buffer.from('abc'), false))).toMatchObject({ reason: 'too_large' })
    expect(sink.chunks).toEqual([])
  })
})
