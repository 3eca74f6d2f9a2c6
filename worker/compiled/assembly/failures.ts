/**
 * What failed in a simple trace, as `mapping/settle` says it (`failed-steps.ts`, `summarise-steps.ts`, `build-execution.ts`): a record for each such trace.
 * The class of the error and its fingerprint are left to TypeScript (`worker/compiled/error-words.ts`).
 */
import { ERROR_MESSAGE, ERROR_STACK, fieldEnd, fieldStart, isFieldEscaped, readFields } from './fields'
import { putUnescaped } from './json-texts'
import {
  ERROR_TYPE,
  HAS_NAMED_ERROR,
  isTold,
  labelsOf,
  RESPONSE_STATUS_CODE,
  STATUS_EXPLICIT,
  TOLD_ATTEMPT,
} from './label-records'
import {
  ENDED_AT,
  FAILURE_BYTES,
  FAILURE_BYTES_MAX,
  FAILURES,
  PARENTS,
  ROWS,
  STARTED_AT,
  STATUS_CODES,
  STATUSES,
} from './layout'
import { endedStatus, isUnsuccessful, partial, success } from './numbers'
import { haveSameName, isStep, orderSteps, stepPlace, stepRow } from './steps'

/** Numbers of a record by their offset. */
export const STATUS: i32 = 0
/** What the root says itself. */
export const SEGMENT_STATUS: i32 = 4
export const FAILED_STEPS: i32 = 8
/** Row of the step that failed first, for good; -1: none. */
export const FAILED_STEP: i32 = 12
/** Whether it is told as an error. */
export const HAS_ERROR: i32 = 16
/** Rows whose labels have its type, and the status code by which it is told what it is; -1: none. */
export const TYPE_ROW: i32 = 20
export const CODE_ROW: i32 = 24
/** Texts: where each begins and ends. */
export const MESSAGE: i32 = 28
export const STACK: i32 = 36
/** Rows of steps that failed for good, of each name the first, from {@link NAME_ROWS} on. */
export const NAME_COUNT: i32 = 44
/** Cells that TypeScript writes. */
export const CLASS_CELL: i32 = 48
export const FINGERPRINT_CELL: i32 = 80
export const NAME_ROWS: i32 = 112

/** A record and its texts, which are in the fields of one trace. */
const RECORD_BYTES_MAX: i32 = 0x40000
/** Emitters cut start times to milliseconds but not durations, so one attempt may seem to overlap the next by that much. */
const CLOCK_GRAIN: i64 = 1_000_000

let end: i32 = FAILURE_BYTES

export function forgetFailures(): void {
  end = FAILURE_BYTES
}

/**
 * Notes what failed in a trace whose parents were just found.
 * @param from place of its first row
 * @returns whether it could
 */
export function noteFailure(t: i32, root: i32, from: i32, to: i32): bool {
  if (end + RECORD_BYTES_MAX > FAILURE_BYTES + FAILURE_BYTES_MAX) return false
  const record = end
  memory.fill(record, 0, NAME_ROWS)
  const first = noteSteps(record, orderSteps(from, to, root), from)
  const told = endedStatus(load<u8>(STATUSES + root), load<u8>(STATUS_CODES + root))
  const isPartial =
    told === success && load<i32>(record + FAILED_STEPS) > 0 && load<i32>(labelsOf(root) + STATUS_EXPLICIT) === 0
  const status = isPartial ? partial : told
  store<i32>(record + STATUS, status)
  store<i32>(record + SEGMENT_STATUS, told)
  store<i32>(record + FAILED_STEP, first)
  store<i32>(record + TYPE_ROW, -1)
  store<i32>(record + CODE_ROW, -1)
  end = record + NAME_ROWS + (load<i32>(record + NAME_COUNT) << 2)
  const isFailure = isUnsuccessful(status) || status === partial
  store<i32>(record + HAS_ERROR, isFailure ? 1 : 0)
  if (isFailure && !noteError(record, isUnsuccessful(status) ? root : -1, first, root)) return false
  end = (end + 3) & ~3
  store<i32>(FAILURES + (t << 2), record)
  return true
}

