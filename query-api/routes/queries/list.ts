/** `GET /api/v1/executions/{user_id}`: the database queries of a user, newest first. */
import type { Status } from '@runlens/conventions'
import { decodeCursor, encodeCursor } from '../../cursor.ts'
import { momentsOf } from '../../meta.ts'
import { invalidParameter } from '../../problem.ts'
import type { ListedQuery, QueryPosition } from '../../questions/queries/list-queries.ts'
import { type OpenRange, resolveLength, resolveListRange } from '../../range.ts'
import { readQueries } from '../../read-queries.ts'
import { type QueryPage, queryListSchema, queryPageSchema, type TrackedQuery, userPath } from '../../schema/queries.ts'
import { figure, known } from '../../shape-execution.ts'
import { queryDetails } from '../../shape-query.ts'
import { statusesOf, wordOf } from '../../status-words.ts'
import { formatTimeText, NS_PER_DAY } from '../../time.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'

const NEWEST = { sort: 'started_at', order: 'desc' } as const

export const queryList = route({
  path: '/api/v1/executions/{user_id}',
  id: 'listQueriesOfUser',
  tag: 'Query tracking',
  summary: 'List the database queries of a user',
  description:
    'Executions of kind query, and the database steps of all others, whose user and conversation are those of the execution around them. Newest first.',
  parameters: userPath,
  query: queryListSchema,
  answer: queryPageSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async ({ path, query, scope, signal, services }) => {
    const moments = momentsOf(services)
    const { limit, offset } = query
    const cursor = query.cursor === undefined ? null : decodeCursor(query.cursor)
    if (cursor && (cursor.sort !== NEWEST.sort || cursor.order !== NEWEST.order || cursor.after.value === null)) {
      throw invalidParameter('cursor', 'belongs to another list')
    }
    if (cursor && offset > 0) throw invalidParameter('offset', 'give either offset or cursor, not both')
    const range = cursor ? cursor.range : rangeOf(query, moments.nowMs)
    const filter = {
      user: path.user_id,
      databaseType: query.database_type ?? null,
      status: query.status ? statusesOf('queries', query.status) : null,
      range,
      silence: moments.silence,
    }
    const after: QueryPosition | null = cursor && {
      started_ns: cursor.after.value!,
      id: cursor.after.execution_id,
      instance: cursor.after.instance,
    }
    const reader = { runner: services.runner, scope, filter, nowNs: moments.nowNs, signal }
    const rows = (await readQueries(reader, after, offset + limit + 1)).slice(offset)
    const page = rows.slice(0, limit)
    const last = rows.length > limit ? page.at(-1) : undefined
    const answer: QueryPage = {
      user_id: path.user_id,
      executions: page.map(shapeQuery),
      count: page.length,
      limit,
      offset,
      next_cursor: last ? encodeCursor({ ...NEWEST, range, after: positionOf(last) }) : null,
    }
    return { json: answer }
  },
})

function rangeOf(
  { days, from, to }: { days?: number | undefined; from?: string | undefined; to?: string | undefined },
  nowMs: number,
): OpenRange {
  if (days === undefined) return resolveListRange({ from, to }, nowMs)
  return resolveLength({ name: 'days', ns: BigInt(days) * NS_PER_DAY }, { from, to }, nowMs, NS_PER_DAY)
}

function positionOf({ query_started_ns, id, instance }: ListedQuery) {
  return { value: query_started_ns, execution_id: id, instance }
}

function shapeQuery(row: ListedQuery): TrackedQuery {
  const { query_complexity, page, page_size, error_message, error_type } = queryDetails(row.details)
  const hasEnded = row.query_ended_ns !== '0'
  const elapsedNs = BigInt(row.query_ended_ns) - BigInt(row.query_started_ns)
  return {
    id: row.id,
    execution_id: row.id,
    query: known(row.text),
    database_type: known(row.type),
    query_complexity,
    status: wordOf('queries', row.shown as Status),
    execution_time: hasEnded && elapsedNs >= 0n ? Number(elapsedNs) / 1e9 : null,
    total_rows: figure(row.total),
    returned_rows: figure(row.returned),
    page,
    page_size,
    error_message,
    error_type,
    started_at: formatTimeText(row.query_started_ns),
    completed_at: hasEnded ? formatTimeText(row.query_ended_ns) : null,
    conversation_id: known(row.conversation_id),
  }
}
