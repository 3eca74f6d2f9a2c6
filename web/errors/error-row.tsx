/** One group of errors as a row of the table. */
import { useErrorWord } from '../api/queries.ts'
import type { ErrorGroup } from '../api/types.ts'
import type { Range } from '../filters/filters.ts'
import { formatChange, formatCount } from '../format/number.ts'
import { Sparkline } from '../list/sparkline.tsx'
import { Text } from '../parts/text.tsx'
import { When } from '../parts/when.tsx'
import { Link } from '../routing/link.tsx'
import { executionsOf } from './question.ts'

interface Props {
  group: ErrorGroup
  range: Range
  /** End of the range. */
  to: string | null
  nowMs: number
}

export function ErrorRow({ group, range, to, nowMs }: Props) {
  const change = formatChange(group.trend.change, '%')
  const points = group.sparkline_data.map(({ timestamp, count }) => ({
    timestamp,
    total: count,
    success: 0,
    failure: count,
  }))
  return (
    <tr data-error={group.fingerprint}>
      <td className="errors-what">
        <Template group={group} range={range} />
        <small className="muted">
          <span className="chip">{group.error_class}</span> <Text value={group.error_type} />
          {group.failed_steps.length > 0 && (
            <>
              {' in '}
              <Text value={group.failed_steps.join(', ')} />
            </>
          )}
        </small>
      </td>
      <td>
        <State group={group} />
      </td>
      <td className="errors-figure">
        {formatCount(group.count)}
        <small className={change?.isNotable && change.direction === 'up' ? 'change change-worse' : 'change'}>
          {change?.text ?? '\u00a0'}
        </small>
      </td>
      <td className="errors-spark">
        <Sparkline points={points} to={to} />
      </td>
      <td className="errors-figure">{formatCount(group.affected_users)}</td>
      <td className="errors-figure">{formatCount(group.affected_workflows)}</td>
      <td>
        <When iso={group.last_seen} nowMs={nowMs} />
        <small className="muted">
          first <When iso={group.first_seen} nowMs={nowMs} />
        </small>
      </td>
    </tr>
  )
}

/** Leads to the executions of the group, where a filter says which they are. */
function Template({ group, range }: Pick<Props, 'group' | 'range'>) {
  const href = executionsOf(group.fingerprint, range)
  const words = <Text value={group.template} tooltip />
  return href === null ? <span>{words}</span> : <Link href={href}>{words}</Link>
}

function State({ group: { fingerprint, state } }: Pick<Props, 'group'>) {
  const word = useErrorWord(fingerprint)
  const isOpen = state === 'open' || state === 'regressed'
  const say = (next: 'open' | 'resolved' | 'ignored', label: string) => (
    <button type="button" className="plain" disabled={word.isPending} onClick={() => word.mutate(next)}>
      {label}
    </button>
  )
  return (
    <>
      <span className={`errors-state errors-${state}`}>{state}</span>
      <span className="errors-words">
        {isOpen ? say('resolved', 'Resolve') : say('open', 'Open again')}
        {isOpen && say('ignored', 'Ignore')}
      </span>
      {word.error && (
        <small className="bad" role="alert">
          {word.error.message}
        </small>
      )}
    </>
  )
}
