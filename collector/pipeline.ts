/**
 * The way of a request through the collector, and the only file that knows all of its rooms:
 * index → resend filter → map → blocks → spool, answered once it is durable; the writer carries it to ClickHouse later.
 */
import type { ClickHouseClient } from '@runlens/clickhouse'
import type { MappedSpans } from '@runlens/mapping'
import {
  describeRejections,
  type Indexed,
  indexTraces,
  jsonToTraces,
  type OtlpEncoding,
  type OtlpLimits,
  TraceTape,
} from '@runlens/otlp'
import type { Logger } from '@runlens/runtime'
import { AttributeValues } from './blocks/attribute-values.ts'
import { ByteBuffer } from './blocks/byte-buffer.ts'
import { RowNumbers } from './blocks/sources.ts'
import { createSpanBlockBuilder } from './blocks/span-blocks.ts'
import type { Outcome } from './outcome.ts'
import { type PipelineStats, type RefusalCounts, refusalCounts } from './pipeline-stats.ts'
import { ResendFilter } from './resend-filter.ts'
import type { SpoolFiles } from './spool/files.ts'
import { type AppendOutcome, Spool } from './spool/spool.ts'
import { Writer } from './writer/writer.ts'

/** What each span of a tape says of itself; the answer is valid until the next call. */
export interface SpanMapper {
  map(tape: TraceTape): MappedSpans
}

export interface PipelineOptions {
  /** The spool's, e.g. `<dataDir>/spool`. */
  directory: string
  client: ClickHouseClient
  mapper: SpanMapper
  limits: OtlpLimits
  /** As `spool` of the configuration. */
  spool: { bytesMax: number; segmentBytes: number; commitIntervalMs: number; graceSeconds: number }
  /** As `writer` of the configuration. */
  writer: {
    batchRowsMax: number
    batchBytesMax: number
    batchAgeMs: number
    retryMaxMs: number
    resendFilterSpans: number
  }
  log: Logger
  /** What is noted as time of arrival, milliseconds since the epoch. @default Date.now */
  now?: () => number
  /** @default the real disk */
  files?: SpoolFiles
}

export interface Pipeline {
  /**
   * Takes one ExportTraceServiceRequest. The body belongs to the pipeline until its promise settles.
   * @param encoding default: protobuf
   */
  accept(body: Buffer, tenant: string, encoding?: OtlpEncoding): Promise<Outcome>
  stats(): PipelineStats
  /**
   * Refuses everything from now on, finishes what was accepted, gives the writer some time, closes the spool.
   * @param drainMs for the writer; default 5 000. What it does not reach stays in the spool for the next start.
   */
  stop(drainMs?: number): Promise<void>
}

/**
 * Opens the spool, restores the resend filter from it and starts the writer.
 * @throws RunlensError `spool_in_use`
 */
export async function createPipeline(options: PipelineOptions): Promise<Pipeline> {
  const now = options.now ?? Date.now
  const filter = new ResendFilter(options.writer.resendFilterSpans)
  let latestMs = 0
  const spool = await Spool.open({
    ...options.spool,
    directory: options.directory,
    log: options.log,
    onRecord: ({ keys, receivedAtMs }) => {
      filter.restore(keys)
      latestMs = Math.max(latestMs, receivedAtMs)
    },
    ...(options.files ? { files: options.files } : {}),
  })
  filter.seedWith(Buffer.from(spool.id, 'hex').subarray(8))
  const writer = new Writer({ ...options.writer, spool, client: options.client, log: options.log })
  writer.start()
  return new RunningPipeline(options, spool, filter, writer, now, latestMs)
}

class RunningPipeline implements Pipeline {
  private readonly tape = new TraceTape()
  private readonly values = new AttributeValues()
  private readonly builder = createSpanBlockBuilder()
  private readonly fresh = new RowNumbers()
  private readonly keys = new ByteBuffer()
  private readonly inHand = new Set<Promise<Outcome>>()
  private readonly counts = { requests: 0, received: 0, accepted: 0, rejected: 0, duplicates: 0 }
  private readonly refused: RefusalCounts = refusalCounts()
  private stopping: Promise<void> | undefined

  constructor(
    private readonly options: PipelineOptions,
    private readonly spool: Spool,
    private readonly filter: ResendFilter,
    private readonly writer: Writer,
    private readonly now: () => number,
    /** The latest time of arrival ever noted. */
    private latestMs: number,
  ) {}

