import { describe, expect, it } from 'vitest'
import { describeQuestions, HOSTILE, type NamedQuestion } from '../../test/kit/questions.ts'
import { countExecutions, countOpen } from './count-executions.ts'
import { dirtyHours } from './dirty-hours.ts'
import { durationFloor } from './duration-floor.ts'
import type { ExecutionFilter } from './execution-filter.ts'
import { executionLogs } from './execution-logs.ts'
import { findByTerm } from './find-by-term.ts'
import { type CandidateSearch, countVersions, findAll, findAnchors, findCandidates } from './find-candidates.ts'
import { hoursOfPlan } from './hours-of-plan.ts'
import { listExecutions, listFirst } from './list-executions.ts'
import { newestTotals } from './newest-totals.ts'
import { outlineExecutions, readExecutions } from './read-executions.ts'
import { readTrace } from './read-trace.ts'
import { relatedExecutions } from './related-executions.ts'
import { settlingLag } from './settling-lag.ts'
import { stepHistory } from './step-history.ts'
import { usualDurations } from './usual-durations.ts'

const scope = { tenant: 'acme' }
const DAY_NS = 86_400_000_000_000n
const silence = { lostBeforeNs: 3n, heartbeatBeforeNs: 4n }

const everyFilter: ExecutionFilter = {
  equal: {
    provider: HOSTILE,
    instance: HOSTILE,
    workflow_id: HOSTILE,
    workflow_name: HOSTILE,
    environment: HOSTILE,
    service: HOSTILE,
    user_id: HOSTILE,
    conversation_id: HOSTILE,
    database_type: HOSTILE,
    error_type: HOSTILE,
    error_class: HOSTILE,
    error_fingerprint: HOSTILE,
    failed_step: HOSTILE,
    workflow_version: HOSTILE,
    mode: HOSTILE,
    parent_execution_id: HOSTILE,
  },
  status: ['lost', 'running'],
  kind: ['job'],
  min_duration_ms: 1,
  max_duration_ms: 5.5,
  attributes: [{ key: HOSTILE, value: HOSTILE }],
  q: HOSTILE,
  range: { field: 'ended_at', from: 1n, to: 2n },
  silence,
}
const noFilter: ExecutionFilter = {
  equal: {},
  status: null,
  kind: null,
  min_duration_ms: null,
  max_duration_ms: null,
  attributes: [],
  q: null,
  range: { field: 'started_at', from: null, to: null },
  silence,
}
const firstPage: CandidateSearch = { sort: 'started_at', order: 'desc', after: null, windowFromNs: 5n, limit: 202 }
const after = { value: '7', execution_id: HOSTILE, instance: HOSTILE }
const newestFirst = { sort: 'started_at', order: 'desc' } as const
const byDuration = { sort: 'duration_ms', order: 'asc', after } as const
const withoutEnd = { sort: 'ended_at', order: 'desc', after: { ...after, value: null } } as const
const candidate = {
  anchor_us: '1700000000000005',
  execution_id: HOSTILE,
  instance: HOSTILE,
  sort_value: '6',
}
const history = { workflowId: HOSTILE, stepNames: [HOSTILE], from: 1n, to: 2n }
const places = [
  { trace_id: 'ab'.repeat(16), first_started_at: 1n, last_started_at: 2n, services: [HOSTILE], markers: 0 },
]
const relative = {
  execution_id: HOSTILE,
  instance: HOSTILE,
  traces: [HOSTILE],
  parent_execution_id: HOSTILE,
  retry_of: '',
  replay_of: '',
  started_ns: 9n,
}

