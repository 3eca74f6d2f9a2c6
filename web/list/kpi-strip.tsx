/** Key figures of the range and how they differ from the one before. */
import { useIsListed, useKpis } from '../api/queries.ts'
import type { Kpis } from '../api/types.ts'
import { type Filters, isNarrowerThanKpis, kpisQuestion, listQuestion } from '../filters/filters.ts'
import { formatDuration } from '../format/duration.ts'
import { type Change, formatChange, formatCount, formatRate } from '../format/number.ts'
import { Sparkline } from './sparkline.tsx'

export function KpiStrip({ filters, isPolled }: { filters: Filters; isPolled: boolean }) {
  const isAsked = useIsListed(listQuestion(filters))
  const { data, error } = useKpis(kpisQuestion(filters), { isAsked, isPolled })
  if (error && !data) return null
  return (
    <section className="kpis" aria-label="Key figures">
      <p className="kpis-scope">{scopeText(filters)}</p>
      <dl>
        <Figure
          name="Executions"
          value={data && formatCount(data.total_executions)}
          change={delta(data, 'total_executions')}
        />
        <Figure
          name="Success rate"
          value={data && formatRate(data.success_rate)}
          change={data ? formatChange(data.delta_vs_previous.success_rate, 'pts') : null}
          good="up"
        />
        <Figure
          name="p50"
          value={data && formatDuration(data.p50_duration_ms)}
          change={delta(data, 'p50_duration_ms')}
          good="down"
        />
        <Figure
          name="p95"
          value={data && formatDuration(data.p95_duration_ms)}
          change={delta(data, 'p95_duration_ms')}
          good="down"
        />
        <Figure
          name="p99"
          value={data && formatDuration(data.p99_duration_ms)}
          change={delta(data, 'p99_duration_ms')}
          good="down"
        />
      </dl>
      {data ? <Sparkline points={data.sparkline_data} to={data.meta.to} /> : <span className="skeleton sparkline" />}
    </section>
  )
}

function delta(data: Kpis | undefined, name: keyof Kpis['delta_vs_previous']): Change | null {
  return data ? formatChange(data.delta_vs_previous[name], '%') : null
}

/** The figures know less filters than the list: say what they are about. */
function scopeText(filters: Filters): string {
  const range = filters.range === 'all' ? '90d' : filters.range
  const kinds = filters.kind.length > 0 ? filters.kind.join(', ') : 'all but queries and requests'
  const rest = isNarrowerThanKpis(filters) ? '; the other filters do not count here' : ''
  return `Last ${range}, ${kinds}, against the ${range} before${rest}`
}

interface FigureProps {
  name: string
  value: string | undefined
  change: Change | null
  /** Which direction is the better one; neither unless given. */
  good?: 'up' | 'down'
}

function Figure({ name, value, change, good }: FigureProps) {
  const isJudged = good !== undefined && change?.isNotable === true
  const tone = isJudged ? (change.direction === good ? 'change-better' : 'change-worse') : ''
  return (
    <div className="figure">
      <dt>{name}</dt>
      <dd>
        {value ?? <span className="skeleton skeleton-short" />}
        <small className={`change ${tone}`}>{change?.text ?? '\u00a0'}</small>
      </dd>
    </div>
  )
}
