import fc from 'fast-check'
import { expect, it } from 'vitest'
import { contentHash, toBigInt } from './content-hash.ts'

const hash = (bytes: Uint8Array) => toBigInt(contentHash(bytes))

it('is MurmurHash3 by two seeds', () => {
  // From the reference implementation (SMHasher): "" and "Hello, world!" with the seed 0x9747b28c.
  expect(contentHash(Buffer.from(''))[0]).toBe(0xebb6c228)
  expect(contentHash(Buffer.from('Hello, world!'))[0]).toBe(0x24884cba)
})

it('tells contents apart that differ in a byte or in length', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 99 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (bytes, at, by) => {
        const other = bytes.slice()
        other[at % bytes.length]! ^= by
        expect(hash(other)).not.toBe(hash(bytes))
        expect(hash(Uint8Array.of(...bytes, 0))).not.toBe(hash(bytes))
        expect(hash(bytes.slice())).toBe(hash(bytes))
      },
    ),
  )
})
