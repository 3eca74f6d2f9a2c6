/** Random trace requests as a sender with any encoder could write them: fields in any order, interleaved, unknown ones between. */
import fc from 'fast-check'
import { START } from './requests.ts'
import { double, fixed32, fixed64, group, int, len, varint } from './wire.ts'

/** Short and long, ASCII and not, empty too. */
export const anyText = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 12 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ minLength: 100, maxLength: 300 }) },
  { weight: 1, arbitrary: fc.constantFrom('', '__proto__', 'constructor', '"\\\n\u0000', '12') },
)

export const anyInt64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -300n, max: 20_000n }),
)
const uint32 = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(2 ** 31, 2 ** 32 - 1))
const bytes = (minLength: number, maxLength = minLength) =>
  fc.uint8Array({ minLength, maxLength }).map((content) => Buffer.from(content))

const unknownField = fc.oneof(
  anyInt64.map((value) => int(1_000, value)),
  anyInt64.map((value) => fixed64(77, value)),
  bytes(0, 5).map((content) => len(536_870_911, content)),
  uint32.map((value) => fixed32(30, value)),
  anyInt64.map((value) => group(31, int(1, value), group(2, len(3, 'x')))),
)

/** A message out of the given fields (each an arbitrary list of fields) and a few unknown ones, in any order. */
function message(...parts: fc.Arbitrary<Buffer[]>[]): fc.Arbitrary<Buffer[]> {
  return fc
    .tuple(fc.array(unknownField, { maxLength: 1 }), ...parts)
    .map((fields) => fields.flat())
    .chain((fields) => fc.shuffledSubarray(fields, { minLength: fields.length }))
}

function optional<T>(value: fc.Arbitrary<T>, field: (value: T) => Buffer): fc.Arbitrary<Buffer[]> {
  return fc.option(value, { freq: 3 }).map((found) => (found === null ? [] : [field(found)]))
}

/** Given several times, so that the last one counts; only for fields that are no messages. */
function repeatedly<T>(value: fc.Arbitrary<T>, field: (value: T) => Buffer, maxLength = 2): fc.Arbitrary<Buffer[]> {
  return fc.array(value, { maxLength }).map((values) => values.map(field))
}

function anyValue(depth: number): fc.Arbitrary<Buffer[]> {
  const plain: fc.Arbitrary<Buffer[]>[] = [
    fc.constant([]),
    anyText.map((value) => [len(1, value)]),
    fc.boolean().map((value) => [int(2, value ? 1 : 0)]),
    anyInt64.map((value) => [int(3, value)]),
    fc.double().map((value) => [double(4, value)]),
    bytes(0, 9).map((value) => [len(7, value)]),
  ]
  if (depth === 0) return message(fc.oneof(...plain))
  const values = fc.array(anyValue(depth - 1), { maxLength: 3 }).map((list) => list.map((value) => len(1, ...value)))
  const pairs = fc.array(keyValue(depth - 1), { maxLength: 3 }).map((list) => list.map((pair) => len(1, ...pair)))
  return message(
    fc.oneof(
      ...plain,
      values.map((list) => [len(5, ...list)]),
      pairs.map((list) => [len(6, ...list)]),
    ),
  )
}

function keyValue(depth: number): fc.Arbitrary<Buffer[]> {
  return message(
    repeatedly(anyText, (key) => len(1, key)),
    optional(anyValue(depth), (value) => len(2, ...value)),
  )
}

const attributes = (field: number) => repeatedly(keyValue(2), (pair) => len(field, ...pair), 4)

const event = message(
  repeatedly(anyInt64, (time) => fixed64(1, time)),
  repeatedly(anyText, (name) => len(2, name)),
  attributes(3),
  repeatedly(uint32, (count) => int(4, count)),
)

const link = message(
  optional(bytes(16), (id) => len(1, id)),
  optional(bytes(8), (id) => len(2, id)),
  repeatedly(anyText, (state) => len(3, state)),
  attributes(4),
  repeatedly(uint32, (count) => int(5, count)),
  repeatedly(uint32, (flags) => fixed32(6, flags)),
)

const mostly = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 15, arbitrary: usual }, { weight: 1, arbitrary: rare })

