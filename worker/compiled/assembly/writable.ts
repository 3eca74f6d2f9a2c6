/** Says whether the execution of a simple trace can be written here: whatever is rare or broken in its texts is left to TypeScript. */
import { EXECUTION_ID, fieldEnd, fieldStart, isFieldEscaped, isRare, QUERY, readFields, TEXTS_END } from './fields'
import { putUnescaped } from './json-texts'
import { INPUT, IS_QUERY, KEY_COUNT, labelsOf, OUTPUT } from './label-records'
import { FIELDS, NAMES, OWN_IDS, ROWS, SCRATCH, VALUES, WORD_ENDS, WORD_STARTS } from './layout'
import { canBeKept, readValues, valueCount } from './root-values'
import { isStep } from './steps'

/** Bytes of all texts of a trace, and of a name: whatever is longer is left to TypeScript. */
const TEXT_BYTES_MAX: i32 = 0x20000
const NAME_BYTES_MAX: i32 = 1024

export function bytesOfValues(row: i32): i32 {
  return bytesOf(VALUES, row)
}

function bytesOf(texts: i32, row: i32): i32 {
  return load<i32>(texts + (row << 3) + 4) - load<i32>(texts + (row << 3))
}

/** Notes where its own id stands. */
export function canBeWritten(t: i32, root: i32, from: i32, to: i32): bool {
  let bytes = bytesOf(VALUES, root)
  for (let n = from; n < to; n++) {
    const row = load<i32>(ROWS + (n << 2))
    const name = load<i32>(NAMES + (row << 2)) << 2
    if (load<i32>(WORD_ENDS + name) - load<i32>(WORD_STARTS + name) > NAME_BYTES_MAX) return false
    bytes += bytesOf(FIELDS, row)
    if (bytes > TEXT_BYTES_MAX) return false
    if (row !== root && isStep(row) && !isStepWritable(row)) return false
  }
  if (!readFields(root) || isRare || isFieldEscaped(EXECUTION_ID)) return false
  store<i32>(OWN_IDS + (t << 3), fieldStart(EXECUTION_ID))
  store<i32>(OWN_IDS + (t << 3) + 4, fieldEnd(EXECUTION_ID))
  for (let field = 0; field < TEXTS_END; field++) if (!isTextWritable(field)) return false
  return areValuesWritable(root)
}

function isStepWritable(row: i32): bool {
  if (!readFields(row)) return false
  if (load<i32>(labelsOf(row) + IS_QUERY) === 0) return true
  for (let field = QUERY; field < TEXTS_END; field++) if (!isTextWritable(field)) return false
  return true
}

function isTextWritable(field: i32): bool {
  return !isFieldEscaped(field) || putUnescaped(SCRATCH, fieldStart(field), fieldEnd(field)) >= 0
}

function areValuesWritable(root: i32): bool {
  if (!readValues(root)) return false
  if (valueCount === 0) return true
  const labels = labelsOf(root)
  if (valueCount !== load<i32>(labels + KEY_COUNT)) return false
  const input = load<i32>(labels + INPUT)
  const output = load<i32>(labels + OUTPUT)
  for (let n = 0; n < valueCount; n++) if (!canBeKept(n, n !== input && n !== output)) return false
  return true
}
