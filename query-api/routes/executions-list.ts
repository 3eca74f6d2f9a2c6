/** `GET /api/v1/executions`: the filtered list, newest first, page by page. */
import { z } from 'zod'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import { expectedEnds } from '../expected-ends.ts'
import { filterOf, rangeOfList } from '../filter-of-query.ts'
import { readListPage, type Seen } from '../list-page.ts'
import { momentsOf, readMeta, withoutMoment } from '../meta.ts'
import { invalidParameter } from '../problem.ts'
import type { ListedExecution } from '../questions/list-executions.ts'
import { type ExecutionList, executionListSchema } from '../schema/execution.ts'
import { listQuerySchema } from '../schema/list-query.ts'
import { isSearchedBack } from '../search-back.ts'
import { isOpen, shapeListed } from '../shape-execution.ts'
import { formatTime } from '../time.ts'
import { QUESTION_PROBLEMS, route } from './route.ts'

export const executionsList = route({
  path: '/api/v1/executions',
  id: 'listExecutions',
  tag: 'Executions',
  summary: 'List executions',
  description:
    'Filters narrow together. Without a range the list covers everything retained, newest first; sorted by duration_ms or searched with q it covers the last 30 days.',
  parameters: z.strictObject({}),
  query: listQuerySchema,
  attributes: true,
  answer: executionListSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async (asked) => {
    const moments = momentsOf(asked.services)
    const cursor = asked.query.cursor === undefined ? null : decodeCursor(asked.query.cursor)
    const { sort, order, limit } = asked.query
    if (cursor && (cursor.sort !== sort || cursor.order !== order)) {
      throw invalidParameter('cursor', `belongs to a list with sort=${cursor.sort} and order=${cursor.order}`)
    }
    const range = cursor ? cursor.range : rangeOfList(asked.query, moments.nowMs)
    const filter = filterOf(asked, range, moments.silence)
    const { runner } = asked.services
    const reader = { runner, scope: asked.scope, filter, nowNs: moments.nowNs, signal: asked.signal }
    const page = { sort, order, after: cursor?.after ?? null }
    const seen = isSearchedBack(reader, page) ? (cursor?.seen ?? { rows: 0, open: 0 }) : null
    const reading = readListPage(reader, page, limit, seen)
    const parts = reading.running.then((running) => ({ range: filter.range, source: 'raw' as const, running }))
    const [{ shown, matches, next, searchedFromNs }, meta] = await Promise.all([
      reading.page,
      readMeta(asked.services, moments, parts),
    ])
    const expectedOf = await expectedEnds(runner, asked.scope, shown, moments, asked.signal)
    const answer: ExecutionList = {
      executions: shown.map((row) => shapeListed(row, expectedOf, moments.nowNs)),
      count: shown.length,
      total: matches.total,
      total_is_bound: matches.isBound,
      searched_from: searchedFromNs === null ? null : formatTime(searchedFromNs),
      next_cursor: next
        ? encodeCursor({
            sort,
            order,
            range: filter.range,
            after: next,
            ...(seen ? { seen: seenAfter(seen, shown) } : {}),
          })
        : null,
      meta,
    }
    return { json: answer, identity: withoutMoment(answer) }
  },
})

function seenAfter({ rows, open }: Seen, shown: readonly ListedExecution[]): Seen {
  return { rows: rows + shown.length, open: open + shown.filter((row) => isOpen(row.shown_status)).length }
}
