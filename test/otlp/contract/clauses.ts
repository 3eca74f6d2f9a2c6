/** What the OTLP server promises for each signal, clause by clause; each has a name that stays. The tests beside this file cover them. */

export const CLAUSES = {
  'empty-request-ok': 'an empty request is a success',
  'success-is-silent': 'full success leaves the partial success unset',
  'bad-items-told':
    'bad spans, records or points are told in the partial success with a readable reason, and the others are kept',
  'malformed-for-good': 'what can not be decoded is refused for good',
  'broken-compression-for-good': 'what is not the compression it claims to be is refused for good',
  'body-limit-64-mib':
    'a request of 64 MiB is taken and one byte more is refused for good, as received and as inflated',
  'too-many-items-for-good': 'more spans, records or points than the limit are refused for good',
  'overloaded-come-back': 'when too much is in flight senders are told when to come back, and are taken then',
  'spool-full-come-back': 'when the spool is full senders are told when to come back',
  'spool-failed-come-back': 'when the disk fails senders are told when to come back',
  'stopping-come-back': 'when the collector stops senders are told when to come back',
  'own-fault-come-back': 'a fault of the collector itself never costs a sender its data',
  'unauthenticated-told': 'a sender without valid credentials is told so before its body is looked at',
  'forbidden-told': 'a sender that may not send is told so before its body is looked at',
  'error-is-status': 'every refusal is a google.rpc.Status in the encoding of the request',
  'error-gzipped-when-asked': 'a refusal is gzipped when that is asked for',
  'answer-gzipped-when-asked': 'an answer is gzipped when that is asked for, and only then',
  'json-ids-in-any-case': 'ids are hexadecimal, in lower and upper case',
  'json-enums-are-integers': 'enumerations are integers; their names are refused',
  'json-64-bit-exact': '64-bit integers are strings or numbers, exact beyond 2^53',
  'json-unknown-ignored': 'unknown fields are ignored, names in snake case among them',
  'json-not-finite': 'NaN and Infinity are doubles',
  'json-bytes-base64': 'bytes are base64',
  'media-type-by-value': 'a media type is read by its value, in any case and with parameters, and answered in kind',
  'media-type-unknown': 'any other media type is refused for good',
  'compression-unknown': 'a compression that is not known is refused for good',
  'other-methods-refused': 'methods that are not for sending are refused',
  'unknown-path': 'an unknown path or method of a service is told to be unimplemented',
  'profiles-unimplemented': 'profiles are told to be unimplemented',
  '200-in-flight': '200 requests in flight on one connection are all answered',
  'late-is-data': 'a span, record or point is taken however late it comes',
  'absurd-times-rejected':
    'spans, records and points from before 2000 and from more than a day ahead are rejected, and no others',
  'many-days-at-once': 'a batch that spans many days is taken whole',
} as const

export type ClauseId = keyof typeof CLAUSES
