/**
 * The way of logs: index → redact → blocks of `markers` for those that tell of a span, and of `logs`. A log record has no identity, so one that
 * comes again is stored again; a marker that comes again says nothing new.
 */
import { LogMarkers } from '@runlens/mapping'
import { type IndexOutcome, indexLogs, jsonToLogs, LogTape, type OtlpLimits } from '@runlens/otlp'
import { AttributeValues } from '../blocks/attribute-values.ts'
import type { Block } from '../blocks/block-builder.ts'
import { createLogBlockBuilder } from '../blocks/log-blocks.ts'
import { MarkerBlockBuilder } from '../blocks/marker-blocks.ts'
import { RowNumbers } from '../blocks/sources.ts'
import type { Redactor } from '../redaction/redactor.ts'
import type { SpanMapper } from './traces.ts'
import type { Admitted, Way } from './way.ts'

const NO_KEYS = new Uint8Array(0)

export class LogWay implements Way {
  readonly noun = 'log records'
  private readonly tape = new LogTape()
  private readonly values = new AttributeValues()
  private readonly builder = createLogBlockBuilder()
  private readonly all = new RowNumbers()

  private readonly markers: LogMarkers
  private readonly markerBuilder = new MarkerBlockBuilder()
  /** Markers stored so far, and records that call themselves so and can't be read. */
  readonly markerCounts = { stored: 0, unread: 0 }

  constructor(
    private readonly limits: OtlpLimits,
    mapper: SpanMapper,
    private readonly redactor: Redactor,
  ) {
    this.markers = new LogMarkers(mapper, limits)
  }

  readJson(body: Buffer) {
    return jsonToLogs(body, this.limits)
  }

  index(body: Buffer, nowMs: number): IndexOutcome {
    return indexLogs(this.tape, body, this.limits, nowMs)
  }

  admit(): Admitted {
    const { length } = this.tape.logs
    this.all.clear()
    for (let row = 0; row < length; row++) this.all.push(row)
    return { items: length, fresh: length, keys: NO_KEYS }
  }

  build(tenant: Uint8Array, receivedAtMs: number): Block[] {
    const { tape, values } = this
    this.redactor.redact(tape)
    const ofMarkers = this.buildMarkers(tenant, receivedAtMs)
    this.redactor.sealBodies(tape)
    values.prepare(tape)
    return [...this.builder.build({ tape, values, tenant, receivedAtMs }, this.all), ...ofMarkers]
  }

  private buildMarkers(tenant: Uint8Array, receivedAtMs: number): Block[] {
    const blocks: Block[] = []
    this.markerCounts.unread += this.markers.read(this.tape, receivedAtMs, (markers) => {
      this.markerCounts.stored += markers.kinds.length
      blocks.push(...this.markerBuilder.build(markers, tenant, receivedAtMs))
    })
    return blocks
  }

  forget(): void {}
}
