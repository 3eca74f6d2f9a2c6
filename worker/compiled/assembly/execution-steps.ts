/** Writes the steps of an execution, and those of them that are queries. */
import * as F from './fields'
import * as L from './label-records'
import { ENDED_AT, NAMES, SPAN_IDS, STARTED_AT, STARTS, STATUSES, TRACE_IDS } from './layout'
import { success } from './numbers'
import { putQueryDetails, putQueryText } from './query-texts'
import { orderSteps, stepRow } from './steps'
import * as S from './streams'

let stepsWritten: i64 = 0
let queriesWritten: i64 = 0

export function clearSteps(): void {
  stepsWritten = 0
  queriesWritten = 0
}

/** Of the steps that were written last: rows handled by all, and returned by the one that ended last; -1: not told. */
export let handled: i64 = -1
export let returned: i64 = -1

export function writeSteps(t: i32, root: i32, labels: i32): void {
  const steps = orderSteps(load<i32>(STARTS + (t << 2)), load<i32>(STARTS + (t << 2) + 4), root)
  const isQueryItself = load<i32>(labels + L.IS_QUERY_ITSELF) !== 0
  handled = -1
  returned = -1
  let queries = 0
  let returnedAt: i64 = 0
  for (let n = 0; n < steps; n++) {
    const row = stepRow(n)
    const ended = load<i64>(ENDED_AT + (row << 3))
    F.readFields(row)
    const rows = F.rowsTotal < 0 ? F.rowsReturned : F.rowsTotal
    if (rows >= 0) handled = max(handled, 0) + rows
    if (F.rowsReturned >= 0 && (returned < 0 || ended >= returnedAt)) {
      returned = F.rowsReturned
      returnedAt = ended
    }
    writeStep(row, ended)
    if (isQueryItself || load<i32>(L.labelsOf(row) + L.IS_QUERY) === 0) continue
    writeQuery(row, ended)
    queries++
  }
  stepsWritten += steps
  queriesWritten += queries
  S.put64(S.STEP_ENDS, stepsWritten)
  S.put64(S.QUERY_ENDS, queriesWritten)
  store<i32>(S.take(S.STEP_COUNT, 4), steps)
  store<i32>(S.take(S.QUERY_COUNT, 4), queries)
}

function writeStep(row: i32, ended: i64): void {
  const labels = L.labelsOf(row)
  if (load<i32>(labels + L.HAS_STEP_NAME)) S.putCell(S.STEP_NAME, labels + L.STEP_NAME)
  else S.putWord(S.STEP_NAME, load<i32>(NAMES + (row << 2)))
  S.putCell(S.STEP_TYPE, labels + L.STEP_TYPE)
  S.put8(S.STEP_STATUS, load<u8>(STATUSES + row))
  const nanos = max(0, ended - load<i64>(STARTED_AT + (row << 3)))
  store<f32>(S.take(S.STEP_DURATION, 4), <f32>(<f64>nanos / 1e6))
}

function writeQuery(row: i32, ended: i64): void {
  const key = S.take(S.QUERY_KEY, 24)
  memory.copy(key, TRACE_IDS + (row << 4), 16)
  store<i64>(key + 16, load<i64>(SPAN_IDS + (row << 3)))
  S.put64(S.QUERY_STARTED_AT, load<i64>(STARTED_AT + (row << 3)))
  S.put64(S.QUERY_ENDED_AT, ended)
  S.putCell(S.QUERY_DATABASE_TYPE, L.labelsOf(row) + L.DATABASE_TYPE)
  const status: i32 = load<u8>(STATUSES + row)
  S.put8(S.QUERY_STATUS, status === 0 ? success : status)
  putQueryText()
  S.putCount(S.QUERY_NO_ROWS_TOTAL, S.QUERY_ROWS_TOTAL, F.rowsTotal)
  S.putCount(S.QUERY_NO_ROWS_RETURNED, S.QUERY_ROWS_RETURNED, F.rowsReturned)
  putQueryDetails(L.labelsOf(row) + L.ERROR_TYPE)
}
