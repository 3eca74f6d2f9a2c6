/** CRC-32 (IEEE) of record bytes: Node's own where it has one (20.15, 22.2), else a table. */
import * as zlib from 'node:zlib'

/** @param seed the checksum of the bytes before, to go on from; 0 for none */
export type Crc32 = (bytes: Uint8Array, seed?: number) => number

const TABLE = new Uint32Array(256)
for (let n = 0; n < 256; n++) {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  TABLE[n] = c >>> 0
}

/** The same in plain JavaScript, several times slower. */
export function crc32ByTable(bytes: Uint8Array, seed = 0): number {
  let c = ~seed
  for (let i = 0; i < bytes.length; i++) c = TABLE[(c ^ bytes[i]!) & 255]! ^ (c >>> 8)
  return ~c >>> 0
}

const native = 'crc32' in zlib ? zlib.crc32 : undefined

export const crc32: Crc32 = native ? (bytes, seed = 0) => native(bytes, seed) : crc32ByTable
