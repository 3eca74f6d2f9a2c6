/** Ids on the tape: the byte where one starts. */
import type { Scan } from './wire/scan.ts'

export const TRACE_ID_BYTES = 16
export const SPAN_ID_BYTES = 8

/** In place of an offset: the field is not there. */
export const ABSENT = -1

/** Where the id that was just read starts; absent when it has another length or is all zero. */
export function idOrAbsent(scan: Scan, size: number): number {
  const start = scan.start
  if (scan.stop - start !== size) return ABSENT
  for (let at = start; at < scan.stop; at++) if (scan.bytes[at] !== 0) return start
  return ABSENT
}
