/** `GET /api/v1/executions`: the filtered list, newest first, page by page. */
import { z } from 'zod'
import { countMatches, countOpenMatches } from '../count-matches.ts'
import { decodeCursor, encodeCursor } from '../cursor.ts'
import { expectedEnds } from '../expected-ends.ts'
import { type Moments, momentsOf, readMeta, withoutMoment } from '../meta.ts'
import { invalidParameter } from '../problem.ts'
import { COUNTED_MAX } from '../questions/count-executions.ts'
import { EQUAL_COLUMNS, type ExecutionFilter } from '../questions/execution-filter.ts'
import type { ListedExecution } from '../questions/list-executions.ts'
import { type OpenRange, resolveListRange } from '../range.ts'
import { readPage } from '../read-page.ts'
import { type ExecutionList, executionListSchema } from '../schema/execution.ts'
import { type ListQuery, listQuerySchema } from '../schema/list-query.ts'
import { shapeListed } from '../shape-execution.ts'
import { NS_PER_DAY } from '../time.ts'
import { type Asked, QUESTION_PROBLEMS, route } from './route.ts'

type AskedList = Asked<unknown, ListQuery>

/** Orders and searches that no key serves look back this far unless a range is given. */
const COSTLY_DEFAULT_NS = 30n * NS_PER_DAY

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
    const filter = filterOf(asked, cursor ? cursor.range : rangeOf(asked.query, moments.nowMs), moments)
    const { runner } = asked.services
    const reader = { runner, scope: asked.scope, filter, nowNs: moments.nowNs, signal: asked.signal }
    const parts = countOpenMatches(reader).then((running) => ({ range: filter.range, source: 'raw' as const, running }))
    const [rows, meta, size] = await Promise.all([
      readPage(reader, { sort, order, after: cursor?.after ?? null }, limit + 1),
      readMeta(asked.services, moments, parts, asked.signal),
      countMatches(reader),
    ])
    const page = rows.slice(0, limit)
    const last = rows.length > limit ? page.at(-1) : undefined
    const expectedOf = await expectedEnds(runner, asked.scope, page, moments, asked.signal)
    const answer: ExecutionList = {
      executions: page.map((row) => shapeListed(row, expectedOf, moments.nowNs)),
      count: page.length,
      total: Math.min(size, COUNTED_MAX),
      total_is_bound: size > COUNTED_MAX,
      next_cursor: last ? encodeCursor({ sort, order, range: filter.range, after: positionOf(last) }) : null,
      meta,
    }
    return { json: answer, identity: withoutMoment(answer) }
  },
})

function positionOf(row: ListedExecution) {
  return { value: row.sort_value, execution_id: row.execution_id, instance: row.instance }
}

function rangeOf(query: ListQuery, nowMs: number): OpenRange {
  const range = resolveListRange(query, nowMs)
  const isCostly = query.q !== undefined || query.sort === 'duration_ms'
  const isOpen = range.from === null && range.to === null
  if (!isCostly || !isOpen) return range
  const whole = BigInt(Math.ceil((nowMs + 1) / 1000)) * 1_000_000_000n
  return { from: whole - COSTLY_DEFAULT_NS, to: null }
}

function filterOf({ query, attributes }: AskedList, range: OpenRange, moments: Moments): ExecutionFilter {
  const named: Record<string, string | undefined> = { ...texts(query), workflow_version: query.version }
  const equal: ExecutionFilter['equal'] = {}
  for (const column of EQUAL_COLUMNS) {
    const value = named[column]
    if (value !== undefined) equal[column] = value
  }
  return {
    equal,
    status: query.status ?? null,
    kind: query.kind ?? null,
    min_duration_ms: query.min_duration_ms ?? null,
    max_duration_ms: query.max_duration_ms ?? null,
    attributes,
    q: query.q ?? null,
    range: { field: query.time_field, ...range },
    silence: moments.silence,
  }
}

function texts(query: ListQuery): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}
