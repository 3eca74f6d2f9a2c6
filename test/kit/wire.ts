/** Writes protobuf fields one by one, well-formed or not, for tests that need bytes no encoder would write. */

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

function tag(field: number, wireType: number): Buffer {
  return varint(BigInt(field) * 8n + BigInt(wireType))
}

/** A field of wire type 0. */
export function int(field: number, value: number | bigint): Buffer {
  return Buffer.concat([tag(field, 0), varint(value)])
}

/** A field of wire type 1. */
export function fixed64(field: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value))
  return Buffer.concat([tag(field, 1), bytes])
}

/** A double, of wire type 1. */
export function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return Buffer.concat([tag(field, 1), bytes])
}

/** A field of wire type 5. */
export function fixed32(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value >>> 0)
  return Buffer.concat([tag(field, 5), bytes])
}

/** A field of wire type 2: text, bytes, or a message of the fields given. */
export function len(field: number, ...content: (string | Uint8Array)[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  return Buffer.concat([tag(field, 2), varint(bytes.length), bytes])
}

/** A group: wire types 3 and 4 around the fields given. */
export function group(field: number, ...content: Uint8Array[]): Buffer {
  return Buffer.concat([tag(field, 3), ...content, tag(field, 4)])
}
