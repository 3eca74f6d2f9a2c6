/** Random traces for settling, most of which are one execution or nearly so. */
import type { Status } from '@runlens/conventions'
import fc from 'fast-check'
import type { TestSpan } from './stack-db.ts'

/** Milliseconds since the epoch that starts and ends count from. */
export const EPOCH = Date.now() - 3_600_000
/** Bytes kept of an input or output. */
export const PAYLOAD_MAX = 4_096
export const trace = (number: number) => number.toString(16).padStart(32, '0')
export const id = (number: number) => number.toString(16).padStart(16, '0')

const text = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom('', 'a', 'Ж漢', 'x'.repeat(1_500), 'x'.repeat(PAYLOAD_MAX + 10)) },
  {
    weight: 20,
    arbitrary: fc.constantFrom(
      '"a"\n\\\t\b\f\r/\u0001\u2028 ',
      '😀\\"'.repeat(200),
      `${'x'.repeat(1_023)}"ж`,
      '😀漢'.repeat(160),
    ),
  },
  // Halves of a character, in JSON as escapes.
  { weight: 1, arbitrary: fc.constantFrom('a\ud83d', '\udc00b', '\ud83d\ud83d\ude00') },
)

/** What spans say of an error, whether they failed or not. */
const error = {
  attempt: fc.constantFrom(0, 0, 0, 0, 1, 2, 3),
  error_type: fc.constantFrom('', '', 'Error', 'Exception', 'TimeoutError', 'java.net.ConnectException', 'Warn\ting'),
  error_message: fc.constantFrom(
    '',
    '',
    'x\ty',
    'ж'.repeat(1_001),
    'user 17 not found',
    'user 3f2b8c1e not found',
    'rpc error: code = Unavailable desc = "漢"\n\u2028',
    '😀'.repeat(1_001),
    'connect ECONNREFUSED 10.0.0.1:5432\u0000',
  ),
  error_stack: fc.constantFrom('', '', 'at f (a.js:1:2)', 'Traceback:\n\tat "漢" \\\n'.repeat(300)),
  response_status_code: fc.constantFrom('', '', '200', '404', '503'),
}
const UNSUCCESSFUL = ['error', 'failed', 'timeout', 'cancelled', 'lost'] as const

/** A trace that is mostly, but not always, simple: a root and spans below it, some of which are odd. */
export const anyTrace = fc.record({
  root: fc.record({
    kind: fc.constantFrom(
      { role: 'entry', rule: 1 } as const,
      { role: 'entry', rule: 2 } as const,
      {
        role: 'candidate',
        rule: 3,
      } as const,
      { role: 'entry', rule: 4 } as const,
      { role: 'candidate', rule: 5 } as const,
    ),
    status: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom('success', '') },
      { weight: 1, arbitrary: fc.constantFrom('error', 'running', 'waiting') },
    ) as fc.Arbitrary<Status | ''>,
    status_code: fc.constantFrom(0, 0, 0, 1, 2),
    execution_id: fc.constantFrom('', '', 'own'),
    open: fc.nat(9).map((n) => n === 0),
    input: text,
    output: text,
    more: fc.record({
      status_explicit: fc.nat(1),
      execution_kind: fc.constantFrom('job', 'agent', 'query', 'nonsense', ''),
      instance: fc.constantFrom('', 'one'),
      provider: fc.constantFrom('n8n', ''),
      workflow_name: text,
      workflow_version: fc.constantFrom('', '7'),
      mode: fc.constantFrom('', 'webhook'),
      user_id: text,
      conversation_id: text,
      database_type: fc.constantFrom('', 'postgresql'),
      query: text,
      parent_execution_id: fc.constantFrom('', 'p'),
      retry_of: fc.constantFrom('', 'r'),
      replay_of: fc.constantFrom('', 'q'),
      ...error,
      rows_total: fc.constantFrom(null, null, 7),
      rows_returned: fc.constantFrom(null, null, 5),
      queued_at: fc.constantFrom(null, BigInt(EPOCH - 50) * 1_000_000n, BigInt(EPOCH + 9_999) * 1_000_000n),
      expected_end_at: fc.constantFrom(null, BigInt(EPOCH) * 1_000_000n),
      progress: fc.constantFrom(null, 0.5),
    }),
  }),
  below: fc.array(
    fc.record({
      kind: fc.oneof(
        { weight: 8, arbitrary: fc.constant({ role: 'step', rule: 0 } as const) },
        {
          weight: 2,
          arbitrary: fc.constantFrom(
            { role: 'other', rule: 0 } as const,
            { role: 'candidate', rule: 3 } as const,
            {
              role: 'candidate',
              rule: 5,
            } as const,
            { role: 'marker', rule: 0 } as const,
          ),
        },
      ),
      odd: fc.oneof(
        { weight: 30, arbitrary: fc.constant('') },
        { weight: 1, arbitrary: fc.constantFrom('orphan', 'root', 'entry', 'open', 'failed', 'twice', 'circle') },
      ),
      parent: fc.nat(100),
      start: fc.nat(3),
      length: fc.integer({ min: -1, max: 4 }),
      name: fc.constantFrom('', 'load', 'send'),
      status: fc.constantFrom<(Status | '')[]>('success', '', 'waiting'),
      rows_total: fc.constantFrom(null, null, 3),
      rows_returned: fc.constantFrom(null, null, 0, 2),
      service: fc.constantFrom('test', 'other'),
      step_type: fc.constantFrom('node', 'db'),
      more: fc.record({
        database_type: fc.constantFrom('', '', 'mysql'),
        query: fc.constantFrom('', 'SELECT 1', '漢😀'.repeat(600)),
        query_complexity: fc.constantFrom('', '', 'a\tb'),
        query_page: fc.constantFrom('', '', '2'),
        ...error,
      }),
    }),
    { maxLength: 9 },
  ),
})
export type AnyTrace = typeof anyTrace extends fc.Arbitrary<infer T> ? T : never

