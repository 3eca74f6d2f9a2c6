/** Numbers that look random and follow from a seed alone: the same seed gives the same demo on every machine. */

export interface Random {
  /** In [0, 1). */
  next: () => number
  /** Whole number from `min` to `max`, both included. */
  int: (min: number, max: number) => number
  chance: (probability: number) => boolean
  pick: <T>(items: readonly T[]) => T
  /** Picks by weight; weights need not sum to anything. */
  weighted: <T>(items: readonly (readonly [T, number])[]) => T
  /** Milliseconds, log-normal around a median, with one in a hundred ten times as slow. */
  duration: (medianMs: number) => number
  /** Lower-case hex of that many bytes, never all zero. */
  hex: (bytes: number) => string
}

/** Spread of durations: two thirds lie between median ÷ 1.5 and median × 1.5. */
const SIGMA = 0.4
const SLOW_ONE_IN = 100
const SLOW_FACTOR = 10

/** @param seed any parts; the same parts give the same sequence */
export function createRandom(...seed: readonly (string | number)[]): Random {
  const next = sfc32(hash(seed.join('/')))
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  const pick = <T>(items: readonly T[]): T => items[int(0, items.length - 1)]!
  return {
    next,
    int,
    pick,
    chance: (probability) => next() < probability,
    weighted: (items) => {
      let left = next() * items.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [item, weight] of items) {
        left -= weight
        if (left < 0) return item
      }
      return items.at(-1)![0]
    },
    duration: (medianMs) => {
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
      const slow = int(1, SLOW_ONE_IN) === 1 ? SLOW_FACTOR : 1
      return Math.max(0.05, medianMs * Math.exp(SIGMA * normal) * slow)
    },
    hex: (bytes) =>
      `${int(1, 15).toString(16)}${Array.from({ length: bytes * 2 - 1 }, () => int(0, 15).toString(16)).join('')}`,
  }
}

/** FNV-1a over the text, four times with different offsets: the state of the generator. */
function hash(text: string): [number, number, number, number] {
  const one = (offset: number) => {
    let value = offset
    for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 16_777_619)
    return value >>> 0
  }
  return [one(2_166_136_261), one(374_761_393), one(3_266_489_917), one(668_265_263)]
}

/** Doty-Humphrey's small fast counter, 32 bit. */
function sfc32(state: [number, number, number, number]): () => number {
  let [a, b, c, counter] = state
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    c |= 0
    return (t >>> 0) / 4_294_967_296
  }
  for (let i = 0; i < 12; i++) next()
  return next
}
