import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteBuffer } from './byte-buffer.ts'
import { writeUint64 } from './json-writer.ts'

const LAST = 2n ** 64n - 1n

test('a number of 64 bits is written in decimal, from its halves', () => {
  const written = (value: bigint) => {
    const out = new ByteBuffer(4)
    const halves = new DataView(new ArrayBuffer(8))
    halves.setBigUint64(0, value)
    writeUint64(out, halves.getInt32(4), halves.getInt32(0))
    return out.view().toString()
  }
  for (const value of [0n, 9n, 10n, 2n ** 53n - 1n, 2n ** 53n, 1_800_000_000_000_000_000n, 2n ** 63n, LAST])
    expect(written(value)).toBe(String(value))
  const nearBillions = fc
    .tuple(fc.bigInt(0n, 18_446_744_072n), fc.bigInt(0n, 2n))
    .map(([a, b]) => a * 1_000_000_000n + b)
  fc.assert(
    fc.property(fc.oneof(fc.bigInt(0n, LAST), nearBillions), (value) => {
      expect(written(value)).toBe(String(value))
    }),
    { numRuns: 1_000 },
  )
})
