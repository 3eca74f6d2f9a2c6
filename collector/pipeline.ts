/**
 * The way of a request through the collector, and the only file that knows all of its rooms:
 * blocks of its signal's way (index, redact, map; `signals/`) → spool, answered once it is durable; the writer carries it to ClickHouse later.
 */
import type { ClickHouseClient } from '@runlens/clickhouse'
import { describeRejections, type Indexed, type OtlpEncoding, type OtlpLimits } from '@runlens/otlp'
import type { Logger } from '@runlens/runtime'
import { CompiledHashes } from './compiled/compiled-hashes.ts'
import { CompiledMapping } from './compiled/compiled-mapping.ts'
import { SecretSearch } from './compiled/secret-search.ts'
import { Stages } from './compiled/stages.ts'
import { TraceIndexer } from './compiled/trace-indexer.ts'
import type { Outcome } from './outcome.ts'
import { type ItemCounts, itemCounts, type PipelineStats, type RefusalCounts, refusalCounts } from './pipeline-stats.ts'
import { RedactingMapper } from './redaction/redacting-mapper.ts'
import { KEEP_EVERYTHING, type RedactionSettings, Redactor } from './redaction/redactor.ts'
import type { Sealer } from './redaction/sealer.ts'
import { ResendFilter } from './resend-filter.ts'
import { LogWay } from './signals/logs.ts'
import { MetricWay } from './signals/metrics.ts'
import { type SpanMapper, TraceWay } from './signals/traces.ts'
import type { Admitted, Way } from './signals/way.ts'
import type { SpoolFiles } from './spool/files.ts'
import { type AppendOutcome, Spool } from './spool/spool.ts'
import { Writer } from './writer/writer.ts'

export interface PipelineOptions {
  /** The spool's, e.g. `<dataDir>/spool`. */
  directory: string
  client: ClickHouseClient
  mapper: SpanMapper
  limits: OtlpLimits
  /** As `redaction` of the configuration. @default {@link KEEP_EVERYTHING} */
  redaction?: RedactionSettings
  /** Encrypts what is to be. @default nothing is */
  sealer?: Sealer
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

/** By its items. */
export type SignalName = 'spans' | 'logs' | 'points'

export interface Pipeline {
  /**
   * Takes one export request. The body belongs to the pipeline until its promise settles.
   * @param encoding default: protobuf
   * @param signal default: spans
   */
  accept(body: Buffer, tenant: string, encoding?: OtlpEncoding, signal?: SignalName): Promise<Outcome>
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
  const indexer = new TraceIndexer(new Stages())
  const filter = new ResendFilter(options.writer.resendFilterSpans, new CompiledHashes(indexer))
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
  return new RunningPipeline(options, spool, filter, indexer, writer, now, latestMs)
}

class RunningPipeline implements Pipeline {
  private readonly ways: { readonly spans: TraceWay; readonly logs: LogWay; readonly points: MetricWay }
  private readonly redactor: Redactor
  private readonly inHand = new Set<Promise<Outcome>>()
  private readonly counts: Readonly<Record<SignalName, ItemCounts>> = {
    spans: itemCounts(),
    logs: itemCounts(),
    points: itemCounts(),
  }
  private requests = 0
  private readonly refused: RefusalCounts = refusalCounts()
  private stopping: Promise<void> | undefined

  constructor(
    private readonly options: PipelineOptions,
    private readonly spool: Spool,
    filter: ResendFilter,
    indexer: TraceIndexer,
    private readonly writer: Writer,
    private readonly now: () => number,
    /** The latest time of arrival ever noted. */
    private latestMs: number,
  ) {
    const { limits } = options
    const search = new SecretSearch(indexer)
    this.redactor = new Redactor(options.redaction ?? KEEP_EVERYTHING, options.sealer, search)
    options.mapper.useStage?.(new CompiledMapping(indexer))
    const mapper = new RedactingMapper(options.mapper, this.redactor)
    this.ways = {
      spans: new TraceWay(limits, filter, mapper, indexer),
      logs: new LogWay(limits, mapper, this.redactor),
      points: new MetricWay(limits, this.redactor),
    }
  }

  async accept(
    body: Buffer,
    tenant: string,
    encoding: OtlpEncoding = 'protobuf',
    signal: SignalName = 'spans',
  ): Promise<Outcome> {
    this.requests++
    const taking = this.takeInTurn(body, tenant, encoding, signal)
    this.inHand.add(taking)
    const outcome = await taking.finally(() => this.inHand.delete(taking))
    if (outcome.kind === 'refused') this.refused[outcome.reason]++
    else {
      this.counts[signal].accepted += outcome.accepted
      this.counts[signal].rejected += outcome.rejected
    }
    return outcome
  }

  stats(): PipelineStats {
    const spool = this.spool.stats()
    return {
      requests: this.requests,
      spans: { ...this.counts.spans },
      logs: { ...this.counts.logs },
      points: { ...this.counts.points },
      markers: { ...this.ways.logs.markerCounts },
      redacted: this.redactor.masked,
      encrypted: this.redactor.sealed,
      interpreted: { ...this.ways.spans.interpreted },
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

  private async takeInTurn(body: Buffer, tenant: string, encoding: OtlpEncoding, signal: SignalName): Promise<Outcome> {
    // All that wait are woken at once, and look again one after the other.
    for (let turn = this.spool.behind; turn; turn = this.spool.behind) await turn
    if (encoding === 'protobuf') return this.take(body, tenant, signal)
    const read = this.ways[signal].readJson(body)
    return read.kind === 'ok' ? this.take(read.bytes, tenant, signal) : { ...read, kind: 'refused', reason: read.kind }
  }

  /** Everything up to the copy into the spool happens in one turn: tape, columns and keys are shared by all requests. */
  private async take(body: Buffer, tenant: string, signal: SignalName): Promise<Outcome> {
    if (this.stopping) return refuse('stopping')
    const early = this.spool.refusal(body.length)
    if (early) return refuse(early)
    const way: Way = this.ways[signal]
    const counts = this.counts[signal]
    const receivedAtMs = this.now()
    // A clock that was put back must not make items of today look like items of the future, which are rejected for good.
    this.latestMs = Math.max(this.latestMs, receivedAtMs)
    const indexed = way.index(body, this.latestMs)
    if (indexed.kind !== 'indexed') return { kind: 'refused', reason: indexed.kind, message: indexed.message }
    counts.received += indexed.items
    const admitted = way.admit(Buffer.from(tenant))
    const appended = admitted.fresh > 0 ? this.append(way, admitted, tenant, receivedAtMs) : undefined
    const duplicates = admitted.items - admitted.fresh
    // A duplicate is as safe as its original, which may be on its way to the disk at this moment.
    const originals = duplicates > 0 ? this.spool.settled() : undefined
    counts.duplicates += duplicates
    const outcome = await appended
    if (outcome && outcome !== 'durable') return refuse(outcome)
    if ((await originals) === false) return refuse('spool_failed')
    return accepted(admitted.items, indexed, way.noun)
  }

  private append(way: Way, admitted: Admitted, tenant: string, receivedAtMs: number): Promise<AppendOutcome> {
    const keys = Buffer.from(admitted.keys)
    const undo = () => way.forget(keys)
    try {
      this.redactor.use(tenant)
      const blocks = way.build(Buffer.from(tenant), receivedAtMs)
      const rows = blocks.reduce((sum, block) => sum + block.rows, 0)
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

function accepted(items: number, { rejected, items: seen }: Indexed, noun: string): Outcome {
  const message = describeRejections(rejected, seen, noun)
  return { kind: 'accepted', accepted: items, rejected: rejected.total, message }
}
