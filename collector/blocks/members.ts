/** Members of a document; what is empty, 0 or null is left out, as a reader of the document takes it. */
import type { Document, MemberName } from './document.ts'
import { writeNumber as writeJsonNumber, writeString, writeWhole } from './json-writer.ts'

/** Bytes `[start, end)` of `source`, which `data` is a view of. */
export function writeText(
  document: Document,
  name: MemberName,
  source: Uint8Array,
  data: DataView,
  start: number,
  end: number,
): void {
  if (start >= 0 && end > start) writeString(document.member(name), source, data, start, end)
}

/** An unsigned number of 32 bits at most. */
export function writeNumber(document: Document, name: MemberName, value: number): void {
  if (value !== 0) writeWhole(document.member(name), value >>> 0)
}

/** A whole figure; one that a UInt64 can't hold is null. */
export function writeFigure(document: Document, name: MemberName, value: number): void {
  if (!(value >= 0 && value < 2 ** 64)) return
  const out = document.member(name)
  if (value <= Number.MAX_SAFE_INTEGER) writeWhole(out, Math.trunc(value))
  else out.utf8(String(BigInt(value)))
}

/** Any finite number. */
export function writeDouble(document: Document, name: MemberName, value: number): void {
  if (Number.isFinite(value)) writeJsonNumber(document.member(name), value)
}

/** Nanoseconds, as a text: numbers of JSON are often read as doubles, which don't hold them. */
export function writeTime(document: Document, name: MemberName, value: bigint): void {
  if (value !== 0n) document.member(name).utf8(`"${value}"`)
}
