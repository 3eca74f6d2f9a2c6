/** One figure is the same in every view. A view that is to be held to it too comes into `test/kit/one-figure.ts`. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ExecutionParts, insertExecutions, startApi, type TestApi } from '../test/kit/api.ts'
import type { TestClickHouse } from '../test/kit/clickhouse.ts'
import { effort } from '../test/kit/effort.ts'
import {
  averageOf,
  type CommonFigures,
  type FigureQuestion,
  percentileOf,
  rateOf,
  VIEWS,
} from '../test/kit/one-figure.ts'
import { rebuildHours } from '../test/kit/rollups.ts'
import { startDatabase } from '../test/kit/stack-db.ts'

const NOW = Date.parse('2026-11-20T12:00:00.500Z')
const HOUR_MS = 3_600_000
/** Each try has a month of its own, so that nothing need be cleared. */
const MONTH_MS = 30 * 24 * HOUR_MS
const ENVIRONMENTS = ['default', 'production', 'staging']
/** A workflow is of one kind. */
const KINDS = { flow: 'workflow', bot: 'agent', lookup: 'query' } as const
const WORKFLOWS = Object.keys(KINDS) as (keyof typeof KINDS)[]

let clickhouse: TestClickHouse
let api: TestApi
beforeAll(async () => {
  clickhouse = await startDatabase()
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => NOW })
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
})

/** `silent` is stored as running, and lost. */
const statuses = [
  'success',
  'success',
  'success',
  'failed',
  'error',
  'timeout',
  'partial',
  'running',
  'silent',
  'waiting',
]
const executions = fc.array(
  fc.record({
    // Few hours, so that few rollups are built.
    hour: fc.constantFrom(0, 1, 17, 40, 41, 90),
    second: fc.integer({ min: 0, max: 3_599 }),
    status: fc.constantFrom(...statuses),
    duration: fc.option(fc.double({ min: 0.5, max: 1e6, noNaN: true }), { freq: 8 }),
    workflow: fc.constantFrom(...WORKFLOWS),
    environment: fc.constantFrom(...ENVIRONMENTS),
  }),
  { minLength: 5, maxLength: 60 },
)
const filters = fc.record(
  { environment: fc.constantFrom(...ENVIRONMENTS), workflow_id: fc.constantFrom(...WORKFLOWS) },
  { requiredKeys: [] },
)
/** Seconds after the start of the data: within a day and over several. */
const ranges = fc.record({
  from: fc.integer({ min: -7_200, max: 7_200 }),
  short: fc.integer({ min: 3_600, max: 86_400 }),
  long: fc.integer({ min: 90_000, max: 400_000 }),
})

type Generated = typeof executions extends fc.Arbitrary<infer T> ? T : never
const time = (ms: number) => new Date(ms).toISOString()
const isOpen = (status: string) => ['running', 'waiting', 'silent'].includes(status)

/** Some views tell a duration as stored, others by start and end. */
function timesOf(startMs: number, duration: number | null) {
  const cell = (ns: bigint) =>
    `${time(Number(ns / 1_000_000n))
      .slice(0, 19)
      .replace('T', ' ')}.${String(ns % 1_000_000_000n).padStart(9, '0')}`
  const start = BigInt(startMs) * 1_000_000n
  const ended = duration === null ? null : start + BigInt(Math.round(duration * 1e6))
  return { started_at: cell(start), ended_at: ended === null ? null : cell(ended), duration_ms: duration }
}

function rowsOf(base: number, generated: Generated): ExecutionParts[] {
  return generated.map(({ hour, second, status, duration, workflow, environment }, n) => ({
    execution_id: `${base}-${n}`,
    ...timesOf(base + hour * HOUR_MS + second * 1000, isOpen(status) ? null : duration),
    status: status === 'silent' ? 'running' : status,
    last_seen_at: status === 'silent' ? time(base).replace('T', ' ').slice(0, 23) : '2026-11-20 11:59:59.000',
    workflow_id: workflow,
    workflow_name: workflow,
    kind: KINDS[workflow],
    environment,
  }))
}

/** By the rules of the API, from what was generated. */
function expected(base: number, generated: Generated, question: FigureQuestion): Required<CommonFigures> {
  const [from, to] = [Date.parse(question.from), Date.parse(question.to)]
  const matching = generated.filter(({ hour, second, workflow, environment }) => {
    const start = base + hour * HOUR_MS + second * 1000
    return (
      start >= from &&
      start < to &&
      (question.workflow_id ?? workflow) === workflow &&
      (question.environment ?? environment) === environment
    )
  })
  const final = matching.filter(({ status }) => status !== 'running' && status !== 'waiting')
  const success = final.filter(({ status }) => status === 'success').length
  const durations = final.flatMap(({ status, duration }) =>
    status === 'silent' || duration === null ? [] : [duration],
  )
  return {
    total: matching.length,
    success_rate: rateOf(success, final.length - success),
    avg: averageOf(durations),
    p95: percentileOf(durations, 0.95),
    isRolled: false,
  }
}

function check(view: string, question: FigureQuestion, told: CommonFigures, wanted: Required<CommonFigures>): void {
  const where = `${view} ${JSON.stringify(question)}`
  for (const name of ['total', 'success_rate', 'avg', 'p95'] as const) {
    const [value, right] = [told[name], wanted[name]]
    if (value === undefined) continue
    if (value === null || right === null) {
      expect([where, name, value]).toEqual([where, name, right])
    } else if (name === 'total' || name === 'success_rate') {
      expect([where, name, value]).toEqual([where, name, right])
    } else {
      const share = name === 'p95' && told.isRolled ? 0.011 : 0.000_001
      expect(Math.abs(value - right), `${where} ${name}: ${value}, not ${right}`).toBeLessThanOrEqual(
        right * share + 0.001,
      )
    }
  }
}

it('is the same in every view, over raw rows and over rollups', async () => {
  let tries = 0
  await fc.assert(
    fc.asyncProperty(executions, filters, ranges, async (generated, filter, { from, short, long }) => {
      tries += 1
      const base = Math.floor((NOW - tries * MONTH_MS) / HOUR_MS) * HOUR_MS
      await insertExecutions(clickhouse.client, rowsOf(base, generated))
      await rebuildHours(clickhouse.client, NOW)
      for (const length of [short, long]) {
        const start = base + from * 1000
        const question = { from: time(start), to: time(start + length * 1000), kind: Object.values(KINDS), ...filter }
        const wanted = expected(base, generated, question)
        const told = await Promise.all(VIEWS.map(({ ask }) => ask(api, question)))
        told.forEach((figures, n) => {
          if (figures) check(VIEWS[n]!.name, question, figures, wanted)
        })
      }
    }),
    // Shrinking would take minutes and tell little more: the question and the view are in the message.
    { numRuns: effort(2, 12), endOnFailure: true },
  )
})
