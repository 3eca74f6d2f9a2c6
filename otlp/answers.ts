/** Encodes what an OTLP request is answered with, in the encoding that the request came in. */
import { MESSAGES, type Signal } from './messages.ts'

export type OtlpEncoding = 'protobuf' | 'json'

/** What could not be stored of a request that was otherwise accepted. */
export interface PartialSuccess {
  /** Spans or log records. */
  rejected: number
  /** Readable; '' where nothing was rejected. */
  message: string
}

/** An error as OTLP tells it over either transport. */
export interface RpcStatus {
  /** A number of google.rpc.Code, which gRPC calls its status. */
  code: number
  message: string
  /** Asks the sender to come back after so many seconds; leave it out where sending again is of no use. */
  retryAfterSeconds?: number
}

const STATUS = MESSAGES.lookupType('google.rpc.Status')
const RETRY_INFO = MESSAGES.lookupType('google.rpc.RetryInfo')
const RETRY_INFO_URL = 'type.googleapis.com/google.rpc.RetryInfo'

/** The signal's export response. `partial_success` is unset when nothing was rejected, as the specification demands. */
export function encodeResponse(signal: Signal, encoding: OtlpEncoding, { rejected, message }: PartialSuccess): Buffer {
  if (encoding === 'json') {
    const partialSuccess = { [signal.rejectedField]: String(rejected), errorMessage: message }
    return Buffer.from(JSON.stringify(rejected > 0 ? { partialSuccess } : {}))
  }
  if (rejected === 0) return Buffer.alloc(0)
  return encode(signal.response, { partialSuccess: { [signal.rejectedField]: rejected, errorMessage: message } })
}

/** google.rpc.Status, with a RetryInfo in its details where `retryAfterSeconds` is given. */
export function encodeStatus(encoding: OtlpEncoding, { code, message, retryAfterSeconds }: RpcStatus): Buffer {
  if (encoding === 'json') {
    const details =
      retryAfterSeconds === undefined
        ? {}
        : { details: [{ '@type': RETRY_INFO_URL, retryDelay: `${retryAfterSeconds}s` }] }
    return Buffer.from(JSON.stringify({ code, message, ...details }))
  }
  const details =
    retryAfterSeconds === undefined
      ? []
      : [{ typeUrl: RETRY_INFO_URL, value: encode(RETRY_INFO, { retryDelay: { seconds: retryAfterSeconds } }) }]
  return encode(STATUS, { code, message, details })
}

function encode(type: Signal['response'], message: object): Buffer {
  return Buffer.from(type.encode(type.fromObject(message)).finish())
}
