/**
 * Spans that tell of a span before it ends: those without an end tell of themselves, pending spans of their parent. What they tell is kept
 * beside them, because the end of a span takes the place of its beginning in the `spans` table.
 */
import { MARKER_NUMBER } from '@runlens/conventions'
import type { OtlpLimits, TraceTape } from '@runlens/otlp'
import { BytesTable } from '../spans/bytes-table.ts'
import type { MappedSpans } from '../spans/mapped-spans.ts'
import { textOf } from '../spans/scalar-values.ts'
import { MarkerPortions, type MarkerSpans } from './marker-spans.ts'
import { NO_BYTES, NO_KEYS, rewritten, spanOf } from './rewritten.ts'

const KEYS = new BytesTable(['logfire.span_type', 'logfire.pending_parent_id'])
const SPAN_TYPE = 0
const PENDING_PARENT = 1
const PENDING = 'pending_span'
/** What the name of a pending span may end with, beside that of its span. */
const SUFFIX = ' (pending)'

export class SpanMarkers {
  private readonly portions: MarkerPortions
  /** Key numbers of the tape: of the span's type, and of both keys. */
  private spanType = -1
  private readonly pendingKeys = new Map<number, number>()

  constructor(mapper: { map(tape: TraceTape): MappedSpans }, limits: OtlpLimits) {
    this.portions = new MarkerPortions(mapper, limits)
  }

  /**
   * @param rows spans of the tape to look at, ascending
   * @param nowMs time of the request, milliseconds since the epoch
   * @param take gets what they tell, portion by portion
   */
  read(tape: TraceTape, rows: Int32Array, nowMs: number, take: (markers: MarkerSpans) => void): void {
    const { portions } = this
    const { at } = tape.spans
    portions.begin(nowMs, take)
    this.readKeys(tape)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!
      const isOpen = at.endTime[row]! < 0 || isZero(tape, at.endTime[row]!)
      if (!isOpen && this.spanType < 0) continue
      const parent = this.spanType < 0 ? undefined : this.pendingParent(tape, row)
      if (parent === undefined && !isOpen) continue
      const span = spanOf(tape, row)
      const told = parent === undefined ? span : this.pending(span, parent)
      portions.add(tape, at.scope[row]!, told, MARKER_NUMBER.started, span.startTime)
    }
    portions.flush()
  }

  private readKeys({ buffer, keys }: TraceTape): void {
    this.spanType = -1
    this.pendingKeys.clear()
    for (let number = 0; number < keys.length; number++) {
      const key = KEYS.find(buffer, keys.starts[number]!, keys.ends[number]!)
      if (key < 0) continue
      this.pendingKeys.set(number, key)
      if (key === SPAN_TYPE) this.spanType = number
    }
  }

  /** Id in hexadecimal of the parent of the span that a pending one stands for, '' for a root; undefined for any other span. */
  private pendingParent(tape: TraceTape, row: number): string | undefined {
    const { at } = tape.spans
    if (at.parentSpanId[row]! < 0) return undefined
    const { key } = tape.attributes.at
    let isPending = false
    let parent = ''
    for (let pair = at.attributes[row]!; pair < at.attributes[row]! + at.attributeCount[row]!; pair++) {
      const known = this.pendingKeys.get(key[pair]!)
      if (known === SPAN_TYPE) isPending = textOf(tape, pair) === PENDING
      else if (known === PENDING_PARENT) parent = textOf(tape, pair) ?? ''
    }
    return isPending ? parent : undefined
  }

  private pending(span: ReturnType<typeof spanOf>, parent: string) {
    const name = Buffer.from(span.name).toString('utf8')
    return rewritten({
      ...span,
      spanId: span.parentSpanId,
      parentSpanId: /^[0-9a-f]{16}$/i.test(parent) && !/^0+$/.test(parent) ? Buffer.from(parent, 'hex') : NO_BYTES,
      name: Buffer.from(name.endsWith(SUFFIX) ? name.slice(0, -SUFFIX.length) : name),
      endTime: 0n,
      without: this.pendingKeys.size === 0 ? NO_KEYS : new Set(this.pendingKeys.keys()),
    })
  }
}

function isZero({ data }: TraceTape, at: number): boolean {
  return data.getInt32(at, true) === 0 && data.getInt32(at + 4, true) === 0
}
