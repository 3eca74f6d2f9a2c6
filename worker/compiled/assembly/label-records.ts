/** What labels say, as `worker/compiled/label-records.ts` writes it: 32-bit numbers, then cells as pairs of address and length. */
import { LABELS, WORD_LABELS } from './layout'

/** Numbers by their offset. */
export const HAS_MARKER: i32 = 0
export const RULE: i32 = 4
export const STATUS_EXPLICIT: i32 = 8
export const IS_QUERY_ITSELF: i32 = 12
export const IS_QUERY: i32 = 16
export const ATTEMPT: i32 = 20
export const HAS_ERROR_TYPE: i32 = 24
export const KEY_COUNT: i32 = 28
export const KEYS: i32 = 32
export const INPUT: i32 = 36
export const OUTPUT: i32 = 40
export const HAS_NO_PAYLOAD: i32 = 44
export const KEYS_TOLD: i32 = 48
/** Something about them is rare: their traces go the way of `settle`. */
export const IS_LEFT: i32 = 52
export const HAS_STEP_NAME: i32 = 56
/** Texts, each behind its length: address, then bytes. */
export const INSTANCE: i32 = 60
export const KIND: i32 = 68
export const PROVIDER: i32 = 76
export const WORKFLOW_ID: i32 = 84
export const WORKFLOW_NAME: i32 = 92
export const WORKFLOW_VERSION: i32 = 100
export const MODE: i32 = 108
export const ENVIRONMENT: i32 = 116
export const DATABASE_TYPE: i32 = 124
export const RESPONSE_STATUS_CODE: i32 = 132
export const STEP_NAME: i32 = 140
export const STEP_TYPE: i32 = 148
export const RECORD_BYTES: i32 = 156

/** The address of what the labels of a row say. */
export function labelsOf(row: i32): i32 {
  return load<i32>(WORD_LABELS + (load<i32>(LABELS + (row << 2)) << 2))
}
