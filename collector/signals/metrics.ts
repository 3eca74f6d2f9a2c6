/**
 * The way of metrics: index → redact → blocks of `metric_points`. A point that comes again is stored again and replaces itself there (docs/adr/0019), so
 * nothing is remembered of it here.
 */
import { type IndexOutcome, indexMetrics, jsonToMetrics, MetricTape, type OtlpLimits } from '@runlens/otlp'
import { AttributeValues } from '../blocks/attribute-values.ts'
import type { Block } from '../blocks/block-builder.ts'
import { createMetricBlockBuilder } from '../blocks/metric-blocks.ts'
import { RowNumbers } from '../blocks/sources.ts'
import type { Redactor } from '../redaction/redactor.ts'
import type { Admitted, Way } from './way.ts'

const NO_KEYS = new Uint8Array(0)

export class MetricWay implements Way {
  readonly noun = 'data points'
  private readonly tape = new MetricTape()
  private readonly values = new AttributeValues()
  private readonly builder = createMetricBlockBuilder()
  private readonly all = new RowNumbers()

  constructor(
    private readonly limits: OtlpLimits,
    private readonly redactor: Redactor,
  ) {}

  readJson(body: Buffer) {
    return jsonToMetrics(body, this.limits)
  }

  index(body: Buffer, nowMs: number): IndexOutcome {
    return indexMetrics(this.tape, body, this.limits, nowMs)
  }

  admit(): Admitted {
    const { length } = this.tape.points
    this.all.clear()
    for (let row = 0; row < length; row++) this.all.push(row)
    return { items: length, fresh: length, keys: NO_KEYS }
  }

  build(tenant: Uint8Array, receivedAtMs: number): Block[] {
    const { tape, values } = this
    this.redactor.redact(tape)
    values.prepare(tape)
    return this.builder.build({ tape, values, tenant, receivedAtMs }, this.all)
  }

  forget(): void {}
}
