/**
 * What waits to be acknowledged of one signal: an open batch, closed requests, requests in flight. Bounded in bytes; what
 * has no room is dropped and counted. What may still succeed is sent again until it does.
 */

import type { ReadableResource, ReadableScope } from '../encode/readable-span.ts'
import { Batch, type Request, type Write } from './batch.ts'
import { type Counters, createCounters } from './counters.ts'
import type { Outcome } from './outcome.ts'
import type { Transport } from './transport.ts'
import { untraced } from './untraced.ts'

const IN_FLIGHT_MAX = 4
const FIRST_PAUSE_MS = 250
const PAUSE_MS_MAX = 30_000
/** How long nothing is sent to a collector that does not know the signal; doubled each time. */
const UNSUPPORTED_PAUSE_MS = 60_000
const UNSUPPORTED_PAUSE_MS_MAX = 600_000
/** A resource whose detectors take longer than this is sent as far as it is known. */
const EARLY_ROUNDS_MAX = 10

export interface OutboxOptions {
  transport: Transport
  /** How long a record waits for others. */
  delayMs: number
  /** Limits of one request: small enough that making and writing it takes far less than a millisecond. */
  batchRecordsMax: number
  batchBytesMax: number
  /** Limits of everything that waits. */
  queueBytesMax: number
  queueRecordsMax: number
  /** What a collector that does not know the signal means: traces are refused, marker records pause. */
  whenUnsupported: 'refuse' | 'pause'
  /** Told after such a pause began. */
  onUnsupported?: (pauseMs: number, why: string) => void
}

export type Delivery = { kind: 'acknowledged' } | { kind: 'refused' | 'dropped' | 'pending'; why: string }

interface Waiting extends Request {
  settled: Promise<Delivery>
  settle: (how: Delivery) => void
}

export class Outbox {
  readonly counters: Counters = createCounters()
  private readonly options: OutboxOptions
  private readonly batch = new Batch()
  private readonly queue: Waiting[] = []
  private readonly inFlight = new Set<Waiting>()
  private queuedBytes = 0
  private queuedRecords = 0
  private delayTimer: NodeJS.Timeout | undefined
  private retryTimer: NodeJS.Timeout | undefined
  private pauseMs = FIRST_PAUSE_MS
  private unsupportedPauseMs = UNSUPPORTED_PAUSE_MS
  private notBeforeMs = 0
  private mutedUntilMs = 0
  private earlyRounds = 0

  constructor(options: OutboxOptions) {
    this.options = options
  }

  /** Whether records are refused right now because the collector does not know the signal. */
  get isMuted(): boolean {
    return this.mutedUntilMs > 0 && performance.now() < this.mutedUntilMs
  }

  /** Records that are not acknowledged yet. */
  get pending(): number {
    return this.batch.count + this.queuedRecords
  }

  add<T>(resource: ReadableResource, scope: ReadableScope, write: Write<T>, record: T): void {
    this.counters.recorded++
    if (this.isMuted) {
      this.counters.muted++
      return
    }
    this.batch.add(resource, scope, write, record)
    const { batchRecordsMax, batchBytesMax, delayMs } = this.options
    if (this.batch.count >= batchRecordsMax || this.batch.bytes >= batchBytesMax) this.close()
    else if (this.delayTimer === undefined) this.wait(delayMs)
  }

  /**
   * Sends what there is and tells, within `timeoutMs`, what became of everything that was recorded before. Never rejects.
   * @param droppedBefore `counters.dropped` before the record that this is about
   */
  async deliver(timeoutMs: number, droppedBefore = this.counters.dropped): Promise<Delivery> {
    this.close()
    if (this.counters.dropped > droppedBefore) return { kind: 'dropped', why: 'the queue is full' }
    const all = [...this.inFlight, ...this.queue].map(({ settled }) => settled)
    if (all.length === 0) return { kind: 'acknowledged' }
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<Delivery>((resolve) => {
      timer = setTimeout(() => resolve({ kind: 'pending', why: this.counters.lastFault || 'no answer yet' }), timeoutMs)
    })
    const done = Promise.all(all).then(
      (ends) => ends.find(({ kind }) => kind !== 'acknowledged') ?? { kind: 'acknowledged' as const },
    )
    const delivery = await Promise.race([done, late])
    clearTimeout(timer)
    return delivery
  }

  /** The bodies of everything not acknowledged, for a last try by other means. */
  bodies(): Uint8Array[] {
    this.close()
    return [...this.inFlight, ...this.queue].map(({ body }) => body)
  }

