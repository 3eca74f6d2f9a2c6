/** What the collector tells Prometheus: one table over the pipeline's own counts, read when somebody asks. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Admission } from './admission.ts'
import type { PipelineStats } from './pipeline-stats.ts'

export interface MetricSources {
  stats: () => PipelineStats
  admission: Admission
}

type Kind = 'counter' | 'gauge'
type Row = [kind: Kind, name: string, help: string, value: (stats: PipelineStats) => number]

const PIPELINE: Row[] = [
  ['counter', 'runlens_spans_received_total', 'Spans in requests that could be read.', (s) => s.received],
  ['counter', 'runlens_spans_accepted_total', 'Spans acknowledged, resent ones included.', (s) => s.accepted],
  ['counter', 'runlens_spans_rejected_total', 'Spans told in a partial success.', (s) => s.rejected],
  ['counter', 'runlens_spans_duplicate_total', 'Spans that were there already.', (s) => s.duplicates],
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
    (s) => (s.writer.waitingFor ? 1 : 0),
  ],
]

/** A registry that answers with the figures of the moment; receivers add their own counters to it. */
export function createRegistry({ stats, admission }: MetricSources): Registry {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  for (const [kind, name, help, value] of PIPELINE) {
    if (kind === 'gauge') {
      new Gauge({ name, help, registers, collect: gaugeOf(() => value(stats())) })
    } else {
      new Counter({ name, help, registers, collect: counterOf(() => value(stats())) })
    }
  }
  new Counter({
    name: 'runlens_pipeline_refused_total',
    help: 'Requests that the pipeline refused, by reason.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset()
      for (const [reason, count] of Object.entries(stats().refused)) this.inc({ reason }, count)
    },
  })
  const inFlight = { requests: 'Requests in flight.', bytes: 'Bytes of requests in flight.' } as const
  for (const part of ['requests', 'bytes'] as const) {
    const collect = gaugeOf(() => admission.inFlight()[part])
    new Gauge({ name: `runlens_otlp_in_flight_${part}`, help: inFlight[part], registers, collect })
  }
  return registry
}

function gaugeOf(value: () => number) {
  return function (this: Gauge) {
    this.set(value())
  }
}

/** The pipeline counts by itself; the counter only repeats its total. */
function counterOf(value: () => number) {
  return function (this: Counter) {
    this.reset()
    this.inc(value())
  }
}
