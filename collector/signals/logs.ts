/** The way of logs: index → blocks of `logs`. A log record has no identity, so one that comes again is stored again. */
import { type IndexOutcome, indexLogs, jsonToLogs, LogTape, type OtlpLimits } from '@runlens/otlp'
import { AttributeValues } from '../blocks/attribute-values.ts'
import type { Block } from '../blocks/block-builder.ts'
import { createLogBlockBuilder } from '../blocks/log-blocks.ts'
import { RowNumbers } from '../blocks/sources.ts'
import type { Admitted, Way } from './way.ts'

const NO_KEYS = new Uint8Array(0)

export class LogWay implements Way {
  readonly noun = 'log records'
  private readonly tape = new LogTape()
  private readonly values = new AttributeValues()
  private readonly builder = createLogBlockBuilder()
  private readonly all = new RowNumbers()

  constructor(private readonly limits: OtlpLimits) {}

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
    this.values.prepare(this.tape)
    return this.builder.build({ tape: this.tape, values: this.values, tenant, receivedAtMs }, this.all)
  }

  forget(): void {}
}
