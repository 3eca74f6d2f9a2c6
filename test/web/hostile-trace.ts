/** A trace whose every text tries to be more than text. */
import { type OtlpSpan, text } from '../kit/traces.ts'

export const HOSTILE = {
  id: `"><img src=x onerror="window.pwned='id'">/../?a=1#b%00`,
  workflow: `<img src=x onerror="window.pwned='workflow'">`,
  user: `<svg onload="window.pwned='user'">`,
  step: `<script>window.pwned='step'</script>`,
  errorType: `javascript:window.pwned='type'`,
  errorMessage: `</pre><iframe srcdoc="<script>parent.pwned='message'</script>"></iframe>`,
  /** Turns the direction of what follows, where it is not kept apart. */
  environment: '\u202egnitset \u2066 עברית العربية',
  long: 'x'.repeat(20_000),
  input: JSON.stringify({ __proto__x: 1, html: `<img src=x onerror="window.pwned='input'">` }).replace('x"', '"'),
  attributeKey: `<b onmouseover="window.pwned='key'">`,
} as const

/** @param startMs of the execution */
export function hostileSpans(startMs: number): OtlpSpan[] {
  const span = (spanId: string, more: Partial<OtlpSpan>): OtlpSpan => ({
    traceId: '66'.repeat(16),
    spanId,
    name: HOSTILE.step,
    kind: 1,
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${startMs + 100}000000`,
    attributes: [],
    status: { code: 2, message: HOSTILE.errorMessage },
    ...more,
  })
  const attacks = [
    text('__proto__', 'polluted'),
    text('constructor', 'polluted'),
    text('toString', 'polluted'),
    text(HOSTILE.attributeKey, HOSTILE.step),
    text('long', HOSTILE.long),
    text('link', `javascript:window.pwned='link'`),
    text('error.type', HOSTILE.errorType),
    text('exception.stacktrace', HOSTILE.errorMessage),
  ]
  const entry = [
    text('runlens.execution.id', HOSTILE.id),
    text('runlens.execution.kind', 'workflow'),
    text('runlens.workflow.name', HOSTILE.workflow),
    text('runlens.execution.input', HOSTILE.input),
    text('runlens.execution.output', HOSTILE.errorMessage),
    text('user.id', HOSTILE.user),
    text('deployment.environment.name', HOSTILE.environment),
  ]
  return [
    span('6666666666666601', { attributes: [...entry, ...attacks] }),
    span('6666666666666602', {
      parentSpanId: '6666666666666601',
      attributes: [text('runlens.step.name', HOSTILE.step), ...attacks],
    }),
    span('6666666666666603', {
      parentSpanId: '6666666666666602',
      attributes: [text('runlens.step.name', HOSTILE.long)],
    }),
  ]
}
