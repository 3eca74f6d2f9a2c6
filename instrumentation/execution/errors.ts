/** Puts what was thrown on a span: exception event, `error.type`, status. */
import { type Span, SpanStatusCode } from '@opentelemetry/api'
import { now, toHrTime } from '../clock.ts'
import { redactText } from '../payload/redact.ts'
import { toText } from '../payload/to-text.ts'

const MESSAGE_CHARS_MAX = 4_096
const STACK_CHARS_MAX = 16_384

export interface ErrorParts {
  type: string
  message: string
  stack: string | undefined
}

export function recordError(span: Span, error: unknown): void {
  const { type, message, stack } = errorParts(error)
  const stacktrace = stack === undefined ? {} : { 'exception.stacktrace': stack }
  const attributes = { 'exception.type': type, 'exception.message': message, ...stacktrace }
  span.addEvent('exception', attributes, toHrTime(now()))
  span.setAttribute('error.type', type)
  span.setStatus({ code: SpanStatusCode.ERROR, message })
}

/** The name of an error that says more than `Error`, else its code, else its class. */
export function errorParts(error: unknown): ErrorParts {
  if (!(error instanceof Error)) return { type: 'Error', message: cut(toText(error) ?? 'undefined'), stack: undefined }
  const { name, message, stack, code } = error as Error & { code?: unknown }
  const className = error.constructor?.name ?? ''
  const type = [name, typeof code === 'string' ? code : '', className].find((one) => one !== '' && one !== 'Error')
  return {
    type: type ?? 'Error',
    message: cut(String(message)),
    stack: stack === undefined ? undefined : redactText(String(stack).slice(0, STACK_CHARS_MAX)),
  }
}

function cut(text: string): string {
  return redactText(text.slice(0, MESSAGE_CHARS_MAX))
}
