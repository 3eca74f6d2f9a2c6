/** What becomes of one OTLP request, before any transport gives it a status code. */

/** Why a request was refused. The first three are the sender's fault for good; the others pass, so the sender may come back. */
export type RefusalReason =
  | 'malformed'
  | 'too_large'
  | 'too_many_items'
  | 'overloaded'
  | 'spool_full'
  | 'spool_failed'
  | 'stopping'

/** Whether sending the same request again can ever succeed. */
export const REFUSAL_IS_PERMANENT: Readonly<Record<RefusalReason, boolean>> = {
  malformed: true,
  too_large: true,
  too_many_items: true,
  overloaded: false,
  spool_full: false,
  spool_failed: false,
  stopping: false,
}

/** Durable in the spool (or seen before): the sender may forget the request. */
export interface Accepted {
  kind: 'accepted'
  /** Spans, log records or data points that are now durable, resent ones included. */
  accepted: number
  /** Those of the request that can't be stored. 0 leaves `partial_success` unset. */
  rejected: number
  /** Why, readable, for `partial_success.error_message`; '' without a rejected one. */
  message: string
}

/** Nothing of the request was kept. */
export interface Refused {
  kind: 'refused'
  reason: RefusalReason
  message: string
}

export type Outcome = Accepted | Refused
