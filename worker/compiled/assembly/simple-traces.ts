/**
 * Says of a trace whether it is simple, as `simple/simple-root.ts` does, and whether its execution can be written here; unlike there, it may have
 * failed.
 */
import { forgetFailures, noteFailure } from './failures'
import { HAS_MARKER, HAS_NO_PAYLOAD, IS_LEFT, labelsOf, RULE } from './label-records'
import {
  ENDED_AT,
  FAILURES,
  PARENT_IDS,
  PARENTS,
  ROLES,
  ROOTS,
  ROWS,
  SPAN_IDS,
  STARTS,
  STATUS_CODES,
  STATUSES,
} from './layout'
import { candidate, endedStatus, entry, isFinal, isUnsuccessful, success } from './numbers'
import { isStep, REQUEST_RULE } from './steps'
import { bytesOfValues, canBeWritten } from './writable'

const SPANS_MAX: i32 = 64
/** Below a candidate by a later rule there may be executions that others would have as steps. */
const OUTERMOST_RULE: i32 = 3

/** Notes the root of each simple trace, and what failed in it; gives how many are simple. */
export function judgeTraces(traces: i32, payloadBytesMax: i32): i32 {
  let simple = 0
  forgetFailures()
  memory.fill(FAILURES, 0, traces << 2)
  for (let t = 0; t < traces; t++) {
    const from = load<i32>(STARTS + (t << 2))
    const to = load<i32>(STARTS + (t << 2) + 4)
    let root = rootOf(from, to, payloadBytesMax)
    if (root >= 0 && !canBeWritten(t, root, from, to)) root = -1
    if (root >= 0 && hasFailure(root, from, to) && !noteFailure(t, root, from, to)) root = -1
    store<i32>(ROOTS + (t << 2), root)
    if (root >= 0) simple++
  }
  return simple
}

/** @param from place of the trace's first row */
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
  if (!isFinal(statusOf(row))) return false
  return bytesOfValues(row) <= payloadBytesMax || load<i32>(labelsOf(row) + HAS_NO_PAYLOAD) !== 0
}

function statusOf(root: i32): i32 {
  return endedStatus(load<u8>(STATUSES + root), load<u8>(STATUS_CODES + root))
}

function isPlain(row: i32, hasInner: bool): bool {
  const role: i32 = load<u8>(ROLES + row)
  if (role === entry) return false
  if (role !== candidate) return true
  return !hasInner || load<i32>(labelsOf(row) + RULE) === REQUEST_RULE
}

/** Whether the execution or one of its steps failed. */
function hasFailure(root: i32, from: i32, to: i32): bool {
  if (statusOf(root) !== success) return true
  for (let n = from; n < to; n++) {
    const row = load<i32>(ROWS + (n << 2))
    if (row !== root && isUnsuccessful(load<u8>(STATUSES + row)) && isStep(row)) return true
  }
  return false
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
