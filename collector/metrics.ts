/** What the collector tells Prometheus: one table over the pipeline's own counts, read when somebody asks. */
import type { KeyRing } from '@runlens/access'
import { addFigures, createRegistry, type FigureRow, type Registry } from '@runlens/runtime'
import type { Admission, InFlight } from './admission.ts'
import type { PipelineStats } from './pipeline-stats.ts'

type KeyFigures = Pick<KeyRing, 'size' | 'ageSeconds' | 'failures'>

interface Bounds {
  spoolBytesMax: number
}

export interface MetricSources extends Bounds {
  ring: KeyFigures
  stats: () => PipelineStats
  admission: Admission
}

/** Names that the query API has too: they are about the same keys. */
const KEYS: readonly FigureRow<KeyFigures>[] = [
  ['gauge', 'runlens_keys', 'API keys that are known, ended ones included.', ({ size }) => size],
  [
    'gauge',
    'runlens_keys_age_seconds',
    'Since the keys were read; -1 before the first time.',
    (of) => of.ageSeconds ?? -1,
  ],
  ['counter', 'runlens_key_reads_failed_total', 'Readings of the keys that failed.', ({ failures }) => failures],
]

const PIPELINE: readonly FigureRow<PipelineStats>[] = [
  ['counter', 'runlens_spans_received_total', 'Spans in requests that could be read.', (s) => s.spans.received],
  ['counter', 'runlens_spans_accepted_total', 'Spans acknowledged, resent ones included.', (s) => s.spans.accepted],
  ['counter', 'runlens_spans_rejected_total', 'Spans told in a partial success.', (s) => s.spans.rejected],
  ['counter', 'runlens_spans_duplicate_total', 'Spans that were there already.', (s) => s.spans.duplicates],
  [
    'counter',
    'runlens_log_records_received_total',
    'Log records in requests that could be read.',
    (s) => s.logs.received,
  ],
  ['counter', 'runlens_log_records_accepted_total', 'Log records acknowledged.', (s) => s.logs.accepted],
  ['counter', 'runlens_log_records_rejected_total', 'Log records told in a partial success.', (s) => s.logs.rejected],
  [
    'counter',
    'runlens_data_points_received_total',
    'Data points of metrics in requests that could be read.',
    (s) => s.points.received,
  ],
  ['counter', 'runlens_data_points_accepted_total', 'Data points acknowledged.', (s) => s.points.accepted],
  ['counter', 'runlens_data_points_rejected_total', 'Data points told in a partial success.', (s) => s.points.rejected],
  ['counter', 'runlens_markers_total', 'Log records read as markers of spans.', (s) => s.markers.stored],
  [
    'counter',
    'runlens_markers_unread_total',
    'Log records that call themselves markers and cannot be read as such.',
    (s) => s.markers.unread,
  ],
  ['counter', 'runlens_redacted_values_total', 'Values in which a secret was masked.', (s) => s.redacted],
  ['counter', 'runlens_encrypted_values_total', 'Values that were encrypted.', (s) => s.encrypted],
  [
    'counter',
    'runlens_interpreted_requests_total',
    'Requests of traces done without compiled stages, by what left them: index those that it is not for, build as a stage failed.',
    (s): Record<string, number> => ({ ...s.interpreted }),
    'stage',
  ],
  ['gauge', 'runlens_spool_bytes', 'Bytes of the spool on disk.', (s) => s.spool.bytes],
  ['gauge', 'runlens_spool_pending_records', 'Records that ClickHouse does not have yet.', (s) => s.spool.records],
  [
    'gauge',
    'runlens_spool_lag_seconds',
    'Age of the oldest record that ClickHouse does not have.',
    (s) => s.lagSeconds,
  ],
  ['counter', 'runlens_spool_fsyncs_total', 'Group commits.', (s) => s.spool.fsyncs],
  ['counter', 'runlens_spool_fsync_seconds_total', 'Time spent in group commits.', (s) => s.spool.fsyncSeconds],
  ['counter', 'runlens_spool_failed_commits_total', 'Group commits that failed.', (s) => s.spool.failedCommits],
  ['counter', 'runlens_spool_failed_reads_total', 'Reads that the disk refused.', (s) => s.spool.failedReads],
  [
    'gauge',
    'runlens_spool_unreadable',
    '1 while records wait because the disk does not give them.',
    (s) => (s.spool.isUnreadable ? 1 : 0),
  ],
  ['counter', 'runlens_spool_replayed_records_total', 'Records found at the start.', (s) => s.spool.replayed],
  ['counter', 'runlens_spool_corrupt_segments_total', 'Segments found damaged.', (s) => s.spool.corruptSegments],
  ['counter', 'runlens_dead_letters_total', 'Records that ClickHouse never takes.', (s) => s.spool.deadLetters],
  ['counter', 'runlens_dead_letter_rows_total', 'Rows of these records.', (s) => s.spool.deadLetterRows],
  ['counter', 'runlens_writer_batches_total', 'Batches that ClickHouse has.', (s) => s.writer.batches],
  ['counter', 'runlens_writer_rows_total', 'Rows of these batches.', (s) => s.writer.rows],
  ['counter', 'runlens_writer_inserts_total', 'INSERT statements of these batches.', (s) => s.writer.inserts],
  ['counter', 'runlens_writer_retries_total', 'Tries that were repeated.', (s) => s.writer.retries],
  ['counter', 'runlens_writer_damaged_records_total', 'Records unreadable on disk.', (s) => s.writer.damagedRecords],
  [
    'gauge',
    'runlens_writer_waiting',
    '1 while ClickHouse does not take a batch.',
    (s) => (s.writer.waitingFor === undefined ? 0 : 1),
  ],
  [
    'gauge',
    'runlens_writer_fault',
    'While ClickHouse does not take a batch: 1 for the code it or the network answers with.',
    (s): Record<string, number> => (s.writer.waitingFor === undefined ? {} : { [s.writer.waitingFor]: 1 }),
    'code',
  ],
  [
    'counter',
    'runlens_pipeline_refused_total',
    'Requests that the pipeline refused, by reason.',
    (s) => s.refused,
    'reason',
  ],
]

const IN_FLIGHT: readonly FigureRow<InFlight>[] = [
  ['gauge', 'runlens_otlp_in_flight_requests', 'Requests in flight.', ({ requests }) => requests],
  ['gauge', 'runlens_otlp_in_flight_bytes', 'Bytes of requests in flight.', ({ bytes }) => bytes],
]

const BOUNDS: readonly FigureRow<Bounds>[] = [
  [
    'gauge',
    'runlens_spool_bytes_max',
    'Bytes beyond which the spool refuses (spool.bytesMax).',
    (b) => b.spoolBytesMax,
  ],
]

/** A registry that answers with the figures of the moment; receivers add their own counters to it. */
export function createCollectorRegistry(sources: MetricSources): Registry {
  const registry = createRegistry()
  addFigures(registry, sources.stats, PIPELINE)
  addFigures(registry, sources.admission.inFlight, IN_FLIGHT)
  addFigures(registry, () => sources, BOUNDS)
  addFigures(registry, () => sources.ring, KEYS)
  return registry
}
