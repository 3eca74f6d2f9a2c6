/** Exceptions told by log records, joined to their span: they say what exception events of the span would. */
import type { SettleSpan } from '@runlens/conventions'
import { errorMeaning } from '../spans/span-error.ts'
import { compare } from './compare.ts'
import { isUnsuccessful } from './failed-steps.ts'

/** The span with the error that got out, the last one; as it is if it did not fail, or says all of it itself. */
export function withException(span: SettleSpan, exceptions: readonly SettleSpan[]): SettleSpan {
  if (exceptions.length === 0 || span.status === '' || !isUnsuccessful(span.status)) return span
  const last = [...exceptions].sort(
    (a, b) =>
      compare(b.recorded_at, a.recorded_at) ||
      compare(a.error_type, b.error_type) ||
      compare(a.error_message, b.error_message) ||
      compare(a.error_stack, b.error_stack),
  )[0]!
  // Without a stack the span had no exception event: its message is that of its status, which says less than the exception's.
  const message = span.error_stack === '' ? last.error_message || span.error_message : span.error_message
  return refined({
    ...span,
    error_type: span.error_type || last.error_type,
    error_message: message || last.error_message,
    error_stack: span.error_stack || last.error_stack,
  })
}

/** As mapping does it for exceptions that the span tells itself. */
function refined(span: SettleSpan): SettleSpan {
  if (span.status !== 'error') return span
  const meaning = errorMeaning(span.error_type, span.response_status_code, span.error_message, Number.NaN)
  if (meaning === 'timeout') return { ...span, status: 'timeout' }
  if (meaning === undefined || span.status_explicit === 1) return span
  if (meaning === 'cancelled') return { ...span, status: 'cancelled' }
  return { ...span, status: 'waiting', error_type: '', error_message: '', error_stack: '' }
}
