/** What each owner's programs send, and rows as they may be stored, with a canary in every place that holds text. */
import { EXECUTIONS } from '@runlens/clickhouse'
import { logsExport, type OtlpLogRecord } from '../kit/logs.ts'
import { idOf, type OtlpSpan, text } from '../kit/traces.ts'
import { canary, type Owner, tenantOf, userOf } from './people.ts'

const nanos = (ms: number) => `${BigInt(Math.round(ms)) * 1_000_000n}`

/** A failed run of one step, inside which another user's run may stand. */
export function spansOf(owner: Owner, startMs: number): OtlpSpan[] {
  const c = (what: string) => canary(owner, what)
  const traceId = idOf(c('trace'), 16)
  const entryId = idOf(c('entry'), 8)
  const failed = { code: 2, message: c('status-message') }
  const own = (what: string) => [text(c(`${what}-key`), c(`${what}-value`))]
  return [
    {
      traceId,
      spanId: entryId,
      name: c('span'),
      kind: 1,
      startTimeUnixNano: nanos(startMs),
      endTimeUnixNano: nanos(startMs + 100),
      attributes: [
        text('runlens.execution.id', c('run')),
        text('runlens.execution.kind', 'workflow'),
        text('runlens.workflow.id', c('workflow')),
        text('runlens.workflow.name', c('workflow-name')),
        text('runlens.execution.input', c('input')),
        text('runlens.execution.output', c('output')),
        text('gen_ai.conversation.id', c('conversation')),
        text('error.type', c('error-type')),
        ...(userOf(owner) === '' ? [] : [text('user.id', userOf(owner))]),
        ...own('entry'),
      ],
      status: failed,
    },
    {
      traceId,
      spanId: idOf(c('step'), 8),
      parentSpanId: entryId,
      name: c('step-span'),
      kind: 1,
      startTimeUnixNano: nanos(startMs + 10),
      endTimeUnixNano: nanos(startMs + 20),
      attributes: [text('runlens.step.name', c('step')), text('error.type', c('step-error')), ...own('step')],
      status: failed,
    },
  ]
}

/**
 * A run of `owner` inside the run of another: a child in the tree and in the trace of that one. How the step is called that it is there, and
 * how it ended, is the other's to know; nothing else is.
 */
export function spansInside(owner: Owner, inside: Owner, startMs: number): OtlpSpan[] {
  const [entry] = spansOf(owner, startMs)
  const childId = canary(owner, 'inside')
  return [
    {
      ...entry!,
      traceId: idOf(canary(inside, 'trace'), 16),
      spanId: idOf(childId, 8),
      parentSpanId: idOf(canary(inside, 'entry'), 8),
      name: 'inner',
      startTimeUnixNano: nanos(startMs + 30),
      endTimeUnixNano: nanos(startMs + 40),
      attributes: [
        text('runlens.execution.id', childId),
        ...entry!.attributes.filter(({ key }) => key !== 'runlens.execution.id'),
      ],
    },
  ]
}

export function tracesExport(owner: Owner, spans: readonly OtlpSpan[]): object {
  const c = (what: string) => canary(owner, what)
  const resource = [
    text('service.name', c('service')),
    text('deployment.environment.name', c('environment')),
    text(c('resource-key'), c('resource-value')),
  ]
  return {
    resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ scope: { name: c('scope') }, spans }] }],
  }
}

/** Log records of given spans. */
export function logsOf(owner: Owner, spans: readonly OtlpSpan[], atMs: number): object {
  const c = (what: string) => canary(owner, what)
  const records = spans.map(
    ({ traceId, spanId }): OtlpLogRecord => ({
      timeUnixNano: nanos(atMs),
      traceId,
      spanId,
      severityNumber: 17,
      body: { stringValue: c('log-body') },
      attributes: [text(c('log-key'), c('log-value'))],
    }),
  )
  return logsExport(records, c('log-service'))
}

/** A row of `executions` in which every column of text names its owner. */
export function rowOf(owner: Owner, at: string): Record<string, unknown> {
  const texts = Object.entries(EXECUTIONS.columns).flatMap(([name, type]): [string, unknown][] => {
    if (type === 'String' || type === 'LowCardinality(String)') return [[name, canary(owner, name)]]
    if (type === 'Array(LowCardinality(String))') return [[name, [canary(owner, name)]]]
    if (type.startsWith('Map(')) return [[name, { [canary(owner, `${name}-key`)]: canary(owner, name) }]]
    return []
  })
  return {
    ...Object.fromEntries(texts),
    tenant: tenantOf(owner),
    user_id: userOf(owner),
    kind: 'workflow',
    status: 'error',
    anchor_at: at,
    started_at: at,
    ended_at: at,
    last_seen_at: at,
    duration_ms: 5,
    trace_id: `row-${owner}`.padEnd(16, '.'),
    span_id: 'row-span',
    'steps.status': ['error'],
    'steps.duration_ms': [1],
    version: '1',
  }
}
