/** Says of a trace whether it is simple, as `simple/simple-root.ts` does, and whether its execution can be written here. */
import {
  DETAILS_END,
  EXECUTION_ID,
  fieldEnd,
  fieldStart,
  hasDetails,
  isFieldEscaped,
  isRare,
  QUERY,
  readFields,
} from './fields'
import { putUnescaped } from './json-texts'
import {
  HAS_ERROR_TYPE,
  HAS_MARKER,
  HAS_NO_PAYLOAD,
  INPUT,
  IS_LEFT,
  IS_QUERY,
  KEY_COUNT,
  labelsOf,
  OUTPUT,
  RULE,
} from './label-records'
import {
  ENDED_AT,
  FIELDS,
  NAMES,
  OWN_IDS,
  PARENT_IDS,
  PARENTS,
  ROLES,
  ROOTS,
  ROWS,
  SCRATCH,
  SPAN_IDS,
  STARTS,
  STATUS_CODES,
  STATUSES,
  VALUES,
  WORD_ENDS,
  WORD_STARTS,
} from './layout'
import { canBeKept, readValues, valueCount } from './root-values'

/** Numbers of roles and statuses, and limits: TypeScript sets them. */
export let candidate: i32 = 0
export let entry: i32 = 0
export let step: i32 = 0
export let success: i32 = 0
let unsuccessful: i32 = 0
let queryCharactersMax: i32 = 0

const SPANS_MAX: i32 = 64
const STATUS_ERROR: i32 = 2
const REQUEST_RULE: i32 = 5
const OUTERMOST_RULE: i32 = 3
/** Bytes of all texts of a trace, and of a name: whatever is longer is left to TypeScript. */
const TEXT_BYTES_MAX: i32 = 0x20000
const NAME_BYTES_MAX: i32 = 1024

/** @param statuses bit n is set if status n is a failure */
export function setNumbers(
  roleCandidate: i32,
  roleEntry: i32,
  roleStep: i32,
  statusSuccess: i32,
  statuses: i32,
  queryCharacters: i32,
): void {
  candidate = roleCandidate
  entry = roleEntry
  step = roleStep
  success = statusSuccess
  unsuccessful = statuses
  queryCharactersMax = queryCharacters
}

/** Notes the root of each simple trace; gives how many are simple. */
export function judgeTraces(traces: i32, payloadBytesMax: i32): i32 {
  let simple = 0
  for (let t = 0; t < traces; t++) {
    const from = load<i32>(STARTS + (t << 2))
    const to = load<i32>(STARTS + (t << 2) + 4)
    let root = rootOf(from, to, payloadBytesMax)
    if (root >= 0 && !canBeWritten(t, root, from, to)) root = -1
    store<i32>(ROOTS + (t << 2), root)
    if (root >= 0) simple++
  }
  return simple
}

/** @param from index of the trace's first row */
function rootOf(from: i32, to: i32, payloadBytesMax: i32): i32 {
  if (to - from > SPANS_MAX) return -1
  let root = -1
  for (let n = from; n < to; n++) {
    const row = load<i32>(ROWS + (n << 2))
    const labels = labelsOf(row)
    if (load<i64>(ENDED_AT + (row << 3)) === 0 || load<i32>(labels + HAS_MARKER) || load<i32>(labels + IS_LEFT))
      return -1
    if (load<i64>(PARENT_IDS + (row << 3)) !== 0) continue
    if (root >= 0) return -1
    root = row
  }
  if (root < 0 || !isExecution(root, payloadBytesMax)) return -1
  const hasInner = load<i32>(labelsOf(root) + RULE) > OUTERMOST_RULE
  for (let n = from; n < to; n++) {
    const row = load<i32>(ROWS + (n << 2))
    if (row !== root && !isPlain(row, hasInner)) return -1
  }
  return hangTogether(from, to) ? root : -1
}

function isExecution(row: i32, payloadBytesMax: i32): bool {
  const role: i32 = load<u8>(ROLES + row)
  if (role !== entry && role !== candidate) return false
  const status: i32 = load<u8>(STATUSES + row)
  if (status !== success && (status !== 0 || load<u8>(STATUS_CODES + row) === STATUS_ERROR)) return false
  return bytesOf(VALUES, row) <= payloadBytesMax || load<i32>(labelsOf(row) + HAS_NO_PAYLOAD) !== 0
}

function isPlain(row: i32, hasInner: bool): bool {
  const role: i32 = load<u8>(ROLES + row)
  if (role === entry) return false
  if (role !== step && role !== candidate) return true
  if (role === candidate && hasInner && load<i32>(labelsOf(row) + RULE) !== REQUEST_RULE) return false
  return !isStep(row) || ((unsuccessful >>> <i32>load<u8>(STATUSES + row)) & 1) === 0
}

/** Whether a span below the root of a simple trace is a step of its execution. */
export function isStep(row: i32): bool {
  const role: i32 = load<u8>(ROLES + row)
  return role === step || (role === candidate && load<i32>(labelsOf(row) + RULE) !== REQUEST_RULE)
}

/** Whether ids differ, and from every span parents lead to the one root. */
function hangTogether(from: i32, to: i32): bool {
  for (let a = from; a < to; a++) {
    const row = load<i32>(ROWS + (a << 2))
    const id = load<i64>(SPAN_IDS + (row << 3))
    const parentId = load<i64>(PARENT_IDS + (row << 3))
    let parent = -1
    for (let b = from; b < to; b++) {
      const other = load<i64>(SPAN_IDS + (load<i32>(ROWS + (b << 2)) << 3))
      if (b < a && other === id) return false
      if (parentId !== 0 && other === parentId) parent = b - from
    }
    if (parent < 0 && parentId !== 0) return false
    store<i8>(PARENTS + a - from, parent)
  }
  // Whoever has not reached the root after so many steps goes round in a circle.
  for (let a = 0; a < to - from; a++) {
    let at: i32 = a
    for (let climbed = 0; load<i8>(PARENTS + at) >= 0; climbed++) {
      if (climbed > to - from) return false
      at = load<i8>(PARENTS + at)
    }
  }
  return true
}

function bytesOf(texts: i32, row: i32): i32 {
  return load<i32>(texts + (row << 3) + 4) - load<i32>(texts + (row << 3))
}

/** Notes where its own id stands. */
function canBeWritten(t: i32, root: i32, from: i32, to: i32): bool {
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
  for (let field = 0; field < DETAILS_END; field++) if (!isTextWritable(field)) return false
  return areValuesWritable(root)
}

function isStepWritable(row: i32): bool {
  if (!readFields(row)) return false
  const labels = labelsOf(row)
  if (load<i32>(labels + IS_QUERY) === 0) return true
  if (hasDetails || load<i32>(labels + HAS_ERROR_TYPE)) return false
  return fieldEnd(QUERY) - fieldStart(QUERY) <= queryCharactersMax && isTextWritable(QUERY)
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