/** Gives the row of the step that failed first: the failure that ended first, of several at once the innermost, because the others pass it on. */
function noteSteps(record: i32, steps: i32, from: i32): i32 {
  let first = -1
  let failed = 0
  for (let n = 0; n < steps; n++) {
    if (!isUnsuccessful(load<u8>(STATUSES + stepRow(n))) || wasRepeated(n, steps, from)) continue
    failed++
    noteName(record, stepRow(n))
    if (first < 0 || endedBefore(n, first, from)) first = n
  }
  store<i32>(record + FAILED_STEPS, failed)
  return first < 0 ? -1 : stepRow(first)
}

/** Whether another attempt followed: a step of the same name below the same step. */
function wasRepeated(n: i32, steps: i32, from: i32): bool {
  const row = stepRow(n)
  const above = stepAbove(stepPlace(n), from)
  let lastAttempt = 0
  let lastStart: i64 = 0
  for (let other = 0; other < steps; other++) {
    const otherRow = stepRow(other)
    if (other !== n && (!haveSameName(row, otherRow) || stepAbove(stepPlace(other), from) !== above)) continue
    const attempt = load<i32>(labelsOf(otherRow) + TOLD_ATTEMPT)
    lastAttempt = max(lastAttempt, attempt)
    if (attempt === 0) lastStart = max(lastStart, load<i64>(STARTED_AT + (otherRow << 3)))
  }
  const attempt = load<i32>(labelsOf(row) + TOLD_ATTEMPT)
  if (lastAttempt > attempt) return true
  if (attempt !== 0 || lastStart <= load<i64>(STARTED_AT + (row << 3))) return false
  return lastStart + CLOCK_GRAIN >= load<i64>(ENDED_AT + (row << 3))
}

/** Place of the step above; -1 directly below the root. */
function stepAbove(place: i32, from: i32): i32 {
  let at: i32 = load<i8>(PARENTS + place - from)
  while (load<i8>(PARENTS + at) >= 0) {
    if (isStep(load<i32>(ROWS + ((from + at) << 2)))) return at
    at = load<i8>(PARENTS + at)
  }
  return -1
}

function endedBefore(a: i32, b: i32, from: i32): bool {
  const endA = load<i64>(ENDED_AT + (stepRow(a) << 3))
  const endB = load<i64>(ENDED_AT + (stepRow(b) << 3))
  if (endA !== endB) return endA < endB
  return depthOf(stepPlace(a) - from) > depthOf(stepPlace(b) - from)
}

function depthOf(at: i32): i32 {
  let depth = 0
  for (let above: i32 = load<i8>(PARENTS + at); above >= 0; above = load<i8>(PARENTS + above)) depth++
  return depth
}

function noteName(record: i32, row: i32): void {
  const count = load<i32>(record + NAME_COUNT)
  const rows = record + NAME_ROWS
  for (let n = 0; n < count; n++) if (haveSameName(load<i32>(rows + (n << 2)), row)) return
  store<i32>(rows + (count << 2), row)
  store<i32>(record + NAME_COUNT, count + 1)
}

/**
 * What the execution says of its error counts, and where it says nothing, what its failed step does. Gives whether it could be read.
 * @param own row of what failed itself, -1: its steps did @param step row of the failed step, -1: none
 */
function noteError(record: i32, own: i32, step: i32, root: i32): bool {
  store<i32>(record + TYPE_ROW, typeRow(own, step))
  const hasCode = isTold(labelsOf(root) + RESPONSE_STATUS_CODE)
  store<i32>(record + CODE_ROW, hasCode ? root : step)
  return (own < 0 || noteTexts(record, own)) && (step < 0 || noteTexts(record, step))
}

function typeRow(own: i32, step: i32): i32 {
  if (own >= 0 && load<i32>(labelsOf(own) + HAS_NAMED_ERROR) !== 0) return own
  return step >= 0 && isTold(labelsOf(step) + ERROR_TYPE) ? step : own
}

function noteTexts(record: i32, row: i32): bool {
  if (!readFields(row)) return false
  return noteText(record + MESSAGE, ERROR_MESSAGE) && noteText(record + STACK, ERROR_STACK)
}

/** Notes the field unless there is something already. */
function noteText(edges: i32, field: i32): bool {
  if (load<i32>(edges) !== load<i32>(edges + 4)) return true
  let from = fieldStart(field)
  let to = fieldEnd(field)
  if (isFieldEscaped(field)) {
    const length = putUnescaped(end, from, to)
    if (length < 0) return false
    from = end
    to = end + length
    end = to
  }
  store<i32>(edges, from)
  store<i32>(edges + 4, to)
  return true
}
