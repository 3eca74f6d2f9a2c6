/** Keeps text valid UTF-8 by repairing it in place: a sender's truncated character must neither cost its span nor spoil an answer. */
import { isUtf8 } from 'node:buffer'
import type { Scan } from './scan.ts'

const QUESTION_MARK = 0x3f

/** High bit of each of four bytes. */
const HIGH_BITS = 0x80808080 | 0

/** Whether `[start, stop)` has no byte above 127. Eight bytes a step; the last ones are read again rather than one by one. */
export function isAscii(view: DataView, start: number, stop: number): boolean {
  let at = start
  for (; at + 8 <= stop; at += 8) {
    if (((view.getInt32(at, true) | view.getInt32(at + 4, true)) & HIGH_BITS) !== 0) return false
  }
  if (at + 4 <= stop) {
    if ((view.getInt32(at, true) & HIGH_BITS) !== 0) return false
    at += 4
  }
  if (stop - start >= 4) return (view.getInt32(stop - 4, true) & HIGH_BITS) === 0
  for (; at < stop; at++) if (view.getInt8(at) < 0) return false
  return true
}

/** Whether a byte above 127 was found that is no part of a character; each such byte has become `?`. */
export function repairUtf8(scan: Scan, start: number, stop: number): boolean {
  return !isAscii(scan.view, start, stop) && repair(scan.bytes, start, stop)
}

/** Slow: text that is not ASCII. */
function repair(bytes: Uint8Array, start: number, stop: number): boolean {
  if (isUtf8(bytes.subarray(start, stop))) return false
  let at = start
  while (at < stop) {
    const length = characterLength(bytes, at, stop)
    if (length === 0) bytes[at] = QUESTION_MARK
    at += length || 1
  }
  return true
}

/** Bytes of the character at `at`, 0 where there is none; the ranges are those of RFC 3629, section 4. */
function characterLength(bytes: Uint8Array, at: number, stop: number): number {
  const first = bytes[at]!
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (at + length > stop) return 0
  const second = bytes[at + 1]!
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < least || second > most) return 0
  for (let i = 2; i < length; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 0
  return length
}
