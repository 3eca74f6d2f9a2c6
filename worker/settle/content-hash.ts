/**
 * 64 bits that tell contents of rows apart: MurmurHash3 (x86, 32 bits) with two seeds. A row has a thousand bytes, and `node:crypto` takes longer
 * to begin and end a hash than this to go over them; nobody gains anything by two contents of their own that look alike.
 */
const SEEDS = [0x9747b28c, 0x3c6ef372] as const

/** @returns a new pair of words, the lower one first */
export function contentHash(bytes: Uint8Array): Uint32Array {
  const { length } = bytes
  let [a, b]: [number, number] = [SEEDS[0], SEEDS[1]]
  const whole = length & ~3
  for (let at = 0; at < whole; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    const mixed = mixWord(word)
    a = stir(a ^ mixed)
    b = stir(b ^ mixed)
  }
  let rest = 0
  for (let at = length - 1; at >= whole; at--) rest = (rest << 8) | bytes[at]!
  const mixed = mixWord(rest)
  return Uint32Array.of(finish(a ^ mixed ^ length), finish(b ^ mixed ^ length))
}

/** As the column has it. */
export function toBigInt([low, high]: Uint32Array): bigint {
  return (BigInt(high!) << 32n) | BigInt(low!)
}

function mixWord(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51)
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593)
}

function stir(hash: number): number {
  return (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
}

function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
