/** Writes executions of simple traces as columns: what `simple/simple-rows.ts` writes as rows, and what failed. */
import { clearSteps, handled, returned, writeSteps } from './execution-steps'
import { clearFailures, writeFailure } from './failure-columns'
import * as F from './fields'
import { putUnescaped } from './json-texts'
import * as L from './label-records'
import {
  CHOSEN,
  ENDED_AT,
  HEX_IDS,
  OWN_IDS,
  ROOTS,
  ROWS,
  SCRATCH,
  SERVICES,
  SPAN_IDS,
  STARTED_AT,
  STARTS,
  TRACE_IDS,
} from './layout'
import { isValueEscaped, keptEnd, readValues, valueCount, valueEnd, valueStart } from './root-values'
import * as S from './streams'

let attributesWritten: i64 = 0

/** Of the traces chosen, writes those from `first` on until something is full; gives how many. */
export function writeExecutions(first: i32, end: i32): i32 {
  S.clearStreams()
  clearSteps()
  clearFailures()
  attributesWritten = 0
  let n = first
  while (n < end && !S.areStreamsFull()) writeExecution(load<i32>(CHOSEN + (n++ << 2)))
  return n - first
}

function writeExecution(t: i32): void {
  const root = load<i32>(ROOTS + (t << 2))
  const labels = L.labelsOf(root)
  writeSteps(t, root, labels)
  // After the steps: there is one set of fields at a time.
  F.readFields(root)
  const started = load<i64>(STARTED_AT + (root << 3))
  S.put64(S.ANCHOR, started / 1000)
  const ownId = load<i32>(OWN_IDS + (t << 3))
  const ownIdEnd = load<i32>(OWN_IDS + (t << 3) + 4)
  if (ownId === ownIdEnd) S.putText(S.EXECUTION_ID, HEX_IDS + (t << 5), 32)
  else S.putText(S.EXECUTION_ID, ownId, ownIdEnd - ownId)
  writeLabels(labels)
  writeFields()
  S.putWord(S.SERVICE, load<i32>(SERVICES + (root << 2)))
  writeTimes(t, root, started)
  writeRowCounts()
  memory.copy(S.take(S.TRACE_ID, 16), TRACE_IDS + (root << 4), 16)
  S.put64(S.SPAN_ID, load<i64>(SPAN_IDS + (root << 3)))
  writeFailure(t)
  writePayload(root, labels)
}

function writeLabels(labels: i32): void {
  S.putCell(S.INSTANCE, labels + L.INSTANCE)
  S.putCell(S.KIND, labels + L.KIND)
  S.putCell(S.PROVIDER, labels + L.PROVIDER)
  S.putCell(S.WORKFLOW_ID, labels + L.WORKFLOW_ID)
  S.putCell(S.WORKFLOW_NAME, labels + L.WORKFLOW_NAME)
  S.putCell(S.WORKFLOW_VERSION, labels + L.WORKFLOW_VERSION)
  S.putCell(S.MODE, labels + L.MODE)
  S.putCell(S.ENVIRONMENT, labels + L.ENVIRONMENT)
  S.putCell(S.DATABASE_TYPE, labels + L.DATABASE_TYPE)
  S.putCell(S.RESPONSE_STATUS_CODE, labels + L.RESPONSE_STATUS_CODE)
  S.put8(S.STATUS_EXPLICIT, load<i32>(labels + L.STATUS_EXPLICIT))
  store<u16>(S.take(S.ATTEMPT, 2), load<i32>(labels + L.ATTEMPT))
}

function writeFields(): void {
  putField(S.USER_ID, F.USER_ID)
  putField(S.CONVERSATION_ID, F.CONVERSATION_ID)
  putField(S.QUERY, F.QUERY)
  putField(S.PARENT_EXECUTION_ID, F.PARENT_EXECUTION_ID)
  putField(S.RETRY_OF, F.RETRY_OF)
  putField(S.REPLAY_OF, F.REPLAY_OF)
}

function putField(stream: i32, field: i32): void {
  S.putString(stream, F.fieldStart(field), F.fieldEnd(field), F.isFieldEscaped(field), SCRATCH)
}

function writeTimes(t: i32, root: i32, started: i64): void {
  const ended = load<i64>(ENDED_AT + (root << 3))
  S.put64(S.STARTED_AT, started)
  S.put64(S.ENDED_AT, ended)
  let last = ended
  const end = load<i32>(STARTS + (t << 2) + 4)
  for (let n = load<i32>(STARTS + (t << 2)); n < end; n++) {
    const row = load<i32>(ROWS + (n << 2))
    last = max(last, max(load<i64>(STARTED_AT + (row << 3)), load<i64>(ENDED_AT + (row << 3))))
  }
  S.put64(S.LAST_SEEN_AT, last)
  const isKnown = ended >= started
  S.put8(S.NO_DURATION, isKnown ? 0 : 1)
  store<f64>(S.take(S.DURATION, 8), isKnown ? <f64>(ended - started) / 1e6 : 0)
}

function writeRowCounts(): void {
  S.putCount(S.NO_ROWS_TOTAL, S.ROWS_TOTAL, F.rowsTotal < 0 ? handled : F.rowsTotal)
  S.putCount(S.NO_ROWS_RETURNED, S.ROWS_RETURNED, F.rowsReturned < 0 ? returned : F.rowsReturned)
}

/** Input, output and the other attributes. */
function writePayload(root: i32, labels: i32): void {
  readValues(root)
  putValue(S.INPUT, load<i32>(labels + L.INPUT))
  putValue(S.OUTPUT, load<i32>(labels + L.OUTPUT))
  const keys = load<i32>(labels + L.KEYS)
  for (let n = 0; n < valueCount; n++) {
    const key = keys + (n << 3)
    // Input and output.
    if (load<i32>(key + 4) === 0) continue
    S.putCell(S.ATTRIBUTE_KEY, key)
    let from = valueStart(n)
    let to = valueEnd(n)
    if (isValueEscaped(n)) {
      to = SCRATCH + putUnescaped(SCRATCH, from, to)
      from = SCRATCH
    }
    S.putText(S.ATTRIBUTE_VALUE, from, keptEnd(from, to) - from)
  }
  if (valueCount > 0) attributesWritten += load<i32>(labels + L.KEYS_TOLD)
  S.put64(S.ATTRIBUTE_ENDS, attributesWritten)
}

/** @param n of none -1 */
function putValue(stream: i32, n: i32): void {
  if (n < 0 || n >= valueCount) S.put8(stream, 0)
  else S.putString(stream, valueStart(n), valueEnd(n), isValueEscaped(n), SCRATCH)
}
