/** The embedded ClickHouse: queries that it did not take, and those that wait. */
import { countedFinding } from './counted.ts'
import { type Finding, ok, warning } from './finding.ts'
import type { Figures } from './prometheus.ts'

/** By the `reason` of `runlens_clickhouse_queries_refused_total`; `stopping` is no reason to worry. */
const REMEDIES: Readonly<Record<string, string>> = {
  too_many: 'more queries at once than clickhouse.queriesMax; ask less, or raise it and clickhouse.sessions.',
  credentials: 'something asks with a wrong password; the right one is in clickhouse.password of the data directory.',
}

export function checkEmbedded(figures: Figures, now: number): Finding[] {
  return [
    countedFinding(figures, now, {
      check: 'queries',
      clean: 'none was turned away',
      counts: figures.by('runlens_clickhouse_queries_refused_total', 'reason'),
      remedies: REMEDIES,
    }),
    sessions(figures),
  ]
}

function sessions(figures: Figures): Finding {
  const waiting = figures.sum('runlens_clickhouse_queries_waiting')
  const total = figures.sum('runlens_clickhouse_sessions')
  const text = `${figures.sum('runlens_clickhouse_queries_running')} of ${total} run a query, ${waiting} queries wait`
  if (waiting <= total) return ok('sessions', text)
  return warning(
    'sessions',
    text,
    'ClickHouse has more to do than it can: raise clickhouse.sessions where processors are free.',
  )
}
