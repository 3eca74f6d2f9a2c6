/** Attribute values as text with a one-letter type code beside it (`VALUE_TYPES`): how they rest in ClickHouse. */
import { VALUE_TYPES, type ValueTypeCode } from '@runlens/conventions'
import { ANY, type AttributeColumns } from '../tape.ts'
import { listToText } from './list-to-text.ts'
import { doubleText, intText } from './numbers.ts'

export interface FormattedValue {
  code: ValueTypeCode
  text: string
}

/** What of a tape holds attributes. */
export interface AttributeTape {
  readonly buffer: Buffer
  readonly attributes: AttributeColumns
}

const EMPTY: FormattedValue = Object.freeze({ code: VALUE_TYPES.empty, text: '' })
const TRUE: FormattedValue = Object.freeze({ code: VALUE_TYPES.bool, text: 'true' })
const FALSE: FormattedValue = Object.freeze({ code: VALUE_TYPES.bool, text: 'false' })
/** Integers that take one byte on the wire, made once. */
const SMALL_INTS: readonly FormattedValue[] = Array.from({ length: 128 }, (_, value) =>
  Object.freeze({ code: VALUE_TYPES.int, text: String(value) }),
)

/**
 * The value of attribute `index` of the tape. A block builder does not ask this for strings: their bytes in the buffer are
 * the text, and their code is `VALUE_TYPES.string`. The text of every other plain value is ASCII.
 */
export function formatValue(tape: AttributeTape, index: number): FormattedValue {
  const { buffer } = tape
  const cells = tape.attributes.at
  const start = cells.valueStart[index]!
  const end = cells.valueEnd[index]!
  switch (cells.type[index]) {
    case ANY.string:
      return { code: VALUE_TYPES.string, text: buffer.toString('utf8', start, end) }
    case ANY.bool:
      return isZero(buffer, start, end) ? FALSE : TRUE
    case ANY.int:
      return end - start === 1
        ? SMALL_INTS[buffer[start]!]!
        : { code: VALUE_TYPES.int, text: intText(buffer, start, end) }
    case ANY.double:
      return { code: VALUE_TYPES.double, text: doubleText(buffer.readDoubleLE(start)) }
    case ANY.bytes:
      return { code: VALUE_TYPES.bytes, text: buffer.toString('base64', start, end) }
    case ANY.array:
      return listToText(buffer, ANY.array, start, end)
    case ANY.kvlist:
      return listToText(buffer, ANY.kvlist, start, end)
    default:
      return EMPTY
  }
}

/** Whether the varint in `[start, end)` is 0, however many bytes it takes. */
function isZero(buffer: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((buffer[at]! & 127) !== 0) return false
  return true
}
