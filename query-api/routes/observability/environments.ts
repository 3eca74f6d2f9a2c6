/** `GET /api/v1/observability/environments`: how every environment is. */
import { z } from 'zod'
import { HEALTHS, healthOf } from '../../environment-health.ts'
import { type Moments, momentsOf, readMeta, withoutMoment } from '../../meta.ts'
import { planFigures } from '../../plan-figures.ts'
import type { FiguresFilter, FiguresPlan } from '../../questions/figures.ts'
import {
  type EnvironmentCounts,
  type EnvironmentRow,
  environmentCounts,
  environmentFigures,
} from '../../questions/observability/environment-figures.ts'
import { failuresSince } from '../../questions/observability/failures-since.ts'
import type { Question, Scope } from '../../questions/question.ts'
import { type Range, resolveRange } from '../../range.ts'
import { type Environments, environmentsSchema, observedQuerySchema } from '../../schema/observability.ts'
import { shapeFigures, successRate } from '../../shape-figures.ts'
import { formatTimeText, NS_PER_DAY } from '../../time.ts'
import { QUESTION_PROBLEMS, route } from '../route.ts'
import type { Observed } from './observed.ts'

export const environments = route({
  path: '/api/v1/observability/environments',
  id: 'listEnvironments',
  tag: 'Observability',
  summary: 'Environments and their health',
  parameters: z.strictObject({}),
  query: observedQuerySchema,
  answer: environmentsSchema,
  problems: ['invalid_parameter', ...QUESTION_PROBLEMS],
  handle: async (asked) => {
    const answer = await readEnvironments(asked)
    return { json: answer, identity: withoutMoment(answer) }
  },
})

export async function readEnvironments(asked: Observed): Promise<Environments> {
  const { services } = asked
  const moments = momentsOf(services)
  const range = resolveRange(asked.query, moments.nowMs, '24h')
  const asking = readFigures(asked, range, moments, environmentFigures)
  const weekBefore = { from: range.from - 7n * NS_PER_DAY, to: range.from }
  const week = readFigures(asked, weekBefore, moments, environmentCounts)
  const parts = asking.then(({ rows, source }) => ({
    range,
    source,
    running: rows.reduce((all, { running }) => all + Number(running), 0),
  }))
  const [{ filter, rows }, before, meta] = await Promise.all([asking, week, readMeta(services, moments, parts)])
  const failures = await failuresInARow(asked, filter, rows)
  const all = new Map([...before.rows, ...rows].map((row) => [row.environment, row]))
  const weekOf = new Map(before.rows.map((row) => [row.environment, row]))
  const nowOf = new Map(rows.map((row) => [row.environment, row]))
  const shaped = [...all.keys()].map((name) => shape(name, nowOf.get(name), weekOf.get(name), failures.get(name) ?? 0))
  const place = ({ health }: { health: (typeof HEALTHS)[number] }) => HEALTHS.indexOf(health)
  shaped.sort(
    (a, b) =>
      place(a) - place(b) || b.total_executions - a.total_executions || (a.environment < b.environment ? -1 : 1),
  )
  return { environments: shaped, count: shaped.length, meta }
}

async function readFigures<Row>(
  { query, scope, signal, services }: Observed,
  range: Range,
  { silence }: Moments,
  questionOf: (scope: Scope, filter: FiguresFilter, plan: FiguresPlan) => Question<Row>,
) {
  const plan = await planFigures(services.runner, scope, range, [range.from, range.to], signal)
  const filter: FiguresFilter = { range, kind: query.kind ?? null, environment: query.environment ?? null, silence }
  const rows = await services.runner.ask(questionOf(scope, filter, plan), signal)
  return { filter, rows, source: plan.source }
}

/** Failures since the last success, of those environments whose last word is a failure; the others have none. */
async function failuresInARow(
  { scope, signal, services }: Observed,
  filter: FiguresFilter,
  rows: readonly EnvironmentRow[],
): Promise<Map<string, number>> {
  const beforeAll = filter.range.from - 1n
  const failing = rows
    .map(({ environment, last_success_ns, last_failure_ns }) => ({
      environment,
      sinceNs: last_success_ns === '' ? beforeAll : BigInt(last_success_ns),
      isFailing:
        last_failure_ns !== '' && (last_success_ns === '' || BigInt(last_failure_ns) > BigInt(last_success_ns)),
    }))
    .filter(({ isFailing }) => isFailing)
  if (failing.length === 0) return new Map()
  const counts = await services.runner.ask(failuresSince(scope, filter, failing), signal)
  return new Map(counts.map(({ environment, failures }) => [environment, Number(failures)]))
}

function shape(
  environment: string,
  now: EnvironmentRow | undefined,
  week: EnvironmentCounts | undefined,
  failuresSinceSuccess: number,
): Environments['environments'][number] {
  const figures = shapeFigures(now)
  const weekBefore = week ? successRate(Number(week.success), Number(week.failure)) : null
  const time = (text: string | undefined) => (text === undefined || text === '' ? null : formatTimeText(text))
  return {
    environment,
    health: healthOf({
      total: figures.total_executions,
      failuresSinceSuccess,
      successRate: figures.success_rate,
      weekBefore,
    }),
    ...figures,
    success_rate_week_before: weekBefore,
    active_runs: Number(now?.running ?? 0) + Number(week?.running ?? 0),
    last_seen_at: formatTimeText((now ?? week)?.last_started_ns ?? '0'),
    last_success_at: time(now?.last_success_ns),
    last_failure_at: time(now?.last_failure_ns),
  }
}
