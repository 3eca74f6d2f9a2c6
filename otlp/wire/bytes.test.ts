import { expect, test } from 'vitest'
import { equalBytes, hashBytes } from './bytes.ts'

const LENGTH_MAX = 40

/** The content at `at`, and zeros around it. */
function place(content: Uint8Array, at: number): DataView {
  const data = new Uint8Array(at + content.length + 9)
  data.set(content, at)
  return new DataView(data.buffer)
}

test('equality depends on every byte of the range, equality and hash on none beside it, at any length', () => {
  for (let length = 0; length <= LENGTH_MAX; length++) {
    const content = Uint8Array.from({ length }, (_, i) => 0x80 + i * 3)
    const one = place(content, 1)
    const other = place(content, 6).buffer
    new Uint8Array(other).fill(0xff, 0, 6)
    const same = new DataView(other)
    expect(equalBytes(one, 1, 1 + length, same, 6, 6 + length)).toBe(true)
    expect(hashBytes(one, 1, 1 + length)).toBe(hashBytes(same, 6, 6 + length))
    for (let k = 0; k < length; k++) {
      const changed = content.slice()
      changed[k]! ^= 1
      expect(equalBytes(one, 1, 1 + length, place(changed, 2), 2, 2 + length)).toBe(false)
    }
    if (length > 0) expect(equalBytes(one, 1, 1 + length, same, 6, 5 + length)).toBe(false)
  }
})
