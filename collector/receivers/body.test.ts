import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAdmission } from '../admission.ts'
import { Body, FIRST_BYTES_MAX, firstBytes } from './body.ts'

const MIB = 1024 * 1024

function setup(inFlightBytesMax: number, bodyBytesMax: number, expectedBytes?: number) {
  const admission = createAdmission({ inFlightBytesMax, inFlightRequestsMax: 1 })
  const permit = admission.enter(0)!
  return { admission, permit, body: new Body({ permit, bodyBytesMax }, expectedBytes) }
}

describe('a body on its way in', () => {
  it('comes out as it went in, however it was cut and whatever was announced', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3_000 })), fc.option(fc.nat(50_000)), (chunks, announced) => {
        const { body } = setup(64 * MIB, MIB, announced ?? undefined)
        for (const chunk of chunks) expect(body.push(chunk)).toBeUndefined()
        expect(body.take().equals(Buffer.concat(chunks))).toBe(true)
      }),
    )
  })

  it('takes the limit itself and refuses one byte more', () => {
    const { body } = setup(64 * MIB, 1_000)
    expect(body.push(Buffer.alloc(999))).toBeUndefined()
    expect(body.push(Buffer.alloc(1))).toBeUndefined()
    expect(body.push(Buffer.alloc(1))).toMatchObject({ reason: 'too_large' })
  })

  it('is refused as overload when the bytes in flight would pass their bound', () => {
    const { body } = setup(MIB, 64 * MIB)
    expect(body.push(Buffer.alloc(MIB))).toBeUndefined()
    expect(body.push(Buffer.alloc(1))).toMatchObject({ reason: 'overloaded' })
  })

  it('holds a permit for all of the memory it has', () => {
    const { admission, body } = setup(64 * MIB, 64 * MIB)
    for (let i = 0; i < 100; i++) body.push(Buffer.alloc(10_000))
    const whole = body.take()
    expect(whole.buffer.byteLength).toBe(admission.inFlight().bytes)
  })

  it('does not hold what a sender only announces', () => {
    expect(firstBytes(64 * MIB)).toBe(FIRST_BYTES_MAX)
    const { admission, body } = setup(64 * MIB, 64 * MIB, 64 * MIB)
    body.push(Buffer.alloc(1))
    expect(admission.inFlight().bytes).toBe(FIRST_BYTES_MAX)
  })
})
