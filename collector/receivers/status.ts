/**
 * What becomes of a request, as a gRPC and an HTTP status: the one table both transports read.
 *
 * OTLP specification 1.11 (opentelemetry-proto, docs/specification.md): "OTLP/gRPC Response, Failures" says which gRPC
 * codes a client retries, "OTLP/HTTP Response, Retryable Response Codes" which HTTP codes (429, 502, 503, 504, no other).
 * A client drops the data of any other code, so whatever may pass later stands here as UNAVAILABLE and 503.
 */
import type { RefusalReason } from '../outcome.ts'

/** Codes of google.rpc.Code that a receiver gives. */
export const GRPC = {
  OK: 0,
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const
export type GrpcCode = (typeof GRPC)[keyof typeof GRPC]

/** Why a receiver itself turns a request away, before the pipeline has seen it. */
export type DoorReason =
  | 'unauthenticated'
  | 'forbidden'
  | 'keys_unavailable'
  | 'rate_limited'
  | 'unknown_path'
  | 'wrong_method'
  | 'unsupported_media_type'
  | 'unsupported_compression'
  | 'expectation_failed'
  | 'headers_too_large'
  | 'slow_body'
  | 'unexpected'

export type Reason = RefusalReason | DoorReason

/** A request that got no success, in the one form both transports turn into an answer. */
export interface Fault {
  kind: 'refused'
  reason: Reason
  /** One readable sentence for the person who runs the sender. */
  message: string
  /** When to come back, where it is known better than what all others are told. */
  retryAfterSeconds?: number
}

export function fault(reason: Reason, message: string, retryAfterSeconds?: number): Fault {
  return { kind: 'refused', reason, message, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) }
}

export interface StatusRow {
  grpc: GrpcCode
  http: number
  /** Whether the answer carries a delay (RetryInfo, Retry-After) after which the same request may pass. */
  retry: boolean
}

const once = (grpc: GrpcCode, http: number): StatusRow => ({ grpc, http, retry: false })
const LATER: StatusRow = { grpc: GRPC.UNAVAILABLE, http: 503, retry: true }

export const STATUS: Readonly<Record<Reason, StatusRow>> = {
  malformed: once(GRPC.INVALID_ARGUMENT, 400),
  // No RetryInfo: RESOURCE_EXHAUSTED with it would be sent again for ever ("OTLP/gRPC Response, Failures").
  too_large: once(GRPC.RESOURCE_EXHAUSTED, 413),
  too_many_items: once(GRPC.RESOURCE_EXHAUSTED, 413),
  overloaded: LATER,
  spool_full: LATER,
  spool_failed: LATER,
  stopping: LATER,
  unauthenticated: once(GRPC.UNAUTHENTICATED, 401),
  forbidden: once(GRPC.PERMISSION_DENIED, 403),
  // Whether the key is good can't be told before the keys are read.
  keys_unavailable: LATER,
  // With RetryInfo, which tells clients to come back ("OTLP/gRPC Throttling").
  rate_limited: { grpc: GRPC.RESOURCE_EXHAUSTED, http: 429, retry: true },
  unknown_path: once(GRPC.UNIMPLEMENTED, 404),
  wrong_method: once(GRPC.UNIMPLEMENTED, 405),
  unsupported_media_type: once(GRPC.INVALID_ARGUMENT, 415),
  unsupported_compression: once(GRPC.UNIMPLEMENTED, 415),
  expectation_failed: once(GRPC.INVALID_ARGUMENT, 417),
  headers_too_large: once(GRPC.RESOURCE_EXHAUSTED, 431),
  // Not 408 and not DEADLINE_EXCEEDED: a slow network gets better, and clients give up on a 408.
  slow_body: LATER,
  // A fault of ours: INTERNAL and 500 would cost the sender its data.
  unexpected: LATER,
}
