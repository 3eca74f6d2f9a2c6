/** The collector's pipeline in this process, for faults that no real disk or clock can be made to have. */
import { join } from 'node:path'
import type { ClickHouseClient } from '@runlens/clickhouse'
import { createSpanMapper } from '@runlens/mapping'
import { DEFAULT_LIMITS } from '@runlens/otlp'
import { createLogger } from '@runlens/runtime'
import { createPipeline, type Pipeline } from '../../collector/pipeline.ts'
import type { SpoolFiles } from '../../collector/spool/files.ts'
import { type PlainSpan, someSpans, traceRequest } from '../otlp/payload.ts'

const MIB = 1024 * 1024

export interface PipelineFault {
  files?: SpoolFiles
  /** Milliseconds since the epoch. */
  now?: () => number
}

/** @param dataDir a collector's: the spool is in `spool/` below it */
export function openPipeline(dataDir: string, client: ClickHouseClient, fault: PipelineFault = {}): Promise<Pipeline> {
  return createPipeline({
    directory: join(dataDir, 'spool'),
    client,
    mapper: createSpanMapper({ roots: 'on' }),
    limits: DEFAULT_LIMITS,
    spool: { bytesMax: 64 * MIB, segmentBytes: 64 * 1024, commitIntervalMs: 1, graceSeconds: 3_600 },
    writer: { batchRowsMax: 500, batchBytesMax: MIB, batchAgeMs: 20, retryMaxMs: 100, resendFilterSpans: 100_000 },
    log: createLogger('collector', 'silent'),
    ...fault,
  })
}

/** Spans that differ from those of every other `first`. */
export function numberedSpans(first: number, count: number): PlainSpan[] {
  return someSpans(count).map((span, i) => ({ ...span, spanId: (first + i).toString(16).padStart(16, '0') }))
}

export const bodyOf = (spans: readonly PlainSpan[]): Buffer => traceRequest('protobuf', spans)
