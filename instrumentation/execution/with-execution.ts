/** Starts executions: around a function, by hand, or as the continuation of one that began elsewhere. */
import { randomUUID } from 'node:crypto'
import {
  type Attributes,
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  trace,
} from '@opentelemetry/api'
import { RUNLENS } from '@runlens/conventions'
import { now, toHrTime } from '../clock.ts'
import { safely } from '../hub.ts'
import { toText } from '../payload/to-text.ts'
import { type Carrier, type Identity, readCarrier } from './carrier.ts'
import { Execution, executionOf } from './execution.ts'
import type { AttributeValue, ExecutionOptions, StepOptions } from './options.ts'
import { runAttempts } from './retries.ts'
import { runInSpan } from './run-in-span.ts'
import { openStep, type Step } from './scope.ts'
import { tracer } from './tracer.ts'

/**
 * Runs `fn` as an execution. Gives what it gives and throws what it throws; with `retries` always a promise.
 * An error that is thrown ends it as `error`, `timeout` or `cancelled`, whichever it speaks of.
 */
export function withExecution<T>(options: ExecutionOptions, fn: (execution: Execution) => T): T {
  const { retries } = options
  if (retries === undefined) return run(startExecution(options), fn)
  const firstId = options.id ?? randomUUID()
  return runAttempts(retries, (attempt) => {
    const more = attempt === 1 ? { id: firstId } : { id: `${firstId}-attempt-${attempt}`, retryOf: firstId }
    return run(startExecution({ ...options, ...more, attempt }), fn)
  }) as T
}

/** An execution that can't be wrapped around a function: call its `end`. */
export function startExecution(options: ExecutionOptions): Execution {
  const within = safely(() => parentContext(options.parent), context.active())
  const { workflow } = options
  const { name, ...rest } = typeof workflow === 'string' ? { name: workflow } : workflow
  const named: { id?: string; version?: string } = rest
  const identity = {
    id: options.id,
    kind: options.kind ?? 'workflow',
    workflowId: named.id,
    workflowName: name,
    workflowVersion: named.version,
    user: options.user,
    conversation: options.conversation,
  }
  return open(within, [], identity, () => executionAttributes(options, executionOf(within)))
}

/**
 * Goes on with an execution that was handed over: `fn` runs as its next segment, in the same trace and under the same id.
 * @param carrier that `handOver` or `inject` filled
 * @param otherwise what is started if the carrier holds no execution
 */
export function continueExecution<T>(
  carrier: object,
  fn: (execution: Execution) => T,
  otherwise: ExecutionOptions = { workflow: 'continued execution' },
): T {
  return run(resumeExecution(carrier, otherwise), fn)
}

/** As `continueExecution`, for code that can't be wrapped: call `end` of what it gives. */
export function resumeExecution(
  carrier: object,
  otherwise: ExecutionOptions = { workflow: 'continued execution' },
): Execution {
  const carried = safely(() => readCarrier(carrier as Carrier), undefined)
  if (carried === undefined) return startExecution({ parent: carrier as Carrier, ...otherwise })
  const { identity, span } = carried
  const within = span === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, span)
  return open(within, span === undefined ? [] : [span], identity, () => ({}))
}

/** The execution that the caller is in. */
export function currentExecution(): Execution | undefined {
  return safely(() => executionOf(context.active()), undefined)
}

/** Runs `fn` as a step of whatever is active: an execution, one of its steps, or an instrumented request. */
export function step<T>(options: string | StepOptions, fn: (step: Step) => T): T {
  const execution = currentExecution()
  if (execution !== undefined) return execution.step(options, fn)
  const { retries } = typeof options === 'string' ? { retries: undefined } : options
  const once = (attempt?: number) => {
    const one = openStep(attempt === undefined || typeof options === 'string' ? options : { ...options, attempt })
    return runInSpan(one.context, fn, one)
  }
  return retries === undefined ? once() : (runAttempts(retries, once) as T)
}

function run<T>(execution: Execution, fn: (execution: Execution) => T): T {
  return runInSpan(execution.context, fn, execution)
}

/** An id that is not known yet follows from the span. */
type Known = Omit<Identity, 'id'> & { id: string | undefined }

function open(within: Context, links: readonly SpanContext[], known: Known, attributes: () => Attributes): Execution {
  let span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
  const startedMs = now()
  const id = safely(() => {
    const options = {
      startTime: toHrTime(startedMs),
      attributes: Object.assign(identityAttributes(known), attributes()),
      links: links.map((context) => ({ context })),
    }
    span = tracer.startSpan(known.workflowName, options, within)
    const given = known.id ?? newId(span, within)
    span.setAttribute(RUNLENS.executionId, given)
    return given
  }, undefined)
  return new Execution(span, within, { ...known, id: id ?? randomUUID() }, startedMs)
}

/** What the server would call it too: by its trace, and below another span by its own id as well. */
function newId(span: Span, within: Context): string {
  const { traceId, spanId } = span.spanContext()
  if (!isSpanContextValid(span.spanContext())) return randomUUID()
  return trace.getSpanContext(within)?.traceId === traceId ? `${traceId}-${spanId}` : traceId
}

function parentContext(parent: ExecutionOptions['parent']): Context {
  if (parent === undefined) return context.active()
  if (parent === 'none') return ROOT_CONTEXT
  const carried = readCarrier(parent)
  if (carried?.span !== undefined) return trace.setSpanContext(ROOT_CONTEXT, carried.span)
  return propagation.extract(ROOT_CONTEXT, parent)
}

function identityAttributes(identity: Known): Attributes {
  return defined({
    [RUNLENS.executionKind]: identity.kind,
    [RUNLENS.workflowName]: identity.workflowName,
    [RUNLENS.workflowId]: identity.workflowId,
    [RUNLENS.workflowVersion]: identity.workflowVersion,
    'user.id': identity.user,
    'session.id': identity.conversation,
  })
}

function executionAttributes(options: ExecutionOptions, above: Execution | undefined): Attributes {
  const carried = typeof options.parent === 'object' ? readCarrier(options.parent)?.identity.id : undefined
  return defined({
    [RUNLENS.executionMode]: options.mode,
    [RUNLENS.executionParentId]: carried ?? above?.id,
    [RUNLENS.executionAttempt]: options.attempt,
    [RUNLENS.executionRetryOf]: options.retryOf,
    [RUNLENS.executionReplayOf]: options.replayOf,
    [RUNLENS.executionQueuedAt]: timeText(options.queuedAt),
    [RUNLENS.executionExpectedEnd]: timeText(options.expectedEnd),
    [RUNLENS.executionInput]: toText(options.inputs),
    ...options.attributes,
  })
}

function timeText(at: Date | number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString()
}

function defined(values: Record<string, AttributeValue | undefined>): Attributes {
  const attributes: Attributes = {}
  for (const key in values) {
    const value = values[key]
    if (value !== undefined) attributes[key] = value as string
  }
  return attributes
}