  stop(): void {
    clearTimeout(this.delayTimer)
    clearTimeout(this.retryTimer)
    this.options.transport.close()
  }

  private wait(delayMs: number): void {
    this.delayTimer = untraced(() => setTimeout(() => this.closeWhenReady(), delayMs))
    this.delayTimer.unref()
  }

  private closeWhenReady(): void {
    if (this.batch.isEarly && this.earlyRounds++ < EARLY_ROUNDS_MAX) this.wait(this.options.delayMs)
    else this.close()
  }

  /** Makes a request of the open batch and queues it. */
  private close(): void {
    clearTimeout(this.delayTimer)
    this.delayTimer = undefined
    if (this.batch.count === 0) return
    const request = this.batch.take()
    const { queueBytesMax, queueRecordsMax } = this.options
    if (
      this.queuedBytes + request.body.length > queueBytesMax ||
      this.queuedRecords + request.count > queueRecordsMax
    ) {
      this.counters.dropped += request.count
      return
    }
    this.queuedBytes += request.body.length
    this.queuedRecords += request.count
    this.queue.push(waiting(request))
    this.pump()
  }

  private pump(): void {
    while (this.queue.length > 0 && this.inFlight.size < IN_FLIGHT_MAX && performance.now() >= this.notBeforeMs) {
      this.send(this.queue.shift()!)
    }
  }

  private send(request: Waiting): void {
    this.inFlight.add(request)
    this.counters.requests++
    this.options.transport.post(request.body).then((outcome) => {
      this.inFlight.delete(request)
      this.handle(request, outcome)
      this.pump()
    })
  }

  private handle(request: Waiting, outcome: Outcome): void {
    if (outcome.kind === 'accepted') {
      this.pauseMs = FIRST_PAUSE_MS
      this.unsupportedPauseMs = UNSUPPORTED_PAUSE_MS
      this.counters.acknowledged += request.count - outcome.rejected
      this.counters.rejected += outcome.rejected
      this.finish(
        request,
        outcome.rejected > 0
          ? { kind: 'refused', why: `the collector rejected ${outcome.rejected} records` }
          : { kind: 'acknowledged' },
      )
      return
    }
    this.counters.lastFault = outcome.why
    if (outcome.kind === 'later') {
      this.counters.retries++
      this.queue.unshift(request)
      this.pauseFor(outcome.afterMs)
    } else if (outcome.kind === 'unsupported' && this.options.whenUnsupported === 'pause') {
      this.mute(request, outcome.why)
    } else {
      this.counters.refused += request.count
      this.finish(request, { kind: 'refused', why: outcome.why })
    }
  }

  private pauseFor(afterMs: number | undefined): void {
    const ms = afterMs ?? this.pauseMs * (0.75 + Math.random() / 2)
    if (afterMs === undefined) this.pauseMs = Math.min(this.pauseMs * 2, PAUSE_MS_MAX)
    this.notBeforeMs = Math.max(this.notBeforeMs, performance.now() + ms)
    this.sendAgainLater()
  }

  /** A timer counts from when the event loop last looked at its clock: of a busy loop it comes too early, and waits once more. */
  private sendAgainLater(): void {
    const leftMs = this.notBeforeMs - performance.now()
    if (leftMs <= 0) {
      this.pump()
      return
    }
    clearTimeout(this.retryTimer)
    this.retryTimer = untraced(() => setTimeout(() => this.sendAgainLater(), leftMs))
    this.retryTimer.unref()
  }

  /** The records are worth nothing by the time the collector may have learnt the signal: none is kept. */
  private mute(request: Waiting, why: string): void {
    if (!this.isMuted) {
      this.mutedUntilMs = performance.now() + this.unsupportedPauseMs
      this.options.onUnsupported?.(this.unsupportedPauseMs, why)
      this.unsupportedPauseMs = Math.min(this.unsupportedPauseMs * 2, UNSUPPORTED_PAUSE_MS_MAX)
    }
    for (const one of [request, ...this.queue.splice(0)]) {
      this.counters.muted += one.count
      this.finish(one, { kind: 'refused', why })
    }
  }

  private finish(request: Waiting, how: Delivery): void {
    this.queuedBytes -= request.body.length
    this.queuedRecords -= request.count
    request.settle(how)
  }
}

function waiting(request: Request): Waiting {
  let settle: (how: Delivery) => void = () => {}
  const settled = new Promise<Delivery>((resolve) => {
    settle = resolve
  })
  return { ...request, settled, settle }
}
