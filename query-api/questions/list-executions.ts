/** The rows of a page of executions, as merged, from among candidates. */
import type { ExecutionColumns } from './execution-columns.ts'
import { EQUAL_COLUMNS, type ExecutionFilter, filterConditions } from './execution-filter.ts'
import { anchorsOf, BEFORE_READING, type Candidate } from './find-candidates.ts'
import { decodeListed, LISTED_COLUMNS, type Stored } from './listed-values.ts'
import { AT_ANCHORS, behind, orderBy, type PageOrder, type Position, sortValue } from './page-order.ts'
import { Parameters, type Question, rowsOf, type Scope } from './question.ts'

export interface ListedExecution extends ExecutionColumns {
  input_preview: string
  output_preview: string
  /** What the page is sorted by, exactly: nanoseconds or milliseconds as text. */
  sort_value: string | null
}

/** What a list may show beside. */
export interface ListedMore {
  input: string
  output: string
  failed_step_names: string[]
  input_truncated: number
  output_truncated: number
  attribute_keys: string[]
  attribute_values: string[]
  /** When this version was written, microseconds. */
  settled_us: string
}

/** Rows that {@link listFirst} reads at most, and for each that is wanted: of a granule and its neighbours, and as much again. */
const READ_MAX = 400_000
const READ_EACH_MAX = 5_000

/** Where the name is not that of a column. */
const MORE_SQL: Partial<Record<keyof ListedMore, string>> = {
  attribute_keys: 'mapKeys(attributes) AS attribute_keys',
  attribute_values: 'mapValues(attributes) AS attribute_values',
  settled_us: 'toString(toUnixTimestamp64Micro(settled_at)) AS settled_us',
}

export interface Page extends PageOrder {
  after: Position | null
}

/**
 * The executions behind `after` at the anchors of the candidates. All versions of an execution share their anchor, so that these are enough to
 * merge by; what a newer version says no longer is checked by the filter once more, but for what must be equal: {@link isEqual} says that of the
 * rows, as it stands in them, and a column to compare by would cost as much as a column to show. Some may stand behind the last candidate.
 * @param candidates at least one, in the order of the page, without a gap
 * @param more columns beside
 */
export function listExecutions<More extends keyof ListedMore = never>(
  scope: Scope,
  filter: ExecutionFilter,
  page: Page,
  candidates: readonly Candidate[],
  more: readonly More[] = [],
): Question<ListedExecution & Pick<ListedMore, More>> {
  const parameters = new Parameters()
  const conditions = [
    `anchor_at IN ${parameters.bindAnchors('anchors', anchorsOf(candidates))}`,
    ...filterConditions({ ...filter, equal: {} }, parameters),
    ...(page.after ? behind(page, page.after, 'after', parameters) : []),
  ]
  const sql = `${selectListed(page, more)}
${rowsOf('executions', scope, parameters, conditions)}
${orderBy(page)}
${AT_ANCHORS}`
  const decode = (row: Stored<ListedExecution & Pick<ListedMore, More>>) => decodeListed(row, filter.silence)
  return { name: 'list-executions', sql, params: parameters.values, decode }
}

/** Whether an execution has the values that the filter names for columns. */
export function isEqual(row: ListedExecution, { equal }: ExecutionFilter): boolean {
  return EQUAL_COLUMNS.every((column) => equal[column] === undefined || equal[column] === row[column])
}

/**
 * The first executions of a page wherever they lie, if that is not too much to read: of a filter that an index leads to. One statement in place of two that
 * open the same files, but one that reads every column of whatever granules the index leaves.
 */
export function listFirst<More extends keyof ListedMore = never>(
  scope: Scope,
  filter: ExecutionFilter,
  page: PageOrder,
  limit: number,
  more: readonly More[] = [],
): Question<ListedExecution & Pick<ListedMore, More>> {
  const parameters = new Parameters()
  const sql = `${selectListed(page, more)}
${rowsOf('executions', scope, parameters, filterConditions(filter, parameters))}
${orderBy(page)}
LIMIT ${parameters.bind('limit', 'UInt32', limit)}
SETTINGS ${BEFORE_READING}`
  const decode = (row: Stored<ListedExecution & Pick<ListedMore, More>>) => decodeListed(row, filter.silence)
  return {
    name: 'list-first',
    sql,
    params: parameters.values,
    decode,
    readsMax: Math.max(READ_MAX, limit * READ_EACH_MAX),
  }
}

function selectListed(page: PageOrder, more: readonly (keyof ListedMore)[]): string {
  const columns = [...LISTED_COLUMNS, sortValue(page), ...more.map((column) => MORE_SQL[column] ?? column)]
  return `SELECT\n  ${columns.join(',\n  ')}`
}
