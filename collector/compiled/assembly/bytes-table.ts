/** Finds a text in a fixed set, as `mapping/spans/bytes-table.ts` does. A table is its mask, its slots and then the address and length of each text. */

/** The number of the text in the table at an address that is `length` bytes at the address `from`; -1 for none. */
export function findText(table: i32, from: i32, length: i32): i32 {
  const mask = load<i32>(table)
  const slots = table + 4
  const texts = slots + ((mask + 1) << 2)
  let slot = hashOf(from, length) & mask
  let index = load<i32>(slots + (slot << 2))
  while (index >= 0) {
    const text = texts + (index << 3)
    if (load<i32>(text, 4) === length && isSame(load<i32>(text), from, length)) return index
    slot = (slot + 1) & mask
    index = load<i32>(slots + (slot << 2))
  }
  return -1
}

/** Whether so many bytes at two addresses are equal. */
export function isSame(one: i32, other: i32, length: i32): bool {
  let at = 0
  for (; at + 8 <= length; at += 8) if (load<u64>(one + at) !== load<u64>(other + at)) return false
  for (; at < length; at++) if (load<u8>(one + at) !== load<u8>(other + at)) return false
  return true
}

function hashOf(from: i32, length: i32): i32 {
  if (length === 0) return 0
  const last = from + length - 1
  let hash: i32 = (length * 0x9e3779b1) ^ load<u8>(from)
  hash = (hash * 0x01000193) ^ load<u8>(from + (length >> 2))
  hash = (hash * 0x01000193) ^ load<u8>(from + (length >> 1))
  hash = (hash * 0x01000193) ^ load<u8>(last - (length >> 2))
  hash = (hash * 0x01000193) ^ load<u8>(length > 1 ? last - 1 : last)
  hash = (hash * 0x01000193) ^ load<u8>(last)
  hash = (hash ^ (hash >>> 15)) * 0x85ebca6b
  return hash ^ (hash >>> 13)
}
