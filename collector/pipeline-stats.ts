/** What the pipeline counts, for metrics and the invariant `accepted = stored + in spool + dead letter`, which holds for each signal. */
import { REFUSAL_IS_PERMANENT, type RefusalReason } from './outcome.ts'
import type { InterpretedRequests } from './signals/traces.ts'
import type { SpoolStats } from './spool/spool.ts'
import type { WriterStats } from './writer/writer.ts'

export type RefusalCounts = Record<RefusalReason, number>

export function refusalCounts(): RefusalCounts {
  return Object.fromEntries(Object.keys(REFUSAL_IS_PERMANENT).map((reason) => [reason, 0])) as RefusalCounts
}

/** Of one signal, in its items: spans, log records, data points. */
export interface ItemCounts {
  /** Seen, in requests that could be read. */
  received: number
  /** Acknowledged, resent ones included. */
  accepted: number
  /** Told in a partial success. */
  rejected: number
  /** Found stored already (or on their way), of requests whatever became of them. */
  duplicates: number
}

export function itemCounts(): ItemCounts {
  return { received: 0, accepted: 0, rejected: 0, duplicates: 0 }
}

export interface PipelineStats {
  requests: number
  spans: ItemCounts
  logs: ItemCounts
  points: ItemCounts
  /** Log records that tell of a span, and those that call themselves so and can't be read; all of them are log records, too. */
  markers: { stored: number; unread: number }
  /** Values in which a secret was masked. */
  redacted: number
  /** Values that were encrypted. */
  encrypted: number
  /** Requests of traces that were done without compiled stages. */
  interpreted: InterpretedRequests
  /** Requests refused, by reason. */
  refused: RefusalCounts
  spool: SpoolStats
  writer: WriterStats
  /** Age of the oldest record that ClickHouse does not have; 0 for none. */
  lagSeconds: number
}
