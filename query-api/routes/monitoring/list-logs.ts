/** A page of graph runs, newest first: what both lists of this view share. */
import { countMatches } from '../../count-matches.ts'
import { decodeCursor, encodeCursor } from '../../cursor.ts'
import { type Moments, momentsOf } from '../../meta.ts'
import { invalidParameter } from '../../problem.ts'
import type { ExecutionFilter } from '../../questions/execution-filter.ts'
import { countAll } from '../../questions/monitoring/count-all.ts'
import { positionAt } from '../../questions/monitoring/position-at.ts'
import { type Position, positionOf } from '../../questions/page-order.ts'
import type { OpenRange } from '../../range.ts'
import { readPage } from '../../read-page.ts'
import type { LogsQuery, RunLogList } from '../../schema/monitoring.ts'
import type { PageReader } from '../../search-page.ts'
import { statusesOf } from '../../status-words.ts'
import type { Asked } from '../route.ts'
import { kindsOf, shapeLog } from './shape-log.ts'

const NEWEST = { sort: 'started_at', order: 'desc' } as const

/** @param range unless a cursor has one already */
export async function listLogs(
  asked: Asked<unknown, LogsQuery>,
  equal: ExecutionFilter['equal'],
  range: (nowMs: number) => OpenRange,
): Promise<RunLogList> {
  const { query, scope, signal, services } = asked
  const moments = momentsOf(services)
  const cursor = query.cursor === undefined ? null : decodeCursor(query.cursor)
  if (cursor && (cursor.sort !== NEWEST.sort || cursor.order !== NEWEST.order)) {
    throw invalidParameter('cursor', 'belongs to another list')
  }
  if (cursor && query.offset > 0) throw invalidParameter('offset', 'give either offset or cursor, not both')
  const filter = filterOf(query, equal, cursor ? cursor.range : range(moments.nowMs), moments)
  const reader = { runner: services.runner, scope, filter, nowNs: moments.nowNs, signal }
  const [page, total] = await Promise.all([
    pageBehind(reader, cursor?.after ?? null, query.offset, query.limit),
    countWhole(reader),
  ])
  const rows = page.slice(0, query.limit)
  const last = page.length > query.limit ? rows.at(-1) : undefined
  return {
    total,
    count: rows.length,
    offset: query.offset,
    limit: query.limit,
    logs: rows.map((row) => shapeLog(row, 'cut')),
    next_cursor: last ? encodeCursor({ ...NEWEST, range: filter.range, after: positionOf(last) }) : null,
  }
}

/** One row more than the page has, to know whether another follows. */
async function pageBehind(reader: PageReader, after: Position | null, offset: number, limit: number) {
  const { runner, scope, filter, signal } = reader
  const more = ['input', 'output', 'failed_step_names'] as const
  if (offset === 0) return readPage(reader, { ...NEWEST, after }, limit + 1, more)
  const [before] = await runner.ask(positionAt(scope, filter, NEWEST, offset), signal)
  return before ? readPage(reader, { ...NEWEST, after: positionOf(before) }, limit + 1, more) : []
}

async function countWhole(reader: PageReader): Promise<number> {
  const { total, isBound } = await countMatches(reader)
  if (!isBound) return total
  const [all] = await reader.runner.ask(countAll(reader.scope, reader.filter), reader.signal)
  return Number(all?.n ?? 0)
}

function filterOf(
  { status, kind }: LogsQuery,
  equal: ExecutionFilter['equal'],
  range: OpenRange,
  { silence }: Moments,
): ExecutionFilter {
  return {
    equal,
    status: status ? statusesOf('monitoring', status) : null,
    kind: kindsOf(kind),
    min_duration_ms: null,
    max_duration_ms: null,
    attributes: [],
    q: null,
    range: { field: 'started_at', ...range },
    silence,
  }
}
