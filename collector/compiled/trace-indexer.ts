/** Indexes requests of traces by the compiled stage, onto a tape whose columns lie in the memory of the stages. */
import {
  type Columns,
  DEPTH_MAX,
  ELEMENTS_PER_ATTRIBUTE_MAX,
  type Indexed,
  ITEMS_PER_REQUEST_MAX,
  type OtlpLimits,
  REPEATED_BYTES_PER_REQUEST_MAX,
  Rejections,
  type Tape,
  TraceTape,
  timeBounds,
} from '@runlens/otlp'
import { type Count, isTrap } from '@runlens/runtime'
import type { Stages } from './stages.ts'

/** Tables of the tape by the name of their place. */
const TABLES = {
  SPANS: ['SPAN', 'spanCount'],
  ATTRIBUTES: ['ATTRIBUTE', 'attributeCount'],
  EVENTS: ['EVENT', 'eventCount'],
  LINKS: ['LINK', 'linkCount'],
  RESOURCES: ['RESOURCE', 'resourceCount'],
  SCOPES: ['SCOPE', 'scopeCount'],
} as const

export class TraceIndexer {
  readonly tape = new TraceTape()
  private readonly bytesMax: number
  private readonly body: Buffer
  private readonly tables: { columns: Columns<string>; count: Count }[]
  private readonly keyCount: Count

  constructor(readonly stages: Stages) {
    const { tape } = this
    this.bytesMax = stages.place('BODY_BYTES_MAX')
    this.body = Buffer.from(stages.memory.buffer, stages.place('BODY'), this.bytesMax)
    this.tables = Object.entries(TABLES).map(([name, [one, count]]) => {
      const columns = tape[name.toLowerCase() as Lowercase<keyof typeof TABLES>] as unknown as Columns<string>
      place(columns, stages, name, one)
      return { columns, count: stages.count(count) }
    })
    this.keyCount = stages.count('keyCount')
    const keys = stages.place('KEYS')
    tape.keys.starts = stages.numbers(keys, stages.place('KEYS_MAX'))
    tape.keys.ends = stages.numbers(keys + stages.place('KEY_STRIDE'), stages.place('KEYS_MAX'))
  }

  /**
   * Copies the request and indexes the copy: it is on {@link tape} until the next call.
   * @returns undefined where the request is not for this way; then nothing is on the tape
   */
  index(body: Buffer, limits: OtlpLimits, nowMs: number): Indexed | undefined {
    const { tape } = this
    if (body.length > this.bytesMax) return undefined
    this.body.set(body)
    if (!this.runs(body.length, limits, nowMs)) return undefined
    tape.buffer = this.body.subarray(0, body.length)
    tape.data = new DataView(tape.buffer.buffer, tape.buffer.byteOffset, body.length)
    for (const { columns, count } of this.tables) columns.length = count.value
    tape.keys.length = this.keyCount.value
    return { kind: 'indexed', items: tape.spans.length, rejected: new Rejections(), repaired: 0 }
  }

  /** Whether the tape's columns and bytes are those in the memory of the stages. */
  holds(tape: Tape): boolean {
    return tape === this.tape && tape.buffer.buffer === this.body.buffer
  }

  private runs(length: number, limits: OtlpLimits, nowMs: number): boolean {
    const times = timeBounds(nowMs)
    try {
      this.stages.run.indexTraces(
        length,
        (BigInt(times.earliestHigh) << 32n) | BigInt(times.earliestLow),
        (BigInt(times.latestHigh) << 32n) | BigInt(times.latestLow),
        limits.spansPerRequestMax,
        limits.valueBytesMax,
        Math.min(limits.depthMax, DEPTH_MAX),
        limits.attributesPerSpanMax,
        limits.attributesPerSpanMax * ELEMENTS_PER_ATTRIBUTE_MAX,
        ITEMS_PER_REQUEST_MAX,
        REPEATED_BYTES_PER_REQUEST_MAX,
      )
      return true
    } catch (error) {
      if (isTrap(error)) return false
      throw error
    }
  }
}

/** Lets the columns of a table be views of the stages' memory. */
function place(columns: Columns<string>, stages: Stages, name: string, one: string): void {
  const stride = stages.place(`${one}_STRIDE`)
  const rows = stages.place(`${name}_MAX`)
  let at = stages.place(name)
  for (const column in columns.at) {
    columns.at[column] = stages.numbers(at, rows)
    at += stride
  }
  columns.capacity = rows
}
