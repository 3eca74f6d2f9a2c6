/** Random trace requests as a sender with any encoder could write them: fields in any order, interleaved, unknown ones between. */
import fc from 'fast-check'
import { START } from './requests.ts'
import { double, fixed32, fixed64, group, int, len } from './wire.ts'

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

/** The fields of AnyValues of every type, nested up to three deep. */
export const anyValueFields: fc.Arbitrary<Buffer[]> = anyValue(3)
