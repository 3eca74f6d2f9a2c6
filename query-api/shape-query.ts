/** What settling keeps of a query in one text, taken apart. */
import { known } from './shape-execution.ts'

export interface QueryDetails {
  query_complexity: string | null
  page: number | null
  page_size: number | null
  error_type: string | null
  error_message: string | null
}

/** @param text five parts with tabs between, the last of which may hold tabs itself; '' where none is told */
export function queryDetails(text: string): QueryDetails {
  const [complexity = '', page = '', size = '', type = '', ...message] = text.split('\t')
  return {
    query_complexity: known(complexity),
    page: count(page),
    page_size: count(size),
    error_type: known(type),
    error_message: known(message.join('\t')),
  }
}

function count(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}
