/** Why single items (spans, log records, data points) of a readable request can't be stored: counted by reason, told in OTLP's partial success. */

/** Reasons by which an item is rejected, in words that complete "a span has …". Their order is of no importance. */
export const REJECT_REASONS = {
  trace_id: 'a trace id that is not 16 bytes or all zero',
  span_id: 'a span id that is not 8 bytes or all zero',
  parent_span_id: 'a parent span id that is not 8 bytes',
  link_id: 'a link whose trace id is not 16 or whose span id is not 8 bytes',
  start_time: 'a start time that is absent, before the year 2000 or more than a day ahead',
  end_time: 'an end time more than a day ahead',
  time: 'a time before the year 2000 or more than a day ahead',
  point_time: 'a time that is absent, before the year 2000 or more than a day ahead',
  start_ahead: 'a start time more than a day ahead',
  metric_name: 'no name of its metric',
  buckets: 'bucket counts that are not one more than its explicit bounds',
  exemplar_count: 'too many exemplars or quantiles',
  attribute_count: 'too many attributes (its own, its events’ and links’, its resource’s or scope’s)',
  event_count: 'too many events',
  link_count: 'too many links',
  value_size: 'a text or an attribute value that is too large',
  element_count: 'lists of too many elements in its attribute values',
  depth: 'an attribute value that is nested too deeply',
} as const
export type RejectReason = keyof typeof REJECT_REASONS

const NAMES = Object.keys(REJECT_REASONS) as RejectReason[]

/** A reason as a small integer, as the scan keeps it; 0 is none. */
export const FAULT = Object.fromEntries(NAMES.map((name, index) => [name, index + 1])) as Record<RejectReason, number>

export interface RejectedItems {
  reason: RejectReason
  count: number
  /** Position of the first such item in the request, from 0. */
  first: number
}

/** Rejected items of one request. */
export class Rejections {
  /** All of them. */
  total = 0
  /** One entry per reason that occurred, in order of first occurrence. An item counts for the first fault found in it. */
  readonly reasons: RejectedItems[] = []

  /** @param fault one of {@link FAULT} */
  add(fault: number, item: number): void {
    this.total++
    const reason = NAMES[fault - 1]!
    const known = this.reasons.find((entry) => entry.reason === reason)
    if (known) known.count++
    else this.reasons.push({ reason, count: 1, first: item })
  }
}

/**
 * One sentence for `partial_success.error_message`; '' when nothing was rejected.
 * @param noun what was sent, several of them
 */
export function describeRejections(rejections: Rejections, seen: number, noun = 'spans'): string {
  if (rejections.total === 0) return ''
  const one = noun.replace(/s$/, '')
  const reasons = rejections.reasons.map(
    ({ reason, count, first }) => `${count} with ${REJECT_REASONS[reason]} (first: ${one} ${first}, counted from 0)`,
  )
  return `${rejections.total} of ${seen} ${noun} rejected: ${reasons.join('; ')}`
}
