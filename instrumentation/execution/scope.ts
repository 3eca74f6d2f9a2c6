/** What executions and steps have in common: a span, steps below it, values told while it runs, and an end that happens once. */
import {
  type Attributes,
  type Context,
  context,
  type HrTime,
  INVALID_SPAN_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { RUNLENS, type Status } from '@runlens/conventions'
import { now, toHrTime } from '../clock.ts'
import { noteFault, safely } from '../hub.ts'
import { toText } from '../payload/to-text.ts'
import { recordError } from './errors.ts'
import type { AttributeValue, EndOptions, StepOptions } from './options.ts'
import { runAttempts } from './retries.ts'
import { runInSpan } from './run-in-span.ts'
import { tracer } from './tracer.ts'

/** Attribute keys that differ between executions and steps. */
export interface ScopeKeys {
  status: string
  input: string
  output: string
}

const STEP_KEYS: ScopeKeys = {
  status: RUNLENS.stepStatus,
  input: RUNLENS.stepInput,
  output: RUNLENS.stepOutput,
}

const PLAINLY: EndOptions = {}

/** Statuses that OpenTelemetry calls an error. */
export const UNSUCCESSFUL: readonly Status[] = ['failed', 'error', 'timeout', 'cancelled', 'lost']

export abstract class Scope {
  /** OpenTelemetry's span, for everything that is not here. */
  readonly span: Span
  /** The context in which the span is active. */
  readonly context: Context
  protected readonly keys: ScopeKeys
  private isOver = false

  private readonly startedMs: number

  /** @param startedMs when the span was said to start */
  protected constructor(span: Span, within: Context, keys: ScopeKeys, startedMs: number) {
    this.span = span
    this.startedMs = startedMs
    this.context = this.mark(trace.setSpan(within, span))
    this.keys = keys
  }

  /** Runs `fn` as a step below this one. Gives what it gives, throws what it throws. */
  step<T>(step: string | StepOptions, fn: (step: Step) => T): T {
    if (typeof step !== 'string' && step.retries !== undefined) {
      return runAttempts(step.retries, (attempt) => this.runStep({ ...step, attempt }, fn)) as T
    }
    return this.runStep(step, fn)
  }

  /** A step that can't be wrapped around a function: call its `end`. */
  startStep(step: string | StepOptions): Step {
    return openStep(step, this.parentOfSteps())
  }

  setInput(value: unknown): void {
    this.put(this.keys.input, toText(value))
  }

  setOutput(value: unknown): void {
    this.put(this.keys.output, toText(value))
  }

  setAttribute(key: string, value: AttributeValue): void {
    this.put(key, value)
  }

  setAttributes(attributes: Readonly<Record<string, AttributeValue | undefined>>): void {
    for (const key in attributes) {
      const value = attributes[key]
      if (value !== undefined) this.setAttribute(key, value)
    }
  }

  /** The emitter's own word: stronger than what would follow from errors and steps. */
  setStatus(status: Status): void {
    this.put(this.keys.status, status)
  }

  /** Puts an error on it without ending it. */
  recordError(error: unknown): void {
    safely(() => recordError(this.span, error), undefined)
  }

  /** Once; later calls do nothing. Not needed for what was wrapped around a function. */
  end(how: EndOptions = PLAINLY): void {
    if (this.isOver) return
    this.isOver = true
    try {
      if (how !== PLAINLY) this.close(how)
      // A clock that was set back must not make an end before a start.
      this.span.end(toHrTime(Math.max(this.startedMs, now())))
    } catch (error) {
      noteFault(error)
    }
  }

  private close({ status, output, error }: EndOptions): void {
    if (output !== undefined) this.setOutput(output)
    if (error !== undefined) this.recordError(error)
    if (status === undefined) return
    this.setStatus(status)
    if (UNSUCCESSFUL.includes(status) && error === undefined) this.span.setStatus({ code: SpanStatusCode.ERROR })
  }

  protected put(key: string, value: AttributeValue | undefined): void {
    if (value === undefined) return
    try {
      // The API's type knows no read-only arrays.
      this.span.setAttribute(key, value as string)
    } catch (error) {
      noteFault(error)
    }
  }

  /** Adds to the context in which the span is active. */
  protected mark(within: Context): Context {
    return within
  }

  /** Steps of a step are its own children. */
  protected parentOfSteps(): Context {
    return this.context
  }

  private runStep<T>(options: string | StepOptions, fn: (step: Step) => T): T {
    const step = openStep(options, this.parentOfSteps())
    return runInSpan(step.context, fn, step)
  }
}

export class Step extends Scope {
  /** @internal */
  constructor(span: Span, within: Context, startedMs: number) {
    super(span, within, STEP_KEYS, startedMs)
  }

  setItems(items: { in?: number; out?: number }): void {
    if (items.in !== undefined) this.setAttribute(RUNLENS.stepItemsIn, items.in)
    if (items.out !== undefined) this.setAttribute(RUNLENS.stepItemsOut, items.out)
  }

  /** @internal */
  succeed(): void {
    this.end()
  }

  /** @internal */
  fail(error: unknown): void {
    // Undefined can be thrown too.
    this.end({ error: error ?? new Error(String(error)) })
  }
}

export function openStep(step: string | StepOptions, within: Context = context.active()): Step {
  const startedMs = now()
  return new Step(startSpan(step, within, toHrTime(startedMs)), within, startedMs)
}

function startSpan(step: string | StepOptions, within: Context, startTime: HrTime): Span {
  try {
    return typeof step === 'string'
      ? tracer.startSpan(step, { startTime, attributes: { [RUNLENS.stepName]: step } }, within)
      : tracer.startSpan(step.name, { startTime, attributes: stepAttributes(step) }, within)
  } catch (error) {
    noteFault(error)
    return trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
  }
}

function stepAttributes({ name, type, index, inputs, attempt, itemsIn, attributes }: StepOptions): Attributes {
  const all: Attributes = { [RUNLENS.stepName]: name }
  if (type !== undefined) all[RUNLENS.stepType] = type
  if (index !== undefined) all[RUNLENS.stepIndex] = index
  if (attempt !== undefined) all[RUNLENS.stepAttempt] = attempt
  if (itemsIn !== undefined) all[RUNLENS.stepItemsIn] = itemsIn
  const input = toText(inputs)
  if (input !== undefined) all[RUNLENS.stepInput] = input
  return attributes === undefined ? all : Object.assign(all, attributes)
}
