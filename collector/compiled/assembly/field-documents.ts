/** Documents of all spans out of texts and whole figures, as `blocks/field-documents.ts` writes them. */
import { digitsOf, putDigits } from './decimals'
import { FIELD_DOCUMENTS, FIELD_ENDS, FIELD_STARTS, FORMATTED, NAME_BYTES, NAMES, TEXT_COLUMNS } from './layout'
import { putName, putTexts } from './mapped-texts'

const OPEN: i32 = 0x7b
const CLOSE: i32 = 0x7d
const COMMA: i32 = 0x2c
const NO_TEXT: i32 = -1
/** What a span needs beside its texts: a figure with its name, and a bracket. */
const FIGURE_BYTES: i32 = NAME_BYTES + 24
/** 2^53 - 1 */
const WHOLE_MAX: f64 = 9007199254740991

/**
 * Writes the document of each of so many spans to `FIELD_DOCUMENTS`, where there is room for `room` bytes: the texts at `TEXT_COLUMNS`, and behind
 * them figures, which stand there likewise. Gives the bytes that were written, -1 where there may be too little room, or a figure is too large.
 */
export function putDocuments(spans: i32, texts: i32, figures: i32, room: i32): i32 {
  const end = FIELD_DOCUMENTS + room - FIGURE_BYTES * figures - 1
  let at = FIELD_DOCUMENTS
  for (let span = 0; span < spans; span++) {
    const begun = at
    if (at > end) return -1
    at = putTexts(span, texts, begun, end)
    if (at < 0) return -1
    at = putFigures(span, texts, figures, begun, at)
    if (at < 0) return -1
    if (at > begun) store<u8>(at++, CLOSE)
    store<i32>(span << 2, at > begun ? begun - FIELD_DOCUMENTS : NO_TEXT, FIELD_STARTS)
    store<i32>(span << 2, at - FIELD_DOCUMENTS, FIELD_ENDS)
  }
  return at - FIELD_DOCUMENTS
}

function putFigures(span: i32, first: i32, count: i32, begun: i32, behind: i32): i32 {
  let at = behind
  for (let column = first; column < first + count; column++) {
    const figure = load<f64>(load<i32>(TEXT_COLUMNS + (column << 3)) + (span << 3))
    // NaN is none.
    if (!(figure >= 0)) continue
    if (figure > WHOLE_MAX) return -1
    store<u8>(at, at === begun ? OPEN : COMMA)
    const value = <u64>figure
    at = putName(at + 1, NAMES + column * NAME_BYTES) - FORMATTED
    at = putDigits(value, digitsOf(value), at) + FORMATTED
  }
  return at
}
