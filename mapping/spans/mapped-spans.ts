/**
 * What each span of a tape says of itself, as columns beside the tape's spans. Texts are references into the tape's buffer
 * wherever the wire already holds them, so that a block builder copies bytes and nobody makes a string.
 */

/** Text fields, named as the columns of the `spans` table that they fill. */
export const TEXT_FIELDS = [
  'service',
  'provider',
  'execution_kind',
  'execution_id',
  'instance',
  'workflow_id',
  'workflow_name',
  'workflow_version',
  'mode',
  'environment',
  'user_id',
  'conversation_id',
  'step_name',
  'step_type',
  'error_type',
  'error_message',
  'error_stack',
  'response_status_code',
  'database_type',
  'query',
  'query_complexity',
  'query_page',
  'query_page_size',
  'input_key',
  'output_key',
  'parent_execution_id',
  'retry_of',
  'replay_of',
] as const
export type TextField = (typeof TEXT_FIELDS)[number]

/** Start of a text reference that is empty. */
export const NO_TEXT = -1

/**
 * One text per span. `starts[i] >= 0`: bytes `[starts[i], ends[i])` of the tape's buffer. `NO_TEXT`: empty.
 * `<= -2`: the bytes `texts[-2 - starts[i]]` of {@link MappedSpans}.
 */
export interface TextColumn {
  starts: Int32Array
  ends: Int32Array
}

/** Figures and numbers of spans; `length` spans, valid until the next `mapSpans` on the same object. */
export interface MappedSpans {
  length: number
  /** Bytes made by mapping: constants (interned once for the process) and formatted values (this request only). */
  texts: Uint8Array[]
  text: Record<TextField, TextColumn>
  /** `ROLE_NUMBER`. */
  role: Uint8Array
  /** Rule 1–5 of an entry or candidate, else 0. */
  rule: Uint8Array
  /** `STATUS_NUMBER`. */
  status: Uint8Array
  /** 1 where the emitter named the status. */
  statusExplicit: Uint8Array
  attempt: Uint16Array
  /** NaN: null. */
  rowsTotal: Float64Array
  rowsReturned: Float64Array
  progress: Float64Array
  /** Nanoseconds since the epoch; 0n: null. */
  queuedAt: BigInt64Array
  expectedEndAt: BigInt64Array
}
