/** `GET /api/v1/workflows/executions/active`: what is under way now. */
import type { Status } from '@runlens/conventions'
import { z } from 'zod'
import { expectedEnds } from '../../expected-ends.ts'
import { momentsOf } from '../../meta.ts'
import { currentSteps } from '../../questions/history/current-steps.ts'
import { readPage } from '../../read-page.ts'
import { type ActiveRun, activeRunsSchema } from '../../schema/history.ts'
import { integer, noRange, text } from '../../schema/parameters.ts'
import { known } from '../../shape-execution.ts'
import { wordOf } from '../../status-words.ts'
import { formatTime, formatTimeText } from '../../time.ts'
import { kindsOf } from '../monitoring/shape-log.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import { alsoWithoutPrefix } from './also-without-prefix.ts'

const OPEN = ['queued', 'running', 'waiting'] as const

export const active = alsoWithoutPrefix(
  route({
    path: '/api/v1/workflows/executions/active',
    id: 'listActiveRuns',
    tag: 'Workflow history',
    sessionToken: true,
    summary: 'List executions that are under way',
    description: 'Newest first. One that fell silent is lost and not among them.',
    parameters: z.strictObject({}),
    query: z.strictObject({
      workflow_id: text().optional(),
      limit: integer(1, 200).default(100).describe('How many at most'),
      ...noRange,
    }),
    answer: activeRunsSchema,
    problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
    handle: async ({ query, scope, signal, services }) => {
      const moments = momentsOf(services)
      const { runner } = services
      const filter = {
        equal: query.workflow_id === undefined ? {} : { workflow_id: query.workflow_id },
        status: OPEN,
        kind: kindsOf(undefined),
        min_duration_ms: null,
        max_duration_ms: null,
        attributes: [],
        q: null,
        range: { field: 'started_at', from: null, to: null },
        silence: moments.silence,
      } as const
      const page = { sort: 'started_at', order: 'desc', after: null } as const
      const rows = await readPage({ runner, scope, filter, nowNs: moments.nowNs, signal }, page, query.limit)
      const oldest = rows.at(-1)
      const traces = rows.map(({ trace }) => trace)
      const [expectedOf, steps] = await Promise.all([
        expectedEnds(runner, scope, rows, moments, signal),
        oldest ? runner.ask(currentSteps(scope, traces, BigInt(oldest.started_ns)), signal) : [],
      ])
      const stepOf = new Map(steps.map(({ trace, step }) => [trace, step]))
      const executions: ActiveRun[] = rows.map((row) => {
        const { expectedNs, overdueNs } = expectedOf(row)
        return {
          execution_id: row.execution_id,
          workflow_id: known(row.workflow_id),
          workflow_name: known(row.workflow_name),
          user_id: known(row.user_id),
          status: wordOf('history', row.shown_status as Status),
          mode: known(row.mode),
          progress: row.progress,
          started_at: formatTimeText(row.started_ns),
          elapsed_seconds: Number(moments.nowNs - BigInt(row.started_ns)) / 1e9,
          expected_end_at: expectedNs === null ? null : formatTime(expectedNs),
          overdue: overdueNs !== null && overdueNs < moments.nowNs,
          current_step: stepOf.get(row.trace) ?? null,
        }
      })
      return { json: { executions } }
    },
  }),
)
