/** Ways to break a payload, each after a fault that a parser may have. */
import { group, len, varint } from '../../kit/wire.ts'
import { CORPUS } from './corpus.ts'
import type { Random } from './random.ts'

type Mutation = (random: Random, bytes: Buffer) => Buffer

const DEPTH_MAX = 400

const at = (random: Random, bytes: Buffer) => random.below(bytes.length + 1)
const insert = (bytes: Buffer, where: number, what: Uint8Array) =>
  Buffer.concat([bytes.subarray(0, where), what, bytes.subarray(where)])
const replace = (bytes: Buffer, where: number, what: Uint8Array) =>
  Buffer.concat([bytes.subarray(0, where), what, bytes.subarray(where + what.length)])

function nested(random: Random, wrap: (inner: Buffer) => Buffer): Buffer {
  let inner: Buffer = Buffer.alloc(0)
  for (let depth = 1 + random.below(random.once(8) ? DEPTH_MAX : 60); depth > 0; depth--) inner = wrap(inner)
  return inner
}

/** A span field 9 (attributes) whose value is lists in lists, or maps in maps. */
const deepValue = (random: Random) => {
  const value = random.once(2)
    ? nested(random, (inner) => len(5, len(1, inner)))
    : nested(random, (inner) => len(6, len(1, len(1, 'k'), len(2, inner))))
  return len(9, len(1, 'deep'), len(2, value))
}

/** Overlong, a surrogate, beyond Unicode, no start at all, cut off. */
const NOT_UTF8 = ['c0af', 'eda080', 'f5808080', 'ff', 'e2']

const JSON_PIECES = [
  '"__proto__":{"polluted":true},',
  '"constructor":{"prototype":{"polluted":true}},',
  '"toString":1,',
  '\\ud800',
  '\\u0000',
  '"',
  '{',
  ']',
  'null',
  '1e999',
  '-',
  '99999999999999999999999',
  '"SPAN_KIND_SERVER"',
]

export const ANY_MUTATIONS: Record<string, Mutation> = {
  flip(random, bytes) {
    const copy = Buffer.from(bytes)
    for (let flips = 1 + random.below(4); flips > 0 && copy.length > 0; flips--)
      copy[random.below(copy.length)]! ^= 1 << random.below(8)
    return copy
  },
  overwrite: (random, bytes) => replace(bytes, at(random, bytes), random.bytes(1 + random.below(12))),
  truncate: (random, bytes) => bytes.subarray(0, at(random, bytes)),
  cut(random, bytes) {
    const from = at(random, bytes)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + random.below(40))])
  },
  double(random, bytes) {
    const from = at(random, bytes)
    return insert(bytes, from, bytes.subarray(from, from + random.below(200)))
  },
  splice(random, bytes) {
    const other = random.pick(CORPUS).bytes
    return Buffer.concat([bytes.subarray(0, at(random, bytes)), other.subarray(at(random, other))])
  },
  notUtf8: (random, bytes) => replace(bytes, at(random, bytes), Buffer.from(random.pick(NOT_UTF8), 'hex')),
}

export const PROTOBUF_MUTATIONS: Record<string, Mutation> = {
  endlessVarint: (random, bytes) => replace(bytes, at(random, bytes), Buffer.alloc(1 + random.below(12), 0xff)),
  negativeLength: (random, bytes) => insert(bytes, at(random, bytes), Buffer.concat([varint(10), varint(-1n)])),
  hugeLength: (random, bytes) =>
    insert(bytes, at(random, bytes), Buffer.concat([varint(10), varint(random.pick([2 ** 31 - 1, 2 ** 31, 2 ** 32]))])),
  longerLength(random, bytes) {
    const copy = Buffer.from(bytes)
    const where = copy.indexOf(random.pick([0x0a, 0x12, 0x4a]), random.below(copy.length + 1))
    if (where >= 0 && where + 1 < copy.length) copy[where + 1] = (copy[where + 1]! + 1 + random.below(30)) & 127
    return copy
  },
  otherWireType(random, bytes) {
    const copy = Buffer.from(bytes)
    const where = random.below(copy.length)
    if (copy.length > 0) copy[where] = (copy[where]! & ~7) | random.below(8)
    return copy
  },
  deepValue: (random, bytes) => insert(bytes, at(random, bytes), deepValue(random)),
  deepValueOfSpan: (random, bytes) =>
    Buffer.concat([
      bytes,
      len(1, len(2, len(2, len(1, random.bytes(16)), len(2, random.bytes(8)), deepValue(random)))),
    ]),
  deepGroups: (random, bytes) =>
    insert(
      bytes,
      at(random, bytes),
      nested(random, (inner) => group(99, inner)),
    ),
  openGroups: (random, bytes) => insert(bytes, at(random, bytes), Buffer.alloc(1 + random.below(600), 0x0b)),
  emptySpans: (random, bytes) => Buffer.concat([bytes, len(1, len(2, Buffer.alloc(2 * random.below(600), len(2))))]),
}

export const JSON_MUTATIONS: Record<string, Mutation> = {
  piece: (random, bytes) => insert(bytes, at(random, bytes), Buffer.from(random.pick(JSON_PIECES))),
  memberOfObject(random, bytes) {
    const where = bytes.indexOf('{', random.below(bytes.length + 1))
    return insert(bytes, where + 1, Buffer.from(random.pick(JSON_PIECES.slice(0, 3))))
  },
  deepArray: (random, bytes) => insert(bytes, at(random, bytes), Buffer.alloc(1 + random.below(800), '[')),
  deepObject: (random, bytes) => insert(bytes, at(random, bytes), Buffer.from('{"x":'.repeat(1 + random.below(400)))),
  deepValue(random, bytes) {
    const depth = 1 + random.below(random.once(8) ? DEPTH_MAX : 60)
    const value = '{"arrayValue":{"values":['.repeat(depth) + ']}}'.repeat(depth)
    const where = bytes.indexOf('"attributes":[', random.below(bytes.length + 1))
    if (where < 0) return bytes
    return insert(bytes, where + '"attributes":['.length, Buffer.from(`{"key":"deep","value":${value}},`))
  },
}
