/** The way of traces: index → resend filter → redact → map → blocks of `spans`, and of `markers` for what spans tell before they end. */
import { type MappedSpans, type MappingStage, SpanMarkers } from '@runlens/mapping'
import { type IndexOutcome, indexTraces, jsonToTraces, type OtlpLimits, TraceTape } from '@runlens/otlp'
import { isTrap } from '@runlens/runtime'
import type { Block } from '../blocks/block-builder.ts'
import { ByteBuffer } from '../blocks/byte-buffer.ts'
import { MarkerBlockBuilder } from '../blocks/marker-blocks.ts'
import { RowNumbers } from '../blocks/sources.ts'
import { createSpanBlockBuilder, type SpanBlockBuilder } from '../blocks/span-blocks.ts'
import { CompiledColumns, compiledRoom } from '../compiled/compiled-columns.ts'
import { CompiledValues } from '../compiled/compiled-values.ts'
import { Stages } from '../compiled/stages.ts'
import { TraceIndexer } from '../compiled/trace-indexer.ts'
import type { ResendFilter } from '../resend-filter.ts'
import type { Admitted, Way } from './way.ts'

/** What each span of a tape says of itself; the answer is valid until the next call. */
export interface SpanMapper {
  map(tape: TraceTape): MappedSpans
  /** Lets a stage map the spans that it can. */
  useStage?(stage: MappingStage): void
}

/** Requests that were done in TypeScript, for want of a compiled stage. */
export interface InterpretedRequests {
  /** As indexing left them: wrong, rare or too large ones, as is meant. */
  index: number
  /** As a stage behind it failed, which none should. */
  build: number
}

export class TraceWay implements Way {
  readonly noun = 'spans'
  readonly interpreted: InterpretedRequests = { index: 0, build: 0 }
  /** Of requests that the compiled stage leaves. */
  private readonly generalTape = new TraceTape()
  /** That of the request at hand. */
  private tape = this.generalTape
  /** It, as it came; a stage works on a copy. */
  private request: { body: Buffer; nowMs: number } = { body: Buffer.alloc(0), nowMs: 0 }
  private readonly values: CompiledValues
  private readonly builder: SpanBlockBuilder
  private readonly fresh = new RowNumbers()
  private readonly keys = new ByteBuffer()
  private readonly markers: SpanMarkers
  private readonly markerBuilder = new MarkerBlockBuilder()

  constructor(
    private readonly limits: OtlpLimits,
    private readonly filter: ResendFilter,
    private readonly mapper: SpanMapper,
    private readonly indexer = new TraceIndexer(new Stages()),
  ) {
    const { stages } = indexer
    this.values = new CompiledValues(stages)
    this.builder = createSpanBlockBuilder({ columns: new CompiledColumns(stages), room: compiledRoom(stages) })
    this.markers = new SpanMarkers(mapper, limits)
  }

  readJson(body: Buffer) {
    return jsonToTraces(body, this.limits)
  }

  index(body: Buffer, nowMs: number): IndexOutcome {
    this.request = { body, nowMs }
    const indexed = this.indexer.index(body, this.limits, nowMs)
    if (indexed) {
      this.tape = this.indexer.tape
      return indexed
    }
    this.interpreted.index++
    return this.indexAgain()
  }

  /** In TypeScript, which every stage behind it then takes for a request that is not for the compiled ones. */
  private indexAgain(): IndexOutcome {
    const { body, nowMs } = this.request
    this.tape = this.generalTape
    return indexTraces(this.generalTape, body, this.limits, nowMs)
  }

  admit(tenant: Uint8Array): Admitted {
    this.fresh.clear()
    this.keys.clear()
    this.filter.admit(this.tape, tenant, this.fresh, this.keys)
    return { items: this.tape.spans.length, fresh: this.fresh.length, keys: this.keys.view() }
  }

  /** A fault of a compiled stage must not cost a request, which its sender would repeat and then drop: it is done from its beginning without. */
  build(tenant: Uint8Array, receivedAtMs: number): Block[] {
    try {
      return this.buildOnce(tenant, receivedAtMs)
    } catch (error) {
      if (!isTrap(error) || this.tape === this.generalTape) throw error
      this.interpreted.build++
      this.indexAgain()
      return this.buildOnce(tenant, receivedAtMs)
    }
  }

  private buildOnce(tenant: Uint8Array, receivedAtMs: number): Block[] {
    const { tape, fresh } = this
    const mapped = this.mapper.map(tape)
    this.values.prepare(tape)
    const blocks = this.builder.build({ tape, mapped, values: this.values, tenant, receivedAtMs }, fresh)
    // Only now: the mapper's answer is another one then.
    this.markers.read(tape, fresh.at.subarray(0, fresh.length), receivedAtMs, (markers) => {
      for (const block of this.markerBuilder.build(markers, tenant, receivedAtMs)) blocks.push(block)
    })
    return blocks
  }

  forget(keys: Uint8Array): void {
    this.filter.forget(keys)
  }
}
