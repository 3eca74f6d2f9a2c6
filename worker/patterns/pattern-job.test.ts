import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { rowsOf, startDatabase } from '../../test/kit/stack-db.ts'
import { PatternJob } from './pattern-job.ts'

const HOUR_S = 3_600
let db: TestClickHouse
let version = 0

/** The hour at hand, once and for all: the test looks at hours well before it. */
const NOW_HOUR = Math.floor(Date.now() / 1000 / HOUR_S) * HOUR_S
const hoursAgo = (hours: number) => NOW_HOUR - hours * HOUR_S

beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

/** @param startS SQL of the start, in seconds, of execution `number` */
async function insert(tenant: string, count: number, startS: string, more: { status?: string; kind?: string } = {}) {
  const { status = 'success', kind = 'workflow' } = more
  await db.client.command({
    query: `INSERT INTO executions (tenant, anchor_at, execution_id, instance, kind, workflow_id, status, started_at, last_seen_at, duration_ms, version)
SELECT '${tenant}', start, concat(toString(start), ' ', toString(number)), '', '${kind}', 'w', '${status}', start, start, 1000, ${++version}
FROM (SELECT number, toDateTime64(${startS}, 6, 'UTC') AS start FROM numbers(${count}))`,
  })
}

/** What the rollup job does to hours that are over, in one statement. @param untilS hours before this */
async function rebuild(tenant: string, untilS = NOW_HOUR): Promise<void> {
  const mine = `WHERE tenant = '${tenant}' AND toStartOfHour(started_at, 'UTC') < toDateTime(${untilS}, 'UTC')`
  await db.client.command({
    query: `INSERT INTO execution_hours_total (tenant, hour, kind, environment, status, executions, durations, duration_ms_sum, generation)
SELECT tenant, toStartOfHour(started_at, 'UTC') AS hour, kind, environment, status, count(), count(duration_ms), sum(ifNull(duration_ms, 0)), ${++version}
FROM executions FINAL ${mine} GROUP BY tenant, hour, kind, environment, status`,
  })
  await db.client.command({
    query: `INSERT INTO dirty_hours (tenant, hour, dirty_at, rebuilt_at)
SELECT DISTINCT tenant, toStartOfHour(started_at, 'UTC'), toDateTime64(0, 6), now64(6) FROM executions ${mine}`,
  })
}

const found = (tenant: string) =>
  rowsOf(
    db.client,
    `SELECT pattern, (${NOW_HOUR} - toUnixTimestamp(started_at)) / 60 AS minutes_ago, executions, expected, basis, reason
FROM execution_patterns FINAL WHERE tenant = '${tenant}' AND started_at < toDateTime(${NOW_HOUR}, 'UTC') ORDER BY started_at, pattern`,
  )

const looks: number[] = []
function job(): PatternJob {
  const observe = { lookedForPatterns: (seconds: number) => looks.push(seconds) }
  // Due at once, each time.
  return new PatternJob({ client: db.client, patternsIntervalMs: 1, observe })
}
/** Until all tenants were looked at. */
async function step(of: PatternJob): Promise<number> {
  for (;;) {
    const pause = await of.step(new AbortController().signal)
    if (pause > 0) return pause
  }
}

/** Twelve an hour, one each five minutes, for forty hours up to an hour ago. */
const STEADY = `${hoursAgo(40)} + number * 300`

it('writes down odd hours and bursts, once, however often it looks, and takes back what was none', async () => {
  await insert('steady', 39 * 12, STEADY)
  // Forty-eight more, four hours ago; twenty of them within two minutes.
  await insert('steady', 28, `${hoursAgo(4)} + 7 + number * 120`)
  await insert('steady', 20, `${hoursAgo(4)} + 1209 + number * 6`)
  // Queries are no part of it.
  await insert('steady', 500, `${hoursAgo(6)} + number`, { kind: 'query' })
  await rebuild('steady')
  const first = job()
  expect(await step(first)).toBe(1)
  const patterns = [
    {
      pattern: 'spike',
      minutes_ago: 240,
      executions: '60',
      expected: 12,
      basis: 'recent',
      // 12 ± 3.5 √12
      reason: '60 executions started; 0 to 24 are usual in an hour',
    },
    {
      pattern: 'burst',
      minutes_ago: 220,
      // From 20:00 to 21:00 nine of them, one of every two minutes and one of every five; then ten.
      executions: '21',
      expected: 0,
      basis: 'minutes',
      reason: '21 executions started in 2 minutes; 0 a minute are usual',
    },
  ]
  expect(await found('steady')).toEqual(patterns)
  expect(await step(first)).toBe(1)
  expect(await step(job())).toBe(1)
  expect(await found('steady')).toEqual(patterns)
  expect(looks.length).toBeGreaterThanOrEqual(3)
  // The burst of the 24 hours that are looked at first lies beyond the three of a later look, and stays.
  await db.client.command({
    query: `INSERT INTO executions (tenant, anchor_at, execution_id, instance, kind, version, is_deleted)
SELECT tenant, anchor_at, execution_id, instance, kind, 1000, 1 FROM executions WHERE tenant = 'steady' AND kind = 'workflow' AND started_at != toStartOfFiveMinutes(started_at)`,
  })
  await rebuild('steady')
  await step(first)
  expect((await found('steady')).map((row) => (row as { pattern: string }).pattern)).toEqual(['burst'])
  await step(job())
  expect(await found('steady')).toEqual([])
})

it('does not take an hour that waits for its rollup for an empty one', async () => {
  await insert('waiting', 39 * 60, `${hoursAgo(40)} + number * 60`)
  // All but the last.
  await rebuild('waiting', hoursAgo(2))
  await step(job())
  expect(await found('waiting')).toEqual([])
  await rebuild('waiting')
  await step(job())
  // The hour before this one is empty indeed.
  expect(await found('waiting')).toMatchObject([
    {
      pattern: 'drop',
      minutes_ago: 60,
      executions: '0',
      reason: '0 executions started; 33 to 87 are usual in an hour',
    },
  ])
})
