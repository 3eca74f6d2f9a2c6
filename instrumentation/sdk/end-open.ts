/** Ends the executions and steps that are open when the program ends, so that they do not look as if they ran on. */
import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api'
import { RUNLENS } from '@runlens/conventions'
import { now, toHrTime } from '../clock.ts'
import type { ReadableSpan } from './encode/readable-span.ts'
import type { ProgramEnd } from './lifecycle.ts'

/** @param spans innermost first */
export function endOpenSpans(spans: readonly ReadableSpan[], end: ProgramEnd): void {
  for (const readable of spans) {
    const span = readable as unknown as Span
    const isExecution = readable.attributes[RUNLENS.executionKind] !== undefined
    const key = isExecution ? RUNLENS.executionStatus : RUNLENS.stepStatus
    // One that was put aside goes on elsewhere.
    if (readable.attributes[key] !== 'waiting') {
      const { status, type, message } = describe(end)
      const attributes: Attributes = { [key]: status, 'error.type': type }
      span.setAttributes(attributes)
      span.setStatus({ code: SpanStatusCode.ERROR, message })
    }
    span.end(toHrTime(now()))
  }
}

function describe(end: ProgramEnd) {
  return 'signal' in end
    ? { status: 'cancelled', type: end.signal, message: `the process was stopped by ${end.signal}` }
    : {
        status: 'error',
        type: 'ProcessExit',
        message: `the process ended with exit code ${end.exitCode} before this did`,
      }
}