  async accept(body: Buffer, tenant: string, encoding: OtlpEncoding = 'protobuf'): Promise<Outcome> {
    this.counts.requests++
    const taking = this.takeInTurn(body, tenant, encoding)
    this.inHand.add(taking)
    const outcome = await taking.finally(() => this.inHand.delete(taking))
    if (outcome.kind === 'refused') this.refused[outcome.reason]++
    else {
      this.counts.accepted += outcome.accepted
      this.counts.rejected += outcome.rejected
    }
    return outcome
  }

  stats(): PipelineStats {
    const spool = this.spool.stats()
    return {
      ...this.counts,
      refused: { ...this.refused },
      spool,
      writer: this.writer.stats(),
      lagSeconds: spool.oldestAgeMs / 1000,
    }
  }

  stop(drainMs = 5_000): Promise<void> {
    this.stopping ??= this.drain(drainMs)
    return this.stopping
  }

  private async drain(drainMs: number): Promise<void> {
    await Promise.allSettled(this.inHand)
    const isEmpty = await this.writer.stop(drainMs)
    const { bytes, records } = this.spool.stats()
    if (!isEmpty) this.options.log.info({ records, bytes }, 'records stay in the spool for the next start')
    await this.spool.close()
  }

  private async takeInTurn(body: Buffer, tenant: string, encoding: OtlpEncoding): Promise<Outcome> {
    // All that wait are woken at once, and look again one after the other.
    for (let turn = this.spool.behind; turn; turn = this.spool.behind) await turn
    if (encoding === 'protobuf') return this.take(body, tenant)
    const read = jsonToTraces(body, this.options.limits)
    return read.kind === 'ok' ? this.take(read.bytes, tenant) : { ...read, kind: 'refused', reason: read.kind }
  }

  /** Everything up to the copy into the spool happens in one turn: tape, columns and keys are shared by all requests. */
  private async take(body: Buffer, tenant: string): Promise<Outcome> {
    if (this.stopping) return refuse('stopping')
    const early = this.spool.refusal(body.length)
    if (early) return refuse(early)
    const receivedAtMs = this.now()
    // A clock that was put back must not make spans of today look like spans of the future, which are rejected for good.
    this.latestMs = Math.max(this.latestMs, receivedAtMs)
    const indexed = indexTraces(this.tape, body, this.options.limits, this.latestMs)
    if (indexed.kind !== 'indexed') return { kind: 'refused', reason: indexed.kind, message: indexed.message }
    this.counts.received += indexed.items
    const spans = this.tape.spans.length
    const tenantBytes = Buffer.from(tenant)
    this.fresh.clear()
    this.keys.clear()
    this.filter.admit(this.tape, tenantBytes, this.fresh, this.keys)
    const appended = this.fresh.length > 0 ? this.append(tenant, tenantBytes, receivedAtMs) : undefined
    // A duplicate is as safe as its original, which may be on its way to the disk at this moment.
    const originals = this.fresh.length < spans ? this.spool.settled() : undefined
    this.counts.duplicates += spans - this.fresh.length
    const outcome = await appended
    if (outcome && outcome !== 'durable') return refuse(outcome)
    if ((await originals) === false) return refuse('spool_failed')
    return accepted(spans, indexed)
  }

  private append(tenant: string, tenantBytes: Buffer, receivedAtMs: number): Promise<AppendOutcome> {
    const keys = Buffer.from(this.keys.view())
    const undo = () => this.filter.forget(keys)
    try {
      const mapped = this.options.mapper.map(this.tape)
      this.values.prepare(this.tape)
      const input = { tape: this.tape, mapped, values: this.values, tenant: tenantBytes, receivedAtMs }
      const blocks = this.builder.build(input, this.fresh)
      const rows = this.fresh.length
      const bytes = blocks.reduce((sum, block) => sum + block.bytes.length, 0)
      const appended = this.spool.append({ tenant, receivedAtMs, keys, blocks }, undo)
      return appended.then((outcome) => {
        if (outcome === 'durable') this.writer.wake(rows, bytes)
        return outcome
      })
    } catch (error) {
      undo()
      throw error
    }
  }
}

const WORDS = {
  stopping: 'The collector is stopping: send the request again.',
  spool_full: 'The spool is full because ClickHouse is behind: send the request again later.',
  spool_failed: 'The spool could not be written: send the request again later.',
}

function refuse(reason: 'stopping' | 'spool_full' | 'spool_failed'): Outcome {
  return { kind: 'refused', reason, message: WORDS[reason] }
}

function accepted(spans: number, { rejected, items: seen }: Indexed): Outcome {
  return { kind: 'accepted', accepted: spans, rejected: rejected.total, message: describeRejections(rejected, seen) }
}