const QUESTIONS: NamedQuestion[] = [
  ['find-candidates-first-page', findCandidates(scope, noFilter, firstPage)],
  ['find-candidates-every-filter', findCandidates(scope, everyFilter, { ...firstPage, after })],
  ['find-candidates-by-duration', findCandidates(scope, noFilter, { ...byDuration, windowFromNs: null, limit: 7 })],
  ['find-candidates-without-end', findCandidates(scope, noFilter, { ...withoutEnd, windowFromNs: null, limit: 7 })],
  ['find-candidates-told-open', findCandidates(scope, noFilter, { ...firstPage, isToldOpen: true })],
  ['count-versions', countVersions(scope, ['5', '1700000000000006'])],
  ['find-all', findAll(scope, everyFilter, firstPage, 1001)],
  ['find-all-by-duration', findAll(scope, noFilter, byDuration, 7)],
  ['find-by-term', findByTerm(scope, { column: 'user_id', value: HOSTILE }, everyFilter.range, newestFirst, 1001)],
  ['newest-totals', newestTotals(scope, 9n, 500_000)],
  ['find-anchors', findAnchors(scope, everyFilter, 1001)],
  ['list-executions-first-page', listExecutions(scope, noFilter, { ...firstPage, after: null }, [candidate])],
  ['list-executions-every-filter', listExecutions(scope, everyFilter, { ...firstPage, after }, [candidate])],
  ['list-executions-by-duration', listExecutions(scope, noFilter, byDuration, [{ ...candidate, sort_value: '9.5' }])],
  ['list-executions-without-end', listExecutions(scope, noFilter, withoutEnd, [{ ...candidate, sort_value: null }])],
  ['list-first', listFirst(scope, { ...everyFilter, min_duration_ms: 7.5 }, byDuration, 101, ['output'])],
  ['duration-floor', durationFloor(scope, { ...everyFilter, equal: { environment: HOSTILE } }, 202)],
  ['count-executions', countExecutions(scope, everyFilter)],
  ['count-executions-of-a-day', countExecutions(scope, noFilter, { startedFromNs: 5n })],
  ['count-executions-at-anchors', countExecutions(scope, noFilter, { anchors: ['5', '1700000000000006'] })],
  [
    'count-executions-behind',
    countExecutions(scope, noFilter, { anchors: ['5'], behind: { order: firstPage, at: after } }),
  ],
  ['count-open', countOpen(scope, everyFilter)],
  ['count-open-at-anchors', countOpen(scope, noFilter, { anchors: ['5', '1700000000000006'] })],
  ['count-open-behind', countOpen(scope, noFilter, { anchors: ['5'], behind: { order: firstPage, at: after } })],
  ['read-executions', readExecutions(scope, HOSTILE, silence)],
  ['outline-executions', outlineExecutions(scope, HOSTILE, silence)],
  ['related-executions', relatedExecutions(scope, relative, silence)],
  ['usual-durations', usualDurations(scope, { workflowIds: [HOSTILE], fromNs: 5n, toNs: 9n, rawHours: [] })],
  [
    'usual-durations-with-raw-hours',
    usualDurations(scope, { workflowIds: [HOSTILE], fromNs: 5n, toNs: 9n, rawHours: [3600, 7200] }),
  ],
  [
    'usual-durations-by-day',
    usualDurations(scope, { workflowIds: [HOSTILE], fromNs: 5n, toNs: 7n * DAY_NS, rawHours: [90_000] }),
  ],
  [
    'execution-logs',
    executionLogs(scope, { traces: ['ab'.repeat(16)], from: 1n, to: 2n, after: null, spans: null }, 101),
  ],
  [
    'execution-logs-next-page',
    executionLogs(scope, { traces: [], from: 1n, to: 2n, after: { time_ns: '7', hash: '8' }, spans: [HOSTILE] }, 101),
  ],
  ['dirty-hours', dirtyHours(scope, 1n, 2n)],
  ['hours-of-plan', hoursOfPlan(scope, 1n, 2n)],
  ['read-trace', readTrace(scope, places, 10)],
  ['step-history', stepHistory(scope, { ...history, rawHours: [] })],
  ['step-history-by-day', stepHistory(scope, { ...history, to: 7n * DAY_NS, rawHours: [90_000] })],
  ['step-history-with-raw-hours', stepHistory(scope, { ...history, rawHours: [3600, 7200, 14_400] })],
]

describeQuestions(import.meta.url, QUESTIONS)

it('asks about settling for the system, not for a tenant', () => {
  expect(settlingLag().sql).not.toContain('tenant')
})

describe('for one owner', () => {
  const owned = { tenant: 'acme', owner: HOSTILE }

  it('takes only rows of that user, wherever rows have one', () => {
    for (const { sql, params } of [
      findCandidates(owned, noFilter, firstPage),
      countVersions(owned, ['5']),
      findAll(owned, noFilter, firstPage, 1001),
      listExecutions(owned, noFilter, { ...firstPage, after: null }, [candidate]),
      countExecutions(owned, noFilter),
      countOpen(owned, noFilter),
      readExecutions(owned, 'x', silence),
      outlineExecutions(owned, 'x', silence),
      relatedExecutions(owned, relative, silence),
    ]) {
      const tables = sql.match(/FROM executions/g)?.length
      expect(tables).toBeGreaterThan(0)
      expect(sql.match(/AND user_id = \{owner:String\}/g)).toHaveLength(tables ?? 0)
      expect(params.owner).toBe(HOSTILE)
    }
  })

  it('takes rows of nobody too where these are shared', () => {
    const { sql } = countExecutions({ ...owned, unowned: 'shared' }, noFilter)
    expect(sql).toContain("AND user_id IN ({owner:String}, '')")
  })
})
