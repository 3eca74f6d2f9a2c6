/** Database steps of an execution as queries: what the view of queries by user shows, kept on the execution's own row. */
import type { SettleSpan, Status } from '@runlens/conventions'
import type { StepSummary } from './build-execution.ts'
import { QUERIES_MAX, QUERY_CHARACTERS_MAX, type SettledQuery } from './execution.ts'
import type { Placement } from './memberships.ts'

/** @param nodes steps of the execution, in canonical order; a child execution among them is none of its queries, but one of its own */
export function queriesOf(
  spans: readonly SettleSpan[],
  nodes: readonly number[],
  { executionOf }: Placement,
): Pick<StepSummary, 'queries' | 'queryCount'> {
  const queries: SettledQuery[] = []
  let queryCount = 0
  for (const n of nodes) {
    const span = spans[n]!
    if (!isQuery(span) || executionOf[n]! >= 0) continue
    queryCount += 1
    if (queries.length < QUERIES_MAX) queries.push(queryOf(span))
  }
  return { queries, queryCount }
}

/** A step that its emitter calls something else is a query, too, if it names a database. */
function isQuery({ step_type, database_type }: SettleSpan): boolean {
  return step_type === 'db' || database_type !== ''
}

function queryOf(span: SettleSpan): SettledQuery {
  return {
    key: span.trace_id + span.span_id,
    started_at: span.started_at,
    ended_at: span.ended_at,
    database_type: span.database_type,
    status: statusOf(span),
    text: queryText(span.query),
    rows_total: span.rows_total,
    rows_returned: span.rows_returned,
    details: queryDetails(span),
  }
}

function statusOf({ status, ended_at }: SettleSpan): Status {
  if (status !== '') return status
  return ended_at === 0n ? 'running' : 'success'
}

/** What a query has beside its text, in one: see {@link SettledQuery.details}. */
export function queryDetails(span: QueryTelling): string {
  const { query_complexity, query_page, query_page_size, error_type, error_message } = span
  const parts = [query_complexity, query_page, query_page_size, error_type].map((part) => part.replaceAll('\t', ' '))
  const details = [...parts, queryText(error_message)]
  return details.some((part) => part !== '') ? details.join('\t') : ''
}

type QueryTelling = Pick<
  SettleSpan,
  'query_complexity' | 'query_page' | 'query_page_size' | 'error_type' | 'error_message'
>

/** The first {@link QUERY_CHARACTERS_MAX} characters, as `substringUTF8` of ClickHouse counts them. */
export function queryText(text: string): string {
  if (text.length <= QUERY_CHARACTERS_MAX) return text
  let end = 0
  for (let n = 0; n < QUERY_CHARACTERS_MAX && end < text.length; n++) end += text.codePointAt(end)! > 0xffff ? 2 : 1
  return text.slice(0, end)
}
