/** The collector's spool: how much waits, and what ClickHouse would not take. */
import type { Settings } from '@runlens/runtime'
import { fetchText } from './fetch-text.ts'
import { type Finding, fault, ok, warning } from './finding.ts'
import { formatBytes, formatMs } from './format.ts'
import { metricSum } from './prometheus.ts'

/** Beyond this share of `spool.bytesMax` the spool is worth a look. */
const SPOOL_SHARE_HIGH = 0.5
const SPOOL_SHARE_FULL = 0.95
const LAG_HIGH_SECONDS = 30

/** @param otlpHttp base URL of the collector */
export async function checkCollector(settings: Settings, otlpHttp: string): Promise<Finding[]> {
  const answer = await fetchText(`${otlpHttp}/metrics`)
  if (answer.kind !== 'answer' || answer.status !== 200) return []
  const metric = (name: string) => metricSum(answer.text, name)
  return [
    ...spool(settings, metric('runlens_spool_bytes'), metric('runlens_spool_pending_records')),
    ...writing(metric('runlens_writer_waiting'), metric('runlens_spool_lag_seconds')),
    ...deadLetters(metric('runlens_dead_letters_total')),
  ]
}

function spool(settings: Settings, bytes: number | undefined, pending: number | undefined): Finding[] {
  const { bytesMax } = settings.spool
  if (bytes === undefined) return []
  const waiting = pending === undefined ? '' : `, ${pending} records wait`
  const text = `${formatBytes(bytes)} of ${formatBytes(bytesMax)}${waiting}`
  const remedy =
    'ClickHouse takes less than arrives, or nothing: see clickhouse below. When the spool is full, senders are told to come back (503).'
  if (bytes > bytesMax * SPOOL_SHARE_FULL) return [fault('spool', text, remedy)]
  return [bytes > bytesMax * SPOOL_SHARE_HIGH ? warning('spool', text, remedy) : ok('spool', text)]
}

function writing(waiting: number | undefined, lagSeconds = 0): Finding[] {
  if (waiting === undefined) return []
  const text = `the oldest record waits ${formatMs(lagSeconds * 1_000)}`
  if (waiting > 0) {
    return [
      fault(
        'writing',
        `ClickHouse does not take a batch; ${text}`,
        'See clickhouse below. Nothing is lost meanwhile, until the spool is full.',
      ),
    ]
  }
  const remedy = 'More arrives than ClickHouse takes: look at its CPU and disk.'
  return [
    lagSeconds > LAG_HIGH_SECONDS ? warning('writing', text, remedy) : ok('writing', 'ClickHouse takes what arrives'),
  ]
}

function deadLetters(count: number | undefined): Finding[] {
  if (count === undefined) return []
  if (count === 0) return [ok('dead letters', 'none')]
  return [
    fault(
      'dead letters',
      `${count} blocks that ClickHouse never takes`,
      'They lie in spool/dead-letter/ of the data directory, each with its reason in a .json beside it; report that reason.',
    ),
  ]
}
