import { randomBytes } from 'node:crypto'
import { deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createAdmission } from '../admission.ts'
import { inflate } from './inflate.ts'

const MIB = 1024 * 1024

function limits(bodyBytesMax: number, inFlightBytesMax = 64 * MIB) {
  const admission = createAdmission({ inFlightBytesMax, inFlightRequestsMax: 1 })
  return { admission, limits: { permit: admission.enter(0)!, bodyBytesMax } }
}

describe('inflating', () => {
  const text = Buffer.from('span '.repeat(50_000))

  it.each([
    ['small', text],
    ['large, but made small', Buffer.alloc(3 * MIB, 'span ')],
    ['large also when compressed', randomBytes(3 * MIB)],
  ])('gives back what gzip and deflate made of a body that is %s', async (_, body) => {
    const bounds = limits(4 * MIB).limits
    expect(body.equals((await inflate(gzipSync(body), 'gzip', bounds)) as Buffer)).toBe(true)
    expect(body.equals((await inflate(deflateSync(body), 'deflate', bounds)) as Buffer)).toBe(true)
  })

  it('reads a gzip of several members as one body', async () => {
    const two = Buffer.concat([gzipSync('one '), gzipSync('two')])
    expect(await inflate(two, 'gzip', limits(MIB).limits)).toEqual(Buffer.from('one two'))
  })

  it('gives an empty body for an empty one', async () => {
    expect(await inflate(gzipSync(''), 'gzip', limits(MIB).limits)).toEqual(Buffer.alloc(0))
  })

  it.each([
    ['small', 5_000],
    ['large', 3 * MIB],
  ])('takes exactly a limit that is %s and refuses one byte more', async (_, bytes) => {
    const body = gzipSync(Buffer.alloc(bytes, 'span '))
    expect(await inflate(body, 'gzip', limits(bytes).limits)).toHaveLength(bytes)
    expect(await inflate(body, 'gzip', limits(bytes - 1).limits)).toMatchObject({ reason: 'too_large' })
  })

  it('stops a bomb at the limit and never holds more than about twice that', async () => {
    const { admission, limits: bounds } = limits(MIB)
    const bomb = gzipSync(Buffer.alloc(200 * MIB))
    expect(await inflate(bomb, 'gzip', bounds)).toMatchObject({ reason: 'too_large' })
    expect(admission.inFlight().bytes).toBeLessThan(2 * MIB)
  })

  it('is refused as overload when what comes out would pass the bytes in flight', async () => {
    const bounds = limits(64 * MIB, MIB).limits
    expect(await inflate(gzipSync(Buffer.alloc(8 * MIB)), 'gzip', bounds)).toMatchObject({ reason: 'overloaded' })
  })

  it.each([
    ['no gzip at all', Buffer.from('{"resourceSpans":[]}')],
    ['a gzip cut short', gzipSync(text).subarray(0, 100)],
    ['a large gzip cut short', gzipSync(randomBytes(MIB)).subarray(0, 500_000)],
    ['a gzip with a wrong checksum', Buffer.concat([gzipSync(text).subarray(0, -8), Buffer.alloc(8, 1)])],
  ])('calls %s malformed', async (_, broken) => {
    expect(await inflate(broken, 'gzip', limits(MIB).limits)).toMatchObject({ reason: 'malformed' })
  })
})
