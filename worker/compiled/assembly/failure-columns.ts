/** Writes what is told of a failure (`failures.ts`), and of a success that there was none. */
import {
  CLASS_CELL,
  FAILED_STEP,
  FAILED_STEPS,
  FINGERPRINT_CELL,
  MESSAGE,
  NAME_COUNT,
  NAME_ROWS,
  SEGMENT_STATUS,
  STACK,
  STATUS,
  TYPE_ROW,
} from './failures'
import { ERROR_TYPE, labelsOf } from './label-records'
import { FAILURES } from './layout'
import { success } from './numbers'
import { nameEnd, stepName } from './steps'
import * as S from './streams'

let namesWritten: i64 = 0

export function clearFailures(): void {
  namesWritten = 0
}

export function writeFailure(t: i32): void {
  const record = load<i32>(FAILURES + (t << 2))
  if (record === 0) writeNone()
  else writeRecord(record)
  S.put64(S.FAILED_NAME_ENDS, namesWritten)
}

function writeNone(): void {
  S.put8(S.STATUS, success)
  S.put8(S.SEGMENT_STATUS, success)
  S.put8(S.ERROR_TYPE, 0)
  S.put8(S.ERROR_CLASS, 0)
  S.put8(S.ERROR_MESSAGE, 0)
  S.put8(S.ERROR_STACK, 0)
  S.put8(S.ERROR_FINGERPRINT, 0)
  S.put8(S.FAILED_STEP, 0)
  store<i32>(S.take(S.FAILED_STEPS, 4), 0)
}

function writeRecord(record: i32): void {
  S.put8(S.STATUS, load<i32>(record + STATUS))
  S.put8(S.SEGMENT_STATUS, load<i32>(record + SEGMENT_STATUS))
  const typeRow = load<i32>(record + TYPE_ROW)
  if (typeRow < 0) S.put8(S.ERROR_TYPE, 0)
  else S.putCell(S.ERROR_TYPE, labelsOf(typeRow) + ERROR_TYPE)
  putShort(S.ERROR_CLASS, record + CLASS_CELL)
  putEdges(S.ERROR_MESSAGE, record + MESSAGE)
  putEdges(S.ERROR_STACK, record + STACK)
  putShort(S.ERROR_FINGERPRINT, record + FINGERPRINT_CELL)
  const step = load<i32>(record + FAILED_STEP)
  if (step < 0) S.put8(S.FAILED_STEP, 0)
  else putName(S.FAILED_STEP, step)
  store<i32>(S.take(S.FAILED_STEPS, 4), load<i32>(record + FAILED_STEPS))
  const names = load<i32>(record + NAME_COUNT)
  for (let n = 0; n < names; n++) putName(S.FAILED_NAME, load<i32>(record + NAME_ROWS + (n << 2)))
  namesWritten += names
}

/** A text of less than 128 bytes, behind its length. */
function putShort(stream: i32, cell: i32): void {
  S.putText(stream, cell + 1, load<u8>(cell))
}

function putEdges(stream: i32, edges: i32): void {
  S.putText(stream, load<i32>(edges), load<i32>(edges + 4) - load<i32>(edges))
}

function putName(stream: i32, row: i32): void {
  const from = stepName(row)
  S.putText(stream, from, nameEnd - from)
}
