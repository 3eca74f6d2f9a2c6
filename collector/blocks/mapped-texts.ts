/** Texts that mapping found, as members of documents. */
import { NO_TEXT, type TextField } from '@runlens/mapping'
import { dataView } from './byte-buffer.ts'
import { type Document, type MemberName, memberName } from './document.ts'
import { writeShortString } from './json-writer.ts'
import { writeText } from './members.ts'
import type { NamedTexts } from './sources.ts'
import type { DocumentInput } from './span-cells.ts'

/** Up to so many bytes a string is written byte by byte sooner than through a view of them. */
const SHORT_BYTES_MAX = 32

const NAMES = new Map<TextField, MemberName>()

/** Those of the fields that any span of the request has. */
export function presentTexts(fields: readonly TextField[], { mapped }: DocumentInput): NamedTexts[] {
  const present: NamedTexts[] = []
  for (const field of fields) {
    const { starts, ends } = mapped.text[field]
    if (isAny(starts, mapped.length)) present.push({ name: nameOf(field), starts, ends })
  }
  return present
}

function isAny(starts: Int32Array, length: number): boolean {
  for (let row = 0; row < length; row++) if (starts[row] !== NO_TEXT) return true
  return false
}

function nameOf(field: TextField): MemberName {
  let name = NAMES.get(field)
  if (name === undefined) {
    name = memberName(field)
    NAMES.set(field, name)
  }
  return name
}

/** Those of one row, first of all members of its document. @param placed whether `ColumnStage.placeTexts` has done so with them */
export function writeTexts(
  document: Document,
  texts: readonly NamedTexts[],
  { bytes, data, mapped, columns }: DocumentInput,
  row: number,
  placed: boolean,
): void {
  if (placed) {
    const length = columns!.putTexts(document.out, row)
    if (length >= 0) {
      document.wrote(length)
      return
    }
  }
  for (let i = 0; i < texts.length; i++) {
    const { name, starts, ends } = texts[i]!
    const start = starts[row]!
    if (start >= 0) writeText(document, name, bytes, data, start, ends[row]!)
    else if (start !== NO_TEXT) {
      const made = mapped.texts[-2 - start]!
      if (made.length > SHORT_BYTES_MAX) writeText(document, name, made, dataView(made), 0, made.length)
      else if (made.length > 0) writeShortString(document.member(name), made)
    }
  }
}
