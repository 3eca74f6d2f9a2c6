/** The collector: how full the spool is, whether ClickHouse takes what arrives, and what was turned away. */
import { countedFinding } from './counted.ts'
import { type Finding, fault, ok, warning } from './finding.ts'
import { formatBytes, formatMs } from './format.ts'
import { whyNotTaken } from './not-taken.ts'
import type { Figures } from './prometheus.ts'
import { REFUSAL_REMEDIES } from './refusals.ts'

const SPOOL_SHARE_HIGH = 0.75
const SPOOL_SHARE_FULL = 0.95
const LAG_HIGH_SECONDS = 30

export function checkCollector(figures: Figures, now: number): Finding[] {
  return [
    spool(figures),
    spoolDisk(figures),
    writing(figures),
    deadLetters(figures),
    countedFinding(figures, now, {
      check: 'refused',
      clean: 'no request was refused',
      counts: figures.by('runlens_otlp_requests_total', 'result'),
      remedies: REFUSAL_REMEDIES,
    }),
    rejected(figures, now),
    compiled(figures),
  ]
}

function spool(figures: Figures): Finding {
  const bytes = figures.sum('runlens_spool_bytes')
  const bytesMax = figures.sum('runlens_spool_bytes_max')
  const text = `${formatBytes(bytes)} of ${formatBytes(bytesMax)}, ${figures.sum('runlens_spool_pending_records')} records wait`
  const remedy =
    'ClickHouse takes less than arrives, or nothing: see writing. When the spool is full, senders are told to come back (503);\nspool.bytesMax gives it more room.'
  if (bytes > bytesMax * SPOOL_SHARE_FULL) return fault('spool', text, remedy)
  return bytes > bytesMax * SPOOL_SHARE_HIGH ? warning('spool', text, remedy) : ok('spool', text)
}

function spoolDisk(figures: Figures): Finding {
  const check = 'spool disk'
  const failed = figures.sum('runlens_spool_failed_commits_total')
  const damaged = figures.sum('runlens_spool_corrupt_segments_total')
  const unreadable = figures.sum('runlens_writer_damaged_records_total')
  if (damaged + unreadable > 0) {
    const text = `${damaged} segments were found damaged, ${unreadable} records cannot be read back`
    return fault(check, text, 'Acknowledged spans may be lost: look at the disk and at the log of the collector.')
  }
  const failedReads = figures.sum('runlens_spool_failed_reads_total')
  if (figures.sum('runlens_spool_unreadable') > 0) {
    const text = `a segment cannot be read, ${failedReads} tries failed; its records wait`
    return fault(
      check,
      text,
      'Look at the disk and at the log of the collector. After a minute what the disk does not give is passed over.',
    )
  }
  if (failedReads > 0) {
    const text = `${failedReads} reads failed since the process began, and passed later`
    return warning(check, text, 'Nothing is lost: look at the health of the disk.')
  }
  if (failed > 0) {
    const text = `${failed} writes failed since the process began`
    return warning(check, text, 'Nothing is lost, senders came back: look at the room on the disk and at its health.')
  }
  return ok(check, 'every write succeeded')
}

function writing(figures: Figures): Finding {
  const lagSeconds = figures.sum('runlens_spool_lag_seconds')
  const oldest = `the oldest record waits ${formatMs(lagSeconds * 1_000)}`
  if (figures.sum('runlens_writer_waiting') > 0) {
    const { why, remedy } = whyNotTaken(figures.by('runlens_writer_fault', 'code').keys())
    const text = `ClickHouse does not take a batch: ${why}; ${oldest}`
    return fault('writing', text, `${remedy}\nNothing is lost meanwhile, until the spool is full.`)
  }
  if (lagSeconds <= LAG_HIGH_SECONDS) return ok('writing', 'ClickHouse takes what arrives')
  return warning('writing', oldest, 'More arrives than ClickHouse takes: look at its CPU and disk.')
}

function deadLetters(figures: Figures): Finding {
  const count = figures.sum('runlens_dead_letters_total')
  if (count === 0) return ok('dead letters', 'none')
  return fault(
    'dead letters',
    `${count} blocks with ${figures.sum('runlens_dead_letter_rows_total')} rows that ClickHouse never takes`,
    'They lie in spool/dead-letter/ of the data directory, each with its reason in a .json beside it; report that reason.',
  )
}

function rejected(figures: Figures, now: number): Finding {
  const count = figures.sum('runlens_spans_rejected_total')
  if (count === 0) return ok('rejected spans', 'none')
  return warning(
    'rejected spans',
    `${count}, since the process began ${formatMs(figures.ageMs(now))} ago`,
    'These spans are lost. The sender got the reason as partial success and has it in its log: mostly absurd times,\nmissing ids, or more attributes than otlp.attributesPerSpanMax.',
  )
}

/** Of `stage="index"` are requests that are read by TypeScript as is meant. */
function compiled(figures: Figures): Finding {
  const failed = figures.by('runlens_interpreted_requests_total', 'stage').get('build') ?? 0
  if (failed === 0) return ok('compiled stages', 'none failed')
  return warning(
    'compiled stages',
    `one failed for ${failed} requests since the process began; TypeScript took them`,
    'Nothing is lost, but each of them cost several times as much CPU. It is a bug: report it with what sends to this collector.',
  )
}
