/** One request being received: its permit, its bytes and its time limits, from the first byte to what became of it. */
import type { OtlpEncoding } from '@runlens/otlp'
import type { Logger } from '@runlens/runtime'
import type { Permit } from '../admission.ts'
import type { Outcome } from '../outcome.ts'
import { Body, tooLarge } from './body.ts'
import type { BodyBuffers } from './body-buffers.ts'
import { type Compression, inflate } from './inflate.ts'
import { type Fault, fault } from './status.ts'

/** How the bytes of a body are to be read. */
export interface BodyForm {
  encoding: OtlpEncoding
  compression: Compression
}

/** Durable or refused. `body` is plain and belongs to the callee until its promise settles. */
export type HandOn = (body: Buffer, encoding: OtlpEncoding) => Promise<Outcome>

export interface BodyTimes {
  /** A body must bring something within this time, else its sender is taken for gone. */
  idleMs: number
  /** A body must be complete within this time. */
  totalMs: number
}

export const BODY_TIMES: BodyTimes = { idleMs: 15_000, totalMs: 120_000 }

export interface IntakeOptions {
  permit: Permit
  bodyBytesMax: number
  /** Where the body is gathered. @default a buffer of its own */
  buffers?: BodyBuffers
  times: BodyTimes
  /** What the sender announced, if anything. */
  expectedBytes: number | undefined
  handOn: HandOn
  /** Called at most once, when the body comes too slowly; the intake has left by then. */
  onSlow: (why: Fault) => void
  log: Logger
}

/** Exactly one of `finish`, `leave` or a refusal by `push` or `expect` ends it; it holds its permit until then. */
export class Intake {
  private readonly options: IntakeOptions
  private body: Body
  /** The body is somebody else's, who still looks at it. */
  private isComplete = false
  private readonly idle: NodeJS.Timeout
  private readonly total: NodeJS.Timeout

  constructor(options: IntakeOptions) {
    this.options = options
    this.body = new Body(options, options.expectedBytes)
    const slow = () => {
      this.leave()
      options.onSlow(fault('slow_body', 'The body of the request came too slowly: send it again.'))
    }
    this.idle = setTimeout(slow, options.times.idleMs)
    this.total = setTimeout(slow, options.times.totalMs)
  }

  /** Learns late how large the body will be (a gRPC message says so in its prefix); before the first `push`. */
  expect(bytes: number): Fault | undefined {
    if (bytes > this.options.bodyBytesMax) {
      this.leave()
      return tooLarge(this.options.bodyBytesMax)
    }
    this.body = new Body(this.options, bytes)
    return undefined
  }

  /** Takes a piece of the body, or says why the whole request is refused. */
  push(chunk: Uint8Array): Fault | undefined {
    const refused = this.body.push(chunk)
    if (refused) this.leave()
    else this.idle.refresh()
    return refused
  }

  /** The body is complete: hands it on and gives what became of it. Never rejects. */
  async finish(form: BodyForm): Promise<Outcome | Fault> {
    this.stopTimers()
    this.isComplete = true
    const { permit, handOn, log } = this.options
    try {
      const received = this.body.take()
      const plain = form.compression === 'identity' ? received : await inflate(received, form.compression, this.options)
      return Buffer.isBuffer(plain) ? await handOn(plain, form.encoding) : plain
    } catch (error) {
      log.error({ err: error }, 'a request failed for a reason of our own')
      return fault('unexpected', 'The collector failed to take the request: send it again later.')
    } finally {
      this.body.giveBack()
      permit.release()
    }
  }

  /** The sender is gone or the transport refused: forgets everything. */
  leave(): void {
    this.stopTimers()
    if (!this.isComplete) this.body.giveBack()
    this.options.permit.release()
  }

  private stopTimers(): void {
    clearTimeout(this.idle)
    clearTimeout(this.total)
  }
}
