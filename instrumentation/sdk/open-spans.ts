/**
 * Tells of native spans that have not ended: that they started, that their state changed, that they are alive. A span that
 * ends before its turn came says everything itself, so a short step costs no record.
 */
import { TraceFlags } from '@opentelemetry/api'
import { HEARTBEAT_INTERVAL_MS, MARKER_EVENTS, type MarkerEvent, RUNLENS } from '@runlens/conventions'
import { noteFault } from '../hub.ts'
import type { ReadableSpan } from './encode/readable-span.ts'
import { untraced } from './send/untraced.ts'

/** How long a span may stay untold: well below the second in which a start is to be seen. */
const TELL_AFTER_MS = 100
/** Records made at once: about 0.3 ms of work. */
const RECORDS_PER_TURN = 100
/** Spans watched at once; more are counted and only their end is told. */
const OPEN_SPANS_MAX = 20_000

export interface OpenSpansOptions {
  /** Absent: spans are watched and nothing is told. */
  tell: ((event: MarkerEvent, span: ReadableSpan, atMs: number) => void) | undefined
  /** Default 10 000. */
  heartbeatMs?: number
}

export class OpenSpans {
  /** Spans that were not watched because too many were open. */
  unwatched = 0
  private readonly options: { tell: OpenSpansOptions['tell']; heartbeatMs: number }
  /** Open and not told of yet: where most spans end. */
  private readonly untold = new Set<ReadableSpan>()
  /** Open and told of. */
  private readonly told = new Set<ReadableSpan>()
  /** Executions told of, with when (Unix ms) their next sign of life is due; the earliest first. */
  private readonly beats = new Map<ReadableSpan, number>()
  private readonly changed = new Set<ReadableSpan>()
  private turnTimer: NodeJS.Timeout | undefined
  private heartbeatTimer: NodeJS.Timeout | undefined

  constructor(options: OpenSpansOptions) {
    this.options = { heartbeatMs: HEARTBEAT_INTERVAL_MS, ...options }
  }

  started(span: ReadableSpan): void {
    if (!isExecution(span) && span.attributes[RUNLENS.stepName] === undefined) return
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return
    if (this.untold.size + this.told.size >= OPEN_SPANS_MAX) {
      this.unwatched++
      return
    }
    this.untold.add(span)
    if (this.turnTimer === undefined && this.options.tell !== undefined) this.scheduleTurn()
  }

  /** Status or progress of an execution changed. */
  updated(span: ReadableSpan): void {
    if (!this.told.has(span)) return
    this.changed.add(span)
    this.scheduleTurn()
  }

  ended(span: ReadableSpan): void {
    if (this.untold.delete(span) || !this.told.delete(span)) return
    this.changed.delete(span)
    this.beats.delete(span)
  }

  /** Innermost first: those opened last. */
  all(): ReadableSpan[] {
    return [...this.told, ...this.untold].reverse()
  }

  stop(): void {
    clearTimeout(this.turnTimer)
    clearTimeout(this.heartbeatTimer)
  }

  private scheduleTurn(delayMs = TELL_AFTER_MS): void {
    if (this.turnTimer !== undefined) return
    this.turnTimer = untraced(() => setTimeout(() => this.turn(), delayMs))
    this.turnTimer.unref()
  }

  private turn(): void {
    this.turnTimer = undefined
    let left = RECORDS_PER_TURN
    for (const span of this.untold) {
      if (left === 0) break
      left--
      this.untold.delete(span)
      this.told.add(span)
      this.tellStart(span)
    }
    for (const span of this.changed) {
      if (left === 0) break
      left--
      this.changed.delete(span)
      this.tell(MARKER_EVENTS.executionUpdated, span)
    }
    if (this.untold.size + this.changed.size > 0) this.scheduleTurn(1)
  }

  /** With a first sign of life: without one, nobody could tell that the program was killed before the next is due. */
  private tellStart(span: ReadableSpan): void {
    this.tell(isExecution(span) ? MARKER_EVENTS.executionStarted : MARKER_EVENTS.stepStarted, span)
    if (isExecution(span)) this.tell(MARKER_EVENTS.executionHeartbeat, span)
  }

  private scheduleHeartbeats(delayMs = Math.max(1, this.options.heartbeatMs / 10)): void {
    if (this.heartbeatTimer !== undefined) return
    this.heartbeatTimer = untraced(() => setTimeout(() => this.heartbeats(), delayMs))
    this.heartbeatTimer.unref()
  }

  private heartbeats(): void {
    this.heartbeatTimer = undefined
    const now = Date.now()
    let left = RECORDS_PER_TURN
    for (const [span, dueMs] of this.beats) {
      if (dueMs > now || left === 0) break
      left--
      this.tell(MARKER_EVENTS.executionHeartbeat, span)
    }
    clearTimeout(this.heartbeatTimer)
    this.heartbeatTimer = undefined
    if (left === 0) this.scheduleHeartbeats(1)
    else if (this.beats.size > 0) this.scheduleHeartbeats()
  }

  private tell(event: MarkerEvent, span: ReadableSpan): void {
    const now = Date.now()
    // News do not put the next sign of life off: who has had none can't tell that later ones are missing.
    if (isExecution(span) && event !== MARKER_EVENTS.executionUpdated) {
      this.beats.delete(span)
      this.beats.set(span, now + this.options.heartbeatMs)
      this.scheduleHeartbeats()
    }
    try {
      this.options.tell?.(event, span, now)
    } catch (error) {
      noteFault(error)
    }
  }
}

function isExecution(span: ReadableSpan): boolean {
  return span.attributes[RUNLENS.executionKind] !== undefined
}
