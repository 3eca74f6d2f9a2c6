/** What the pipeline counts, for metrics and the invariant `accepted = stored + in spool + dead letter`. */
import { REFUSAL_IS_PERMANENT, type RefusalReason } from './outcome.ts'
import type { SpoolStats } from './spool/spool.ts'
import type { WriterStats } from './writer/writer.ts'

export type RefusalCounts = Record<RefusalReason, number>

export function refusalCounts(): RefusalCounts {
  return Object.fromEntries(Object.keys(REFUSAL_IS_PERMANENT).map((reason) => [reason, 0])) as RefusalCounts
}

export interface PipelineStats {
  requests: number
  /** Spans seen, in requests that could be read. */
  received: number
  /** Spans acknowledged, resent ones included. */
  accepted: number
  /** Spans told in a partial success. */
  rejected: number
  /** Spans found stored already (or on their way), of requests whatever became of them. */
  duplicates: number
  /** Requests refused, by reason. */
  refused: RefusalCounts
  spool: SpoolStats
  writer: WriterStats
  /** Age of the oldest record that ClickHouse does not have; 0 for none. */
  lagSeconds: number
}
