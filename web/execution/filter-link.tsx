/** A value that leads to all executions that share it. */
import { formatFilters, parseFilters, type TextFilter, withText } from '../filters/filters.ts'
import { Text } from '../parts/text.tsx'
import { Link } from '../routing/link.tsx'
import { executionsPath } from '../routing/routes.ts'

export function FilterLink({ filter, value }: { filter: TextFilter; value: string }) {
  const filters = { ...withText(parseFilters(''), filter, value), range: 'all' as const }
  return (
    <Link className="filter-link" href={executionsPath(formatFilters(filters))} title="All executions with this value">
      <Text value={value} />
    </Link>
  )
}
