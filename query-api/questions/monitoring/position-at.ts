/** Where the execution stands that an offset passes over last: the page behind it is then found as any other. */
import { type ExecutionFilter, filterConditions } from '../execution-filter.ts'
import { orderBy, type PageOrder, sortValue } from '../page-order.ts'
import { Parameters, type Question, rowsOf, type Scope } from '../question.ts'

export interface PositionRow {
  execution_id: string
  instance: string
  sort_value: string | null
}

/** No row when the list is shorter. @param offset 1 or more */
export function positionAt(
  scope: Scope,
  filter: ExecutionFilter,
  order: PageOrder,
  offset: number,
): Question<PositionRow> {
  const parameters = new Parameters()
  const rows = rowsOf('executions', scope, parameters, filterConditions(filter, parameters))
  const sql = `SELECT execution_id, instance, ${sortValue(order)}
${rows}
${orderBy(order)}
LIMIT 1 OFFSET ${parameters.bind('offset', 'UInt32', offset - 1)}`
  return { name: 'position-at', sql, params: parameters.values }
}