const span = message(
  mostly(bytes(16), bytes(0, 20)).map((id) => [len(1, id)]),
  mostly(bytes(8), bytes(0, 20)).map((id) => [len(2, id)]),
  repeatedly(anyText, (state) => len(3, state)),
  optional(mostly(bytes(8), bytes(0, 9)), (id) => len(4, id)),
  repeatedly(anyText, (name) => len(5, name)),
  repeatedly(fc.integer({ min: 0, max: 7 }), (kind) => int(6, kind)),
  mostly(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.constant(-(10n ** 18n))).map((late) => [fixed64(7, START + late)]),
  optional(fc.bigInt({ min: -1_000n, max: 10n ** 12n }), (late) => fixed64(8, START + late)),
  attributes(9),
  repeatedly(uint32, (count) => int(10, count)),
  repeatedly(event, (fields) => len(11, ...fields), 3),
  repeatedly(uint32, (count) => int(12, count)),
  repeatedly(link, (fields) => len(13, ...fields), 3),
  repeatedly(uint32, (count) => int(14, count)),
  optional(
    message(
      repeatedly(anyText, (text) => len(2, text)),
      repeatedly(fc.integer({ min: 0, max: 3 }), (code) => int(3, code)),
    ),
    (fields) => len(15, ...fields),
  ),
  repeatedly(uint32, (flags) => fixed32(16, flags)),
)

const scope = message(
  repeatedly(anyText, (name) => len(1, name)),
  repeatedly(anyText, (version) => len(2, version)),
  attributes(3),
  repeatedly(uint32, (count) => int(4, count)),
)

const logTime = mostly(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.constantFrom(-(10n ** 18n), -START))

const logRecord = message(
  optional(logTime, (late) => fixed64(1, START + late)),
  optional(logTime, (late) => fixed64(11, START + late)),
  repeatedly(fc.integer({ min: 0, max: 24 }), (severity) => int(2, severity)),
  repeatedly(anyText, (severity) => len(3, severity)),
  optional(anyValue(2), (value) => len(5, ...value)),
  attributes(6),
  repeatedly(uint32, (count) => int(7, count)),
  repeatedly(uint32, (flags) => fixed32(8, flags)),
  optional(mostly(bytes(16), bytes(0, 20)), (id) => len(9, id)),
  optional(mostly(bytes(8), bytes(0, 20)), (id) => len(10, id)),
  repeatedly(anyText, (name) => len(12, name)),
)

const someDouble = fc.oneof(fc.double(), fc.constantFrom(0, 0.5, 1e300, -1.25e-7))
const varints = (values: readonly bigint[]) => Buffer.concat(values.map((value) => varint(value)))
const eights = (values: readonly Buffer[]) => Buffer.concat(values.map((field) => field.subarray(field.length - 8)))

/** A repeated number in pieces, each packed or not. */
function inPieces<T>(
  value: fc.Arbitrary<T>,
  single: (value: T) => Buffer,
  packed: (values: readonly T[]) => Buffer,
): fc.Arbitrary<Buffer[]> {
  const piece = fc.oneof(
    value.map((one) => single(one)),
    fc.array(value, { maxLength: 6 }).map((some) => packed(some)),
  )
  return fc.array(piece, { maxLength: 2 })
}

const exemplar = (field: number) =>
  repeatedly(
    message(
      attributes(7),
      optional(anyInt64, (time) => fixed64(2, time)),
      fc.oneof(
        someDouble.map((value) => [double(3, value)]),
        anyInt64.map((value) => [fixed64(6, value)]),
        fc.constant<Buffer[]>([]),
      ),
      optional(mostly(bytes(8), bytes(0, 9)), (id) => len(4, id)),
      optional(mostly(bytes(16), bytes(0, 20)), (id) => len(5, id)),
    ),
    (fields) => len(field, ...fields),
  )

const pointTimes = [
  optional(fc.bigInt({ min: -1_000n, max: 10n ** 9n }), (late) => fixed64(2, START + late)),
  mostly(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.constantFrom(-(10n ** 18n), -START)).map((late) => [
    fixed64(3, START + late),
  ]),
] as const
const totals = [
  repeatedly(anyInt64, (count) => fixed64(4, count)),
  repeatedly(someDouble, (sum) => double(5, sum)),
] as const
const flags = (field: number) => repeatedly(uint32, (value) => int(field, value))
const minMax = (min: number, max: number) =>
  [
    repeatedly(someDouble, (value) => double(min, value)),
    repeatedly(someDouble, (value) => double(max, value)),
  ] as const

const numberPoint = message(
  ...pointTimes,
  fc.oneof(
    someDouble.map((value) => [double(4, value)]),
    anyInt64.map((value) => [fixed64(6, value)]),
    fc.constant<Buffer[]>([]),
  ),
  exemplar(5),
  attributes(7),
  flags(8),
)