/** Without most of what is rare. */
export const plainTrace = anyTrace.map(({ root, below }): AnyTrace => {
  const more = { ...root.more, queued_at: null, expected_end_at: null, progress: null }
  return {
    root: { ...root, status: 'success', more },
    below: below.map((span) => ({ ...span, odd: '' })),
  }
})

/** Such a trace of which something failed: the root, or steps, some of which were tried again. */
export const failedTrace = fc
  .record({
    plain: plainTrace,
    status: fc.constantFrom<(Status | '')[]>('success', '', 'partial', 'waiting', ...UNSUCCESSFUL),
    steps: fc.array(fc.constantFrom<(Status | '')[]>('success', '', 'running', ...UNSUCCESSFUL, 'error', 'error'), {
      minLength: 9,
      maxLength: 9,
    }),
  })
  .map(({ plain: { root, below }, status, steps }): AnyTrace => {
    return {
      root: { ...root, status },
      below: below.map((span, n) => ({ ...span, odd: '', status: steps[n]! })),
    }
  })

export function spansOf({ root, below }: AnyTrace, number: number): TestSpan[] {
  const of = (n: number) => id(number * 100 + n)
  const own = root.execution_id === '' ? '' : `own-${number}`
  const spans: TestSpan[] = [
    {
      trace_id: trace(number),
      span_id: of(0),
      start: 0,
      ...(root.open ? {} : { end: 100 }),
      ...root.kind,
      execution_id: own,
      workflow_id: 'flow',
      status: root.status,
      attributes: { in: root.input, out: root.output, long: 'y'.repeat(2_000), '': 'nothing' },
      more: { ...root.more, input_key: 'in', output_key: 'out', status_code: root.status_code },
    },
  ]
  below.forEach((span, i) => {
    const parent = span.odd === 'orphan' ? of(77) : span.odd === 'circle' ? of(i + 1) : of(span.parent % (i + 1))
    const made: TestSpan = {
      trace_id: trace(number),
      span_id: of(i + 1),
      ...(span.odd === 'root' ? {} : { parent_span_id: parent }),
      start: span.start,
      ...(span.odd === 'open' ? {} : { end: span.start + span.length }),
      ...(span.odd === 'entry' ? { role: 'entry', rule: 2 } : span.kind),
      status: span.odd === 'failed' ? 'error' : span.status,
      step_name: span.name,
      service: span.service,
      step_type: span.step_type,
      more: { ...span.more, name: 'the span', rows_total: span.rows_total, rows_returned: span.rows_returned },
    }
    spans.push(made)
    if (span.odd === 'twice') spans.push({ ...made, end: span.start + 50 })
  })
  return spans
}
