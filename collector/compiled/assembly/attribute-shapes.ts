/** Which keys spans have, of which types and in which order, as `blocks/attribute-shapes.ts` tells them apart. */
import { SHAPE_OF, VALUE_CODES } from './layout'
import { addClass, classCount, clearClasses, firstOf, lookFor, mix, nextLike } from './row-classes'
import { KEY, SPAN_ATTRIBUTE_COUNT, SPAN_ATTRIBUTES } from './tables'

/** Fills `SHAPE_OF` for so many spans, with 0 for one without attributes; gives how many other shapes there are. */
export function shapesOf(spans: i32): i32 {
  clearClasses()
  for (let row = 0; row < spans; row++) {
    const attributes = load<i32>(row << 2, SPAN_ATTRIBUTE_COUNT)
    store<i32>(row << 2, attributes === 0 ? 0 : shapeOf(row, attributes) + 1, SHAPE_OF)
  }
  return classCount
}

function shapeOf(row: i32, attributes: i32): i32 {
  const first = load<i32>(row << 2, SPAN_ATTRIBUTES)
  const outer = mix(mix(attributes, keyAndCode(first)), keyAndCode(first + attributes - 1))
  const hash = mix(outer, keyAndCode(first + (attributes >>> 1)))
  lookFor(hash)
  let known = nextLike(hash)
  while (known >= 0 && !isLike(firstOf(known), first, attributes)) known = nextLike(hash)
  return known >= 0 ? known : addClass(row, hash)
}

function keyAndCode(attribute: i32): i32 {
  return (load<i32>(attribute << 2, KEY) << 8) ^ load<u8>(attribute, VALUE_CODES)
}

function isLike(other: i32, first: i32, attributes: i32): bool {
  if (load<i32>(other << 2, SPAN_ATTRIBUTE_COUNT) !== attributes) return false
  const from = load<i32>(other << 2, SPAN_ATTRIBUTES)
  return (
    isSame(KEY + (first << 2), KEY + (from << 2), attributes << 2) &&
    isSame(VALUE_CODES + first, VALUE_CODES + from, attributes)
  )
}

/** Whether so many bytes at two addresses are equal. Reads go up to fifteen bytes beyond them. */
function isSame(one: i32, other: i32, length: i32): bool {
  let at = 0
  for (; at + 16 <= length; at += 16) if (differences(one + at, other + at) !== 0) return false
  const rest = length - at
  return rest === 0 || (differences(one + at, other + at) & ((1 << rest) - 1)) === 0
}

/** A bit for each of sixteen bytes. */
function differences(one: i32, other: i32): i32 {
  return i8x16.bitmask(i8x16.ne(v128.load(one), v128.load(other)))
}
