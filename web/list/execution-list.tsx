/** Key figures and rows of one set of filters, with everything that can be in their place. */
import { type Filters, listQuestion } from '../filters/filters.ts'
import { formatCount } from '../format/number.ts'
import { formatClock } from '../format/time.ts'
import { ProblemView, StaleNotice } from '../parts/problem-view.tsx'
import { EmptyList } from './empty-list.tsx'
import { ExecutionTable } from './execution-table.tsx'
import { KpiStrip } from './kpi-strip.tsx'
import { LagNote } from './lag-note.tsx'
import { type LiveList, useLiveList } from './use-live-list.ts'

interface Props {
  filters: Filters
  onChange: (filters: Filters) => void
}

export function ExecutionList({ filters, onChange }: Props) {
  const list = useLiveList(listQuestion(filters))
  const { rows, error } = list
  return (
    <>
      <KpiStrip filters={filters} isPolled={!list.isPaused} />
      {error && rows && <StaleNotice error={error} />}
      {error && !rows && <ProblemView error={error} retry={list.retry} />}
      {!error && rows?.length === 0 && list.hasOlder && <StillSearching list={list} />}
      {!error && rows?.length === 0 && !list.hasOlder && (
        <EmptyList page={list.page} onChange={onChange} filters={filters} />
      )}
      {(rows === undefined ? !error : rows.length > 0) && (
        <section aria-label="Executions" aria-busy={rows === undefined}>
          <ListHead list={list} />
          <ExecutionTable rows={rows} sort={filters.sort} onSort={(sort) => onChange({ ...filters, sort })} />
          {rows && <ListFoot list={list} shown={rows.length} />}
        </section>
      )}
    </>
  )
}

function ListHead({ list }: { list: LiveList }) {
  const { page, arrived, isPaused } = list
  return (
    <div className="list-head">
      <p>
        {page ? (
          <>
            <strong>
              {formatCount(page.total)}
              {page.total_is_bound ? '+' : ''}
            </strong>{' '}
            {page.total === 1 ? 'execution' : 'executions'}
            {page.meta.running > 0 && <span className="muted"> · {formatCount(page.meta.running)} open</span>}
          </>
        ) : (
          <span className="skeleton skeleton-short" />
        )}
      </p>
      <LagNote page={page} />
      {arrived.count > 0 && (
        <button type="button" className="arrived" onClick={list.showNewest}>
          ↑ {arrived.count}
          {arrived.atLeast ? '+' : ''} new
        </button>
      )}
      <button
        type="button"
        className={isPaused ? 'live live-paused' : 'live'}
        aria-pressed={isPaused}
        onClick={() => list.setPaused(!isPaused)}
        title={isPaused ? 'The list stands still' : 'The list is asked for every 2 seconds'}
      >
        <span className="live-dot" aria-hidden="true" />
        {isPaused ? 'Paused · resume' : 'Live · pause'}
      </button>
    </div>
  )
}

/** Nothing was found in what a search has looked at so far. */
function StillSearching({ list }: { list: LiveList }) {
  return (
    <section className="notice">
      <h2>Nothing found yet</h2>
      <SearchedBack list={list} />
      <p className="notice-foot">
        {list.olderError && <StaleNotice error={list.olderError} />}
        <button type="button" className="button" onClick={list.loadOlder} disabled={list.isLoadingOlder}>
          {list.isLoadingOlder ? 'Searching …' : 'Search further back'}
        </button>
      </p>
    </section>
  )
}

function SearchedBack({ list }: { list: LiveList }) {
  if (list.searchedFrom === null) return null
  return (
    <p className="muted" role="status">
      Searched back to {formatClock(list.searchedFrom, Date.now())}
    </p>
  )
}

function ListFoot({ list, shown }: { list: LiveList; shown: number }) {
  return (
    <div className="list-foot">
      {list.olderError && <StaleNotice error={list.olderError} />}
      {list.hasOlder ? (
        <button type="button" className="button" onClick={list.loadOlder} disabled={list.isLoadingOlder}>
          {list.isLoadingOlder ? 'Loading …' : list.searchedFrom === null ? 'Load older' : 'Search further back'}
        </button>
      ) : (
        <span>That is all.</span>
      )}
      <span className="muted">{formatCount(shown)} shown</span>
      <SearchedBack list={list} />
    </div>
  )
}
