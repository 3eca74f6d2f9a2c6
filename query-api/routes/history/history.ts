/** `POST /api/v1/workflows/executions/history`: runs, newest first, page by page. */
import { z } from 'zod'
import { readLogs } from '../../history/read-logs.ts'
import { RECORD_COLUMNS, shapeRecord } from '../../history/shape-record.ts'
import { momentsOf } from '../../meta.ts'
import type { ExecutionFilter } from '../../questions/execution-filter.ts'
import { countAll } from '../../questions/monitoring/count-all.ts'
import { positionAt } from '../../questions/monitoring/position-at.ts'
import { positionOf } from '../../questions/page-order.ts'
import { resolveListRange } from '../../range.ts'
import { readPage } from '../../read-page.ts'
import { type History, historyBodySchema, historySchema, statusesNamed } from '../../schema/history.ts'
import type { PageReader } from '../../search-page.ts'
import { kindsOf } from '../monitoring/shape-log.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import { alsoWithoutPrefix } from './also-without-prefix.ts'

const NEWEST = { sort: 'started_at', order: 'desc' } as const
const STREAMING = { key: 'runlens.visual.streaming', value: 'true' }

export const history = alsoWithoutPrefix(
  route({
    method: 'post',
    path: '/api/v1/workflows/executions/history',
    id: 'listHistory',
    tag: 'Workflow history',
    sessionToken: true,
    summary: 'List executions with what they were given and what came out',
    description:
      'Everything retained unless from and to narrow it, newest first. completed as a filter also means partial.',
    parameters: z.strictObject({}),
    query: z.strictObject({}),
    body: historyBodySchema,
    answer: historySchema,
    problems: ['malformed_body', 'invalid_body', 'unsupported_media_type', 'body_too_large', ...QUESTION_PROBLEMS],
    handle: async ({ body, scope, signal, services }) => {
      const moments = momentsOf(services)
      const { runner } = services
      const filter = filterOf(body, moments)
      const reader: PageReader = { runner, scope, filter, nowNs: moments.nowNs, signal }
      const { page, page_size } = body
      const passedOver = (page - 1) * page_size
      const [rows, [counted]] = await Promise.all([
        pageBehind(reader, passedOver, page_size),
        runner.ask(countAll(scope, filter), signal),
      ])
      const logs = await readLogs(runner, scope, rows, signal)
      const total = Number(counted?.n ?? 0)
      const answer: History = {
        executions: rows.map((row) => shapeRecord(row, logs.get(row.trace))),
        total,
        page,
        page_size,
        has_more: passedOver + rows.length < total,
      }
      return { json: answer }
    },
  }),
)

async function pageBehind(reader: PageReader, passedOver: number, size: number) {
  const { runner, scope, filter, signal } = reader
  if (passedOver === 0) return readPage(reader, { ...NEWEST, after: null }, size, RECORD_COLUMNS)
  const [before] = await runner.ask(positionAt(scope, filter, NEWEST, passedOver), signal)
  return before ? readPage(reader, { ...NEWEST, after: positionOf(before) }, size, RECORD_COLUMNS) : []
}

function filterOf(
  body: z.output<typeof historyBodySchema>,
  { nowMs, silence }: ReturnType<typeof momentsOf>,
): ExecutionFilter {
  const range = resolveListRange({ from: body.from ?? undefined, to: body.to ?? undefined }, nowMs)
  return {
    equal: {
      ...(body.workflow_id ? { workflow_id: body.workflow_id } : {}),
      ...(body.mode_filter ? { mode: body.mode_filter } : {}),
    },
    status: body.status_filter ? statusesNamed(body.status_filter) : null,
    kind: kindsOf(undefined),
    min_duration_ms: null,
    max_duration_ms: null,
    attributes: body.visual_streaming_only ? [STREAMING] : [],
    q: null,
    range: { field: 'started_at', ...range },
    silence,
  }
}
