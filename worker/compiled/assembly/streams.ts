/** What columns of `executions` are made of, each growing in a place of its own. TypeScript knows them by the same numbers. */

import { putUnescaped } from './json-texts'
import { STREAM_ENDS, STREAM_LIMITS, STREAM_STARTS, WORD_ENDS, WORD_STARTS } from './layout'

export const ANCHOR: i32 = 0
export const EXECUTION_ID: i32 = 1
export const INSTANCE: i32 = 2
export const KIND: i32 = 3
export const PROVIDER: i32 = 4
export const WORKFLOW_ID: i32 = 5
export const WORKFLOW_NAME: i32 = 6
export const WORKFLOW_VERSION: i32 = 7
export const MODE: i32 = 8
export const ENVIRONMENT: i32 = 9
export const SERVICE: i32 = 10
export const USER_ID: i32 = 11
export const CONVERSATION_ID: i32 = 12
export const DATABASE_TYPE: i32 = 13
export const QUERY: i32 = 14
export const STARTED_AT: i32 = 15
export const ENDED_AT: i32 = 16
export const LAST_SEEN_AT: i32 = 17
export const NO_DURATION: i32 = 18
export const DURATION: i32 = 19
export const RESPONSE_STATUS_CODE: i32 = 20
export const STEP_COUNT: i32 = 21
export const NO_ROWS_TOTAL: i32 = 22
export const ROWS_TOTAL: i32 = 23
export const NO_ROWS_RETURNED: i32 = 24
export const ROWS_RETURNED: i32 = 25
export const TRACE_ID: i32 = 26
export const SPAN_ID: i32 = 27
export const STEP_ENDS: i32 = 28
export const STEP_NAME: i32 = 29
export const STEP_TYPE: i32 = 30
export const STEP_STATUS: i32 = 31
export const STEP_DURATION: i32 = 32
export const QUERY_ENDS: i32 = 33
export const QUERY_KEY: i32 = 34
export const QUERY_STARTED_AT: i32 = 35
export const QUERY_ENDED_AT: i32 = 36
export const QUERY_DATABASE_TYPE: i32 = 37
export const QUERY_STATUS: i32 = 38
export const QUERY_TEXT: i32 = 39
export const QUERY_NO_ROWS_TOTAL: i32 = 40
export const QUERY_ROWS_TOTAL: i32 = 41
export const QUERY_NO_ROWS_RETURNED: i32 = 42
export const QUERY_ROWS_RETURNED: i32 = 43
export const QUERY_COUNT: i32 = 44
export const PARENT_EXECUTION_ID: i32 = 45
export const RETRY_OF: i32 = 46
export const REPLAY_OF: i32 = 47
export const ATTEMPT: i32 = 48
export const INPUT: i32 = 49
export const OUTPUT: i32 = 50
export const ATTRIBUTE_ENDS: i32 = 51
export const ATTRIBUTE_KEY: i32 = 52
export const ATTRIBUTE_VALUE: i32 = 53
export const STATUS_EXPLICIT: i32 = 54
export const STATUS: i32 = 55
export const SEGMENT_STATUS: i32 = 56
export const ERROR_TYPE: i32 = 57
export const ERROR_CLASS: i32 = 58
export const ERROR_MESSAGE: i32 = 59
export const ERROR_STACK: i32 = 60
export const ERROR_FINGERPRINT: i32 = 61
export const FAILED_STEP: i32 = 62
export const FAILED_NAME_ENDS: i32 = 63
export const FAILED_NAME: i32 = 64
export const FAILED_STEPS: i32 = 65
export const QUERY_DETAILS: i32 = 66
export const STREAM_COUNT: i32 = 67

export function clearStreams(): void {
  memory.copy(STREAM_ENDS, STREAM_STARTS, STREAM_COUNT << 2)
}

/** Whether a stream has so much that the next row might not have room: beyond its limit there is some for one. */
export function areStreamsFull(): bool {
  for (let at = 0; at < STREAM_COUNT << 2; at += 4) {
    if (load<i32>(STREAM_ENDS + at) > load<i32>(STREAM_LIMITS + at)) return true
  }
  return false
}

/** Room for so many bytes at the end; gives their address. */
export function take(stream: i32, bytes: i32): i32 {
  const end = STREAM_ENDS + (stream << 2)
  const at = load<i32>(end)
  store<i32>(end, at + bytes)
  return at
}

export function put8(stream: i32, value: i32): void {
  store<u8>(take(stream, 1), value)
}

export function put64(stream: i32, value: i64): void {
  store<i64>(take(stream, 8), value)
}

/** A text behind its length. */
export function putText(stream: i32, from: i32, length: i32): void {
  const at = load<i32>(STREAM_ENDS + (stream << 2))
  const to = putVarint(at, length)
  copy(to, from, length)
  store<i32>(STREAM_ENDS + (stream << 2), to + length)
}

export function putWord(stream: i32, word: i32): void {
  const start = load<i32>(WORD_STARTS + (word << 2))
  putText(stream, start, load<i32>(WORD_ENDS + (word << 2)) - start)
}

/** The same of a string in JSON. @param scratch where it may be unescaped */
export function putString(stream: i32, from: i32, to: i32, isEscaped: bool, scratch: i32): void {
  if (isEscaped) putText(stream, scratch, putUnescaped(scratch, from, to))
  else putText(stream, from, to - from)
}

/** A cell of labels: its address and length stand at `cell`. */
export function putCell(stream: i32, cell: i32): void {
  const length = load<i32>(cell + 4)
  copy(take(stream, length), load<i32>(cell), length)
}

/** A count that may be unknown: -1. */
export function putCount(noStream: i32, stream: i32, count: i64): void {
  put8(noStream, count < 0 ? 1 : 0)
  put64(stream, count < 0 ? 0 : count)
}

function putVarint(at: i32, value: i32): i32 {
  while (value > 127) {
    store<u8>(at++, value | 128)
    value >>>= 7
  }
  store<u8>(at, value)
  return at + 1
}

/** Sixteen bytes a step: what lies behind the end is written over by what follows. */
function copy(to: i32, from: i32, length: i32): void {
  if (length > 256) memory.copy(to, from, length)
  else for (let n = 0; n < length; n += 16) v128.store(to + n, v128.load(from + n))
}
