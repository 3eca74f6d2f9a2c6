/** How arrivals follow from spans, as SQL: for the view that writes them, and for writing them once more. */
import { ARRIVALS } from './tables/arrivals.ts'
import { columnNames } from './tables/column.ts'

/** SQL: whether a span of `spans` or `arrivals` names no parent. */
export const IS_ROOT = "parent_span_id = toFixedString('', 8)"

/** Only an execution keeps attributes. */
const OF_ENTRIES: Readonly<Record<string, string>> = { attribute_values: "''" }

/**
 * The select list that makes arrivals out of `spans`.
 * @param arrivedAt SQL for the time of arrival
 */
export function arrivalColumns(arrivedAt: string): string[] {
  return columnNames(ARRIVALS).map((name) => {
    if (name === 'arrived_at') return `${arrivedAt} AS arrived_at`
    return name in OF_ENTRIES ? `if(role >= 'candidate', ${name}, ${OF_ENTRIES[name]}) AS ${name}` : name
  })
}
