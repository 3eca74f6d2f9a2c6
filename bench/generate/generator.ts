/**
 * Export requests without end, each with ids, times and numbers of its own, the same for the same seed and clock.
 *
 * Requests are made up and encoded once (`template.ts`); a new one is a copy in which what differs is overwritten, so that one
 * core makes many times the spans that any collector takes.
 */
import type { Draft } from './draft.ts'
import { draftRequest } from './mix.ts'
import { Random } from './random.ts'
import { TEXT_DIGITS } from './slots.ts'
import { type Template, toTemplate } from './template.ts'

export interface GeneratorOptions {
  seed: number
  spansPerRequest: number
  /** Default 16. */
  templates?: number
  /** What a request consists of; default: the whole mix. */
  draft?: (random: Random, spans: number) => Draft
}

export interface GeneratedRequest {
  /** `ExportTraceServiceRequest` in protobuf. */
  body: Buffer
  spans: number
  traces: number
  /** Executions that it is to become. */
  executions: number
}

/** A seed has this many serial numbers for itself. */
const SERIALS_PER_SEED = 10_000_000
const SEEDS_MAX = 10 ** TEXT_DIGITS / SERIALS_PER_SEED
const TWO_32 = 2 ** 32

export class Generator {
  private readonly templates: readonly Template[]
  private readonly random: Random
  private requests = 0
  private serial: number
  private traceWords = new Uint32Array(0)
  private spanWords = new Uint32Array(0)

  constructor({ seed, spansPerRequest, templates = 16, draft = draftRequest }: GeneratorOptions) {
    this.random = new Random(seed)
    this.serial = (seed % SEEDS_MAX) * SERIALS_PER_SEED
    this.templates = Array.from({ length: templates }, () => toTemplate(draft(this.random, spansPerRequest)))
  }

  /** @param nowMs when it is sent, milliseconds since the epoch */
  next(nowMs: number): GeneratedRequest {
    const template = this.templates[this.requests++ % this.templates.length]!
    const body = Buffer.from(template.bytes)
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
    this.traceWords = this.fill(this.traceWords, template.traces * 4)
    this.spanWords = this.fill(this.spanWords, template.spans * 2)
    writeWords(view, template.traceIds, this.traceWords, 4)
    writeWords(view, template.spanIds, this.spanWords, 2)
    writeTimes(view, template, nowMs, this.random.below(1_000_000))
    this.writeTexts(body, template)
    const { spans, traces, executions } = template
    return { body, spans, traces, executions }
  }

  private fill(words: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
    const filled = words.length < length ? new Uint32Array(length) : words
    for (let n = 0; n < length; n++) filled[n] = this.random.word()
    return filled
  }

  private writeTexts(body: Buffer, { texts, textSlots, serials }: Template): void {
    for (let n = 0; n < texts.at.length; n++) {
      const slot = textSlots[texts.numbers[n]!]!
      const value = slot.kind === 'serial' ? this.serial + slot.serial : this.random.below(slot.below)
      writeDigits(body, texts.at[n]!, value)
    }
    this.serial += serials
  }
}

function writeWords(view: DataView, places: Template['spanIds'], words: Uint32Array, perId: number): void {
  const { at, numbers } = places
  for (let n = 0; n < at.length; n++) {
    const first = numbers[n]! * perId
    const offset = at[n]!
    for (let word = 0; word < perId; word++) view.setUint32(offset + word * 4, words[first + word]!, true)
  }
}

/** 64-bit arithmetic in two halves: a BigInt for each time would cost more than all the rest. */
function writeTimes(view: DataView, { times, timesBefore }: Template, nowMs: number, nanos: number): void {
  const now = BigInt(nowMs) * 1_000_000n + BigInt(nanos)
  const nowHigh = Number(now >> 32n)
  const nowLow = Number(now & 0xffffffffn)
  for (let n = 0; n < times.at.length; n++) {
    const before = timesBefore[times.numbers[n]!]!
    let low = nowLow - (before % TWO_32)
    let high = nowHigh - Math.floor(before / TWO_32)
    if (low < 0) {
      low += TWO_32
      high -= 1
    }
    view.setUint32(times.at[n]!, low, true)
    view.setUint32(times.at[n]! + 4, high, true)
  }
}

function writeDigits(body: Buffer, at: number, value: number): void {
  let rest = value
  for (let digit = TEXT_DIGITS - 1; digit >= 0; digit--) {
    const next = Math.floor(rest / 10)
    body[at + digit] = 48 + rest - next * 10
    rest = next
  }
}
