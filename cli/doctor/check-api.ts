/** The query API: questions that got no answer, and those that had to wait. */
import { countedFinding } from './counted.ts'
import { type Finding, ok, warning } from './finding.ts'
import { formatMs } from './format.ts'
import type { Figures } from './prometheus.ts'

/** By the `code` of `runlens_query_failures_total`. */
const REMEDIES: Readonly<Record<string, string>> = {
  query_timeout: 'somebody asks for a range that is too wide, or ClickHouse is slow: look at its CPU and disk.',
  query_too_large:
    'somebody asks for more than one query may hold; narrow it, or raise clickhouse.queryMemoryBytesMax.',
  too_busy: 'more readers than ClickHouse answers; raise api.queriesMax where there are processors to spare.',
  clickhouse_unreachable: 'ClickHouse was away: see clickhouse.',
  schema_missing: 'the tables were not there: see schema.',
  internal_error: 'a bug in Runlens: please report it with the log of the query API.',
}

export function checkApi(figures: Figures, now: number): Finding[] {
  return [
    countedFinding(figures, now, {
      check: 'questions',
      clean: 'all were answered',
      counts: figures.by('runlens_query_failures_total', 'code'),
      remedies: REMEDIES,
    }),
    permits(figures, now),
  ]
}

function permits(figures: Figures, now: number): Finding {
  const refused = figures.sum('runlens_queries_refused_total')
  const waiting = figures.sum('runlens_queries_waiting')
  const text = `${figures.sum('runlens_queries_running')} run, ${waiting} wait`
  if (refused === 0) return ok('permits', text)
  return warning(
    'permits',
    `${text}, ${refused} turned away since the process began ${formatMs(figures.ageMs(now))} ago`,
    'More readers than ClickHouse answers: raise api.queriesMax where there are processors to spare, or api.cacheMs.',
  )
}
