/** One run of a workflow, agent, pipeline or job, as the application sees it while it runs. */
import { type Context, context, createContextKey, type Span, trace } from '@opentelemetry/api'
import { RUNLENS, RUNLENS_VISUAL, type Status } from '@runlens/conventions'
import { hub, safely } from '../hub.ts'
import { type Carrier, type Identity, writeCarrier } from './carrier.ts'
import type { EndOptions } from './options.ts'
import { Scope, type ScopeKeys, UNSUCCESSFUL } from './scope.ts'
import { TRACER_NAME } from './tracer.ts'

const EXECUTION = createContextKey('runlens.execution')

const KEYS: ScopeKeys = {
  status: RUNLENS.executionStatus,
  input: RUNLENS.executionInput,
  output: RUNLENS.executionOutput,
}

export interface VisualOptions {
  /** Whether the run is shown. @default true */
  enabled?: boolean
  /** Whether it is shown while it runs. */
  streaming?: boolean
  quality?: string
  sessionId?: string
  eventsCaptured?: number
  streamDurationSeconds?: number
}

export class Execution extends Scope {
  readonly identity: Identity
  /** What was said of it last. */
  private word: Status | undefined

  /**
   * Whether others decide which span is active in its context: instrumentations of routers keep the context that a middleware made, but
   * put spans in it that are no part of this execution.
   * @internal
   */
  isShared = false

  /** @internal */
  constructor(span: Span, within: Context, identity: Identity, startedMs: number) {
    super(span, within, KEYS, startedMs)
    this.identity = identity
  }

  /** As in the API: `GET /api/v1/executions/id/{id}`. */
  get id(): string {
    return this.identity.id
  }

  get traceId(): string {
    return this.span.spanContext().traceId
  }

  /** From 0 to 1. */
  setProgress(fraction: number): void {
    const within = Math.min(1, Math.max(0, Number(fraction)))
    if (Number.isNaN(within)) return
    this.setAttribute(RUNLENS.executionProgress, within)
    this.tell()
  }

  /** When it should be over. */
  setExpectedEnd(at: Date | number): void {
    safely(() => this.put(RUNLENS.executionExpectedEnd, new Date(at).toISOString()), undefined)
    this.tell()
  }

  /**
   * Puts it aside: it waits for somebody or something. If it ends like that, it is over here and goes on elsewhere, see
   * `handOver` and `continueExecution`.
   */
  waiting(): void {
    this.setStatus('waiting')
    this.tell()
  }

  /** Goes on after `waiting`, in the same run. */
  running(): void {
    this.setStatus('running')
    this.tell()
  }

  /** Writes into a message's headers what makes work elsewhere a part of this one. Gives the carrier. */
  inject<C extends object>(carrier: C): C {
    safely(() => {
      writeCarrier(carrier as Carrier, this.here(), this.identity)
    }, undefined)
    return carrier
  }

  /** As `inject`, and puts it aside: whoever gets the message goes on with it by `continueExecution`. */
  handOver<C extends object>(carrier: C): C {
    this.waiting()
    return this.inject(carrier)
  }

  /** What is known of the visual session of this run. */
  visual({ enabled = true, ...options }: VisualOptions): void {
    this.setAttributes({
      [RUNLENS_VISUAL.enabled]: enabled,
      [RUNLENS_VISUAL.streaming]: options.streaming,
      [RUNLENS_VISUAL.quality]: options.quality,
      [RUNLENS_VISUAL.sessionId]: options.sessionId,
      [RUNLENS_VISUAL.eventsCaptured]: options.eventsCaptured,
      [RUNLENS_VISUAL.streamDurationSeconds]: options.streamDurationSeconds,
    })
  }

  override setStatus(status: Status): void {
    this.word = status
    super.setStatus(status)
  }

  override end(how?: EndOptions): void {
    // Whether it became a success follows from its end and its steps.
    if (this.word === 'running') this.setAttribute(KEYS.status, '')
    super.end(how)
  }

  /** @internal */
  succeed(): void {
    this.end()
  }

  /** @internal */
  fail(error: unknown): void {
    // What was called failed stays so; what was waiting, or a success so far, broke.
    if (this.word !== undefined && !UNSUCCESSFUL.includes(this.word)) this.setAttribute(KEYS.status, '')
    this.end({ error: error ?? new Error(String(error)) })
  }

  protected override mark(within: Context): Context {
    return within.setValue(EXECUTION, this)
  }

  /** Where the caller is in a step of this execution, a new one belongs below that. */
  protected override parentOfSteps(): Context {
    return this.here()
  }

  /** The active context if it is inside of this execution. */
  private here(): Context {
    const active = context.active()
    if (executionOf(active) !== this) return this.context
    if (!this.isShared) return active
    const { instrumentationScope } = (trace.getSpan(active) ?? {}) as { instrumentationScope?: { name: string } }
    return instrumentationScope?.name === TRACER_NAME ? active : this.context
  }

  private tell(): void {
    safely(() => hub.sending?.updated(this.span), undefined)
  }
}

export function executionOf(within: Context): Execution | undefined {
  return within.getValue(EXECUTION) as Execution | undefined
}
