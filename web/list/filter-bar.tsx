/** The filters of the list. */
import { EXECUTION_KINDS, type ExecutionKind } from '@runlens/conventions'
import { useCallback, useId, useRef } from 'react'
import { useIsListed, useWorkflowNames } from '../api/queries.ts'
import {
  type Filters,
  isNarrowed,
  listQuestion,
  otherTexts,
  parseFilters,
  RANGES,
  withText,
} from '../filters/filters.ts'
import { Text } from '../parts/text.tsx'
import { useKey } from '../parts/use-key.ts'
import { StatusFilter } from './status-filter.tsx'
import { TextField } from './text-field.tsx'

interface Props {
  filters: Filters
  onChange: (filters: Filters, isTyping?: boolean) => void
}

export function FilterBar({ filters, onChange }: Props) {
  const search = useRef<HTMLInputElement>(null)
  const focusSearch = useCallback((event: KeyboardEvent) => {
    event.preventDefault()
    search.current?.focus()
    search.current?.select()
  }, [])
  useKey('/', focusSearch)
  const text = (name: 'q' | 'workflow_name' | 'environment' | 'user_id') => ({
    value: filters.texts.get(name) ?? '',
    onChange: (value: string) => onChange(withText(filters, name, value), true),
  })
  const names = useWorkflowNames(useIsListed(listQuestion(filters)))
  const namesId = useId()
  return (
    <search className="filters">
      <div className="filter-row">
        <TextField
          {...text('q')}
          label="Search"
          placeholder="Name, id, query, error …  ( / )"
          className="wide"
          ref={search}
        />
        <TextField {...text('workflow_name')} label="Workflow" placeholder="Workflow" list={namesId} />
        <datalist id={namesId}>
          {names.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <KindFilter filters={filters} onChange={onChange} />
        <TextField {...text('environment')} label="Environment" placeholder="Environment" />
        <TextField {...text('user_id')} label="User" placeholder="User" />
        <RangeFilter filters={filters} onChange={onChange} />
      </div>
      <div className="filter-row">
        <StatusFilter chosen={filters.status} onChange={(status) => onChange({ ...filters, status })} />
        {otherTexts(filters).map(([name, value]) => (
          <button
            type="button"
            className="chip"
            key={name}
            onClick={() => onChange(withText(filters, name, ''))}
            aria-label={`Remove the filter ${name}`}
          >
            <span className="muted">
              <Text value={name.replaceAll('_', ' ')} />
            </span>{' '}
            <Text value={value} tooltip /> <span aria-hidden="true">×</span>
          </button>
        ))}
        {isNarrowed(filters) && (
          <button
            type="button"
            className="plain"
            onClick={() => onChange({ ...parseFilters(''), range: filters.range })}
          >
            Clear filters
          </button>
        )}
      </div>
    </search>
  )
}

function KindFilter({ filters, onChange }: Props) {
  // The address may name several kinds; the control offers one.
  const value = filters.kind.length > 1 ? 'several' : (filters.kind[0] ?? '')
  const choose = (kind: string) => onChange({ ...filters, kind: kind === '' ? [] : [kind as ExecutionKind] })
  return (
    <select aria-label="Kind" value={value} onChange={(event) => choose(event.target.value)}>
      <option value="">Any kind</option>
      {value === 'several' && (
        <option value="several" disabled>
          {filters.kind.join(', ')}
        </option>
      )}
      {EXECUTION_KINDS.map((kind) => (
        <option key={kind}>{kind}</option>
      ))}
    </select>
  )
}

function RangeFilter({ filters, onChange }: Props) {
  return (
    <fieldset className="segments">
      <legend className="unseen">Time range</legend>
      {RANGES.map((range) => (
        <button
          type="button"
          key={range}
          aria-pressed={range === filters.range}
          onClick={() => onChange({ ...filters, range })}
        >
          {range}
        </button>
      ))}
    </fieldset>
  )
}
