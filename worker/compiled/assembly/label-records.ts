/** What labels say, as `worker/compiled/label-records.ts` writes it: 32-bit numbers, then cells as pairs of address and length. */
import { LABELS, WORD_LABELS } from './layout'

/** Numbers by their offset. */
export const HAS_MARKER: i32 = 0
export const RULE: i32 = 4
export const STATUS_EXPLICIT: i32 = 8
export const IS_QUERY_ITSELF: i32 = 12
export const IS_QUERY: i32 = 16
/** Of an execution: 1 at least. */
export const ATTEMPT: i32 = 20
/** 0: not said. */
export const TOLD_ATTEMPT: i32 = 24
/** The type of its error is one that somebody chose. */
export const HAS_NAMED_ERROR: i32 = 28
export const KEY_COUNT: i32 = 32
export const KEYS: i32 = 36
export const INPUT: i32 = 40
export const OUTPUT: i32 = 44
export const HAS_NO_PAYLOAD: i32 = 48
export const KEYS_TOLD: i32 = 52
/** Something about them is rare: their traces go the way of `settle`. */
export const IS_LEFT: i32 = 56
export const HAS_STEP_NAME: i32 = 60
/** Texts, each behind its length: address, then bytes. */
export const INSTANCE: i32 = 64
export const KIND: i32 = 72
export const PROVIDER: i32 = 80
export const WORKFLOW_ID: i32 = 88
export const WORKFLOW_NAME: i32 = 96
export const WORKFLOW_VERSION: i32 = 104
export const MODE: i32 = 112
export const ENVIRONMENT: i32 = 120
export const DATABASE_TYPE: i32 = 128
export const RESPONSE_STATUS_CODE: i32 = 136
export const STEP_NAME: i32 = 144
export const STEP_TYPE: i32 = 152
export const ERROR_TYPE: i32 = 160

/** Whether the text of a cell is more than ''. */
export function isTold(cell: i32): bool {
  return load<i32>(cell + 4) > 1
}

/** The address of what the labels of a row say. */
export function labelsOf(row: i32): i32 {
  return load<i32>(WORD_LABELS + (load<i32>(LABELS + (row << 2)) << 2))
}
