import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAdmission } from '../admission.ts'
import { Body } from './body.ts'
import { BODY_BUFFER_BYTES, BodyBuffers } from './body-buffers.ts'

const MIB = 1024 * 1024

function bodyIn(buffers: BodyBuffers, announced?: number) {
  const admission = createAdmission({ inFlightBytesMax: 256 * MIB, inFlightRequestsMax: 1 })
  return new Body({ permit: admission.enter(0)!, bodyBytesMax: 64 * MIB, buffers }, announced)
}

describe('buffers of bodies', () => {
  it('serve bodies that come side by side, none of which sees another', () => {
    const sizes = fc.array(fc.nat(2 * BODY_BUFFER_BYTES), { minLength: 2, maxLength: 12 })
    const buffers = new BodyBuffers()
    fc.assert(
      fc.property(sizes, fc.boolean(), (lengths, isAnnounced) => {
        const bodies = lengths.map((length) => bodyIn(buffers, isAnnounced ? length : undefined))
        // Chunk by chunk in turns, as they come from several connections.
        for (let at = 0; at < 2 * BODY_BUFFER_BYTES; at += 300_000) {
          bodies.forEach((body, i) => {
            const more = Math.min(300_000, lengths[i]! - at)
            if (more > 0) expect(body.push(Buffer.alloc(more, i + 1))).toBeUndefined()
          })
        }
        bodies.forEach((body, i) => {
          expect(body.take().equals(Buffer.alloc(lengths[i]!, i + 1))).toBe(true)
          body.giveBack()
        })
      }),
      { numRuns: 20 },
    )
  })

  it('are used again once they are given back, and not before', () => {
    const buffers = new BodyBuffers()
    const [first, second] = [bodyIn(buffers), bodyIn(buffers)]
    for (const body of [first, second]) body.push(Buffer.alloc(300_000))
    const { buffer } = first.take()
    expect(second.take().buffer).not.toBe(buffer)
    first.giveBack()
    const third = bodyIn(buffers)
    third.push(Buffer.alloc(300_000))
    expect(third.take().buffer).toBe(buffer)
  })

  it('are kept for large bodies only, and none is kept twice', () => {
    const buffers = new BodyBuffers()
    expect(buffers.take(100).length).toBe(100)
    expect(buffers.take(BODY_BUFFER_BYTES + 1).length).toBe(BODY_BUFFER_BYTES + 1)
    const body = bodyIn(buffers)
    body.push(Buffer.alloc(300_000))
    body.giveBack()
    body.giveBack()
    expect(buffers.take(MIB)).not.toBe(buffers.take(MIB))
  })
})
