/** Which spans have the same labels, as `blocks/label-documents.ts` tells them apart. */
import { hashOf, isEqual } from './bytes'
import { LABEL_OF, LABELS, SHAPE_OF, SPAN_STRIDE, TEXT_COLUMNS } from './layout'
import { addClass, classCount, clearClasses, firstOf, lookFor, mix, nextLike } from './row-classes'

/**
 * Fills `LABEL_OF` for so many spans; gives how many different ones there are. Before it come `shapesOf`, at `TEXT_COLUMNS` where each text starts
 * and ends, and at `LABELS` so many numbers, from the column `first` on. A text that does not lie in the request is equal where its reference is.
 */
export function labelsOf(spans: i32, texts: i32, first: i32, numbers: i32): i32 {
  clearClasses()
  const textsEnd = TEXT_COLUMNS + (texts << 3)
  const column = LABELS + first * SPAN_STRIDE
  const end = column + numbers * SPAN_STRIDE
  for (let row = 0; row < spans; row++) store<i32>(row << 2, labelOf(row, textsEnd, column, end), LABEL_OF)
  return classCount
}

function labelOf(row: i32, textsEnd: i32, numbers: i32, end: i32): i32 {
  const cell = row << 2
  let hash = load<i32>(cell, SHAPE_OF)
  for (let text = TEXT_COLUMNS; text < textsEnd; text += 8) {
    const start = load<i32>(load<i32>(text) + cell)
    hash = mix(hash, start < 0 ? start : hashOf(start, load<i32>(load<i32>(text, 4) + cell)))
  }
  for (let column = numbers; column < end; column += SPAN_STRIDE) hash = mix(hash, load<i32>(column + cell))
  lookFor(hash)
  let known = nextLike(hash)
  while (known >= 0 && !isLike(firstOf(known) << 2, cell, textsEnd, numbers, end)) known = nextLike(hash)
  return known >= 0 ? known : addClass(row, hash)
}

/** @param one the place of a row's cell in its column, as `other` is */
function isLike(one: i32, other: i32, textsEnd: i32, numbers: i32, end: i32): bool {
  if (load<i32>(one, SHAPE_OF) !== load<i32>(other, SHAPE_OF)) return false
  for (let column = numbers; column < end; column += SPAN_STRIDE) {
    if (load<i32>(column + one) !== load<i32>(column + other)) return false
  }
  for (let text = TEXT_COLUMNS; text < textsEnd; text += 8) {
    const starts = load<i32>(text)
    const start = load<i32>(starts + one)
    const from = load<i32>(starts + other)
    if (start < 0 || from < 0) {
      if (start !== from) return false
      continue
    }
    const ends = load<i32>(text, 4)
    const stop = load<i32>(ends + one)
    const to = load<i32>(ends + other)
    if ((start !== from || stop !== to) && !isEqual(start, stop, from, to)) return false
  }
  return true
}
