/** What stands where no row is: another range, fewer filters, or how to send the first span. */
import { useState } from 'react'
import { useFirstPage } from '../api/queries.ts'
import type { ExecutionList } from '../api/types.ts'
import { type Filters, isNarrowed, parseFilters } from '../filters/filters.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { DEMO_COMMAND, FIRST_SPAN_ENVIRONMENT, firstSpanCommand } from './first-span.ts'
import { LagNote } from './lag-note.tsx'

interface Props {
  filters: Filters
  page: ExecutionList | undefined
  onChange: (filters: Filters) => void
}

export function EmptyList({ filters, page, onChange }: Props) {
  const { range } = filters
  const narrowed = isNarrowed(filters)
  const anything = useFirstPage('limit=1', false)
  if (anything.data === undefined) return <p className="notice muted">Nothing in this range.</p>
  if (anything.data.total === 0) return <FirstSpan />
  return (
    <section className="notice">
      <h2>{narrowed ? 'No execution passes these filters' : `No execution started in the last ${range}`}</h2>
      <p className="notice-foot">
        {narrowed && (
          <button type="button" className="button" onClick={() => onChange({ ...parseFilters(''), range })}>
            Clear filters
          </button>
        )}
        {range !== 'all' && (
          <button type="button" className="button" onClick={() => onChange({ ...filters, range: 'all' })}>
            Look at all time
          </button>
        )}
        <LagNote page={page} />
      </p>
    </section>
  )
}

function FirstSpan() {
  const [command] = useState(() => firstSpanCommand(Date.now(), randomId()))
  return (
    <section className="notice first-span">
      <h2>Nothing has arrived yet</h2>
      <p>Send a span, and it is here within a second. The addresses are those of an ordinary start.</p>
      <Way title="A sample workload, from another terminal" command={DEMO_COMMAND} />
      <Way title="Your own program, with any OpenTelemetry exporter" command={FIRST_SPAN_ENVIRONMENT} />
      <Way title="One execution with one step, by hand" command={command} />
    </section>
  )
}

function Way({ title, command }: { title: string; command: string }) {
  return (
    <div className="way">
      <h3>{title}</h3>
      <CopyButton text={command} />
      <pre>{command}</pre>
    </div>
  )
}

function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
