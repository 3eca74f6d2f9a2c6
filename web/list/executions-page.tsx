/** The list of executions: filters, key figures, rows. The address says what is listed. */
import { useCallback } from 'react'
import { type Filters, formatFilters, listQuestion, parseFilters } from '../filters/filters.ts'
import { useTitle } from '../parts/use-title.ts'
import { navigate, replaceAddress } from '../routing/location.ts'
import { executionsPath } from '../routing/routes.ts'
import { ExecutionList } from './execution-list.tsx'
import { FilterBar } from './filter-bar.tsx'

export function ExecutionsPage({ search }: { search: string }) {
  useTitle('Executions')
  const filters = parseFilters(search)
  // Typing goes on in one step of the history; a choice is a step of its own.
  const change = useCallback((next: Filters, isTyping = false) => {
    const path = executionsPath(formatFilters(next))
    if (isTyping) replaceAddress(path)
    else navigate(path)
  }, [])
  return (
    <>
      <h1 className="unseen">Executions</h1>
      <FilterBar filters={filters} onChange={change} />
      <ExecutionList key={listQuestion(filters)} filters={filters} onChange={change} />
    </>
  )
}
