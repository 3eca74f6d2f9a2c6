/** What to do about each reason for which the collector refuses a request. */

const SENDER = 'its data is lost'

/** By the `result` of `runlens_otlp_requests_total`. */
export const REFUSAL_REMEDIES: Readonly<Record<string, string>> = {
  malformed: `a sender sends what is no OTLP, ${SENDER}; look at its exporter and protocol.`,
  too_large: `${SENDER}; send smaller batches, or raise otlp.bodyBytesMax.`,
  too_many_items: `${SENDER}; send smaller batches, or raise otlp.spansPerRequestMax.`,
  unauthenticated: `a sender has no valid credentials, ${SENDER}.`,
  forbidden: `a sender's credentials do not allow to send, ${SENDER}.`,
  keys_unavailable: 'senders come back; the collector has not read the keys yet: see clickhouse.',
  rate_limited: 'senders come back; a tenant sends more than quota.spansPerSecondMax lets it.',
  unknown_path: 'a sender uses another path than /v1/traces, or sends logs or metrics, which are not taken.',
  wrong_method: 'something asks with another method than POST; no exporter does.',
  unsupported_media_type: `${SENDER}; set the exporter to protobuf or JSON.`,
  unsupported_compression: `${SENDER}; set the exporter to gzip or none.`,
  expectation_failed: `a sender or proxy asks for what HTTP servers rarely offer (Expect), ${SENDER}.`,
  headers_too_large: `${SENDER}; more than 16 KiB of headers: look for cookies or baggage.`,
  overloaded: 'senders come back; if it goes on, raise otlp.inFlightBytesMax or run a second collector.',
  spool_full: 'senders come back; ClickHouse takes less than arrives: see writing and clickhouse.',
  spool_failed: 'senders come back; the disk of the data directory is full or broken: see disk.',
  slow_body: 'senders come back; the network to a sender is slow.',
  stopping: 'senders come back; this is the end of an earlier run.',
  unexpected: 'senders come back; this is a bug in Runlens: please report it with the log of the collector.',
}