/** Mostly with one count more than bounds. */
const histogramPoint = fc
  .tuple(fc.array(someDouble, { maxLength: 5 }), fc.integer({ min: 0, max: 9 }), fc.boolean(), fc.boolean())
  .chain(([bounds, odd, packed, none]) => {
    const counts = none ? [] : Array.from({ length: bounds.length + (odd === 0 ? 2 : 1) }, (_, i) => BigInt(i) ** 40n)
    const ofBounds = (none ? [] : bounds).map((bound) => double(7, bound))
    const ofCounts = counts.map((count) => fixed64(6, BigInt.asUintN(64, count)))
    return message(
      ...pointTimes,
      ...totals,
      fc.constant(packed ? [len(6, eights(ofCounts))] : ofCounts),
      fc.constant(packed ? [len(7, eights(ofBounds))] : ofBounds),
      exemplar(8),
      attributes(9),
      flags(10),
      ...minMax(11, 12),
    )
  })

const sint32 = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1))
const zigzag = (value: number) => BigInt.asUintN(32, BigInt(value < 0 ? -2 * value - 1 : 2 * value))
const buckets = message(
  repeatedly(sint32, (offset) => int(1, zigzag(offset))),
  inPieces(
    anyInt64,
    (count) => int(2, count),
    (counts) => len(2, varints(counts)),
  ),
)

const exponentialPoint = message(
  attributes(1),
  ...pointTimes,
  ...totals,
  repeatedly(sint32, (scale) => int(6, zigzag(scale))),
  repeatedly(anyInt64, (count) => fixed64(7, count)),
  optional(buckets, (fields) => len(8, ...fields)),
  optional(buckets, (fields) => len(9, ...fields)),
  flags(10),
  exemplar(11),
  ...minMax(12, 13),
  repeatedly(someDouble, (threshold) => double(14, threshold)),
)

const quantile = message(
  repeatedly(someDouble, (level) => double(1, level)),
  repeatedly(someDouble, (value) => double(2, value)),
)
const summaryPoint = message(
  ...pointTimes,
  ...totals,
  repeatedly(quantile, (fields) => len(6, ...fields), 3),
  attributes(7),
  flags(8),
)

const dataOf = (field: number, point: fc.Arbitrary<Buffer[]>, ...more: fc.Arbitrary<Buffer[]>[]) =>
  message(
    repeatedly(point, (fields) => len(1, ...fields), 3),
    ...more,
  ).map((fields) => [len(field, ...fields)])
const temporality = repeatedly(fc.integer({ min: 0, max: 3 }), (value) => int(2, value))
const monotonic = repeatedly(fc.boolean(), (value) => int(3, value ? 1 : 0))

const metric = message(
  mostly(
    anyText.filter((name) => name !== '').map((name) => [len(1, name)]),
    fc.constantFrom<Buffer[]>([], [len(1, '')]),
  ),
  repeatedly(anyText, (description) => len(2, description)),
  repeatedly(anyText, (unit) => len(3, unit)),
  fc.oneof(
    dataOf(5, numberPoint),
    dataOf(7, numberPoint, temporality, monotonic),
    dataOf(9, histogramPoint, temporality),
    dataOf(10, exponentialPoint, temporality),
    dataOf(11, summaryPoint),
    fc.constant<Buffer[]>([]),
  ),
  attributes(12),
)

const scopeOf = (item: fc.Arbitrary<Buffer[]>) =>
  message(
    optional(scope, (fields) => len(1, ...fields)),
    repeatedly(item, (fields) => len(2, ...fields), 4),
    repeatedly(anyText, (url) => len(3, url)),
  )

const resource = message(
  attributes(1),
  repeatedly(uint32, (count) => int(2, count)),
)

const requestOf = (item: fc.Arbitrary<Buffer[]>): fc.Arbitrary<Buffer> => {
  const resourceItems = message(
    optional(resource, (fields) => len(1, ...fields)),
    repeatedly(scopeOf(item), (fields) => len(2, ...fields), 3),
    repeatedly(anyText, (url) => len(3, url)),
  )
  return message(repeatedly(resourceItems, (fields) => len(1, ...fields), 3)).map((fields) => Buffer.concat(fields))
}

/** ExportTraceServiceRequests; about one span of ten can't be stored. */
export const anyRequest: fc.Arbitrary<Buffer> = requestOf(span)

/** ExportLogsServiceRequests; about one record of ten can't be stored. */
export const anyLogsRequest: fc.Arbitrary<Buffer> = requestOf(logRecord)

/** ExportMetricsServiceRequests; some points of them can't be stored. */
export const anyMetricsRequest: fc.Arbitrary<Buffer> = requestOf(metric)

/** The fields of AnyValues of every type, nested up to three deep. */
export const anyValueFields: fc.Arbitrary<Buffer[]> = anyValue(3)
