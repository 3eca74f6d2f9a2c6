import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../test/kit/clickhouse.ts'
import { startDatabase } from '../test/kit/stack-db.ts'
import { plainFilter } from './filter-of-query.ts'
import { createMetrics } from './metrics.ts'
import { silenceAt } from './questions/status.ts'
import { readPage } from './read-page.ts'
import { createRunner, type Runner } from './run.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const SLOWEST = { sort: 'duration_ms', order: 'desc', after: null } as const
/** More than are read at once. */
const EQUALLY_SLOW = 450_000

let clickhouse: TestClickHouse
beforeAll(async () => {
  clickhouse = await startDatabase()
  await insert('spread', 300, 'number')
  await insert('alike', EQUALLY_SLOW, '30000')
})
afterAll(() => clickhouse?.stop())

/** Executions of such durations, a second apart, and what the rollup would know of them. */
async function insert(tenant: string, executions: number, duration: string): Promise<void> {
  const start = `toDateTime64('2026-11-10 00:00:00', 9, 'UTC') + toIntervalSecond(number)`
  await clickhouse.client.command({
    query: `INSERT INTO executions (tenant, anchor_at, execution_id, started_at, ended_at, duration_ms, status, version)
SELECT '${tenant}', ${start}, toString(1000000 + number), ${start}, ${start}, ${duration}, 'success', 1 FROM numbers(${executions})`,
    clickhouse_settings: { max_partitions_per_insert_block: '0' },
  })
  await clickhouse.client.command({
    query: `INSERT INTO execution_hours_total (tenant, hour, kind, environment, status, executions, duration_ms_max, generation)
SELECT '${tenant}', toDateTime('2026-11-10 00:00:00') + number * 3600, 'workflow', 'default', 'success', 1, ${duration}, 1 FROM numbers(100, 200)`,
  })
}

function reading(tenant: string) {
  const { ask, ...others } = createRunner({
    client: clickhouse.client,
    queriesMax: 2,
    queryTimeoutMs: 60_000,
    cacheMs: 0,
    observe: createMetrics(),
  })
  const asked: string[] = []
  const runner: Runner = {
    ...others,
    ask: (question, signal) => {
      asked.push(question.name)
      return ask(question, signal)
    },
  }
  const reader = {
    runner,
    scope: { tenant },
    filter: plainFilter(silenceAt(NOW, 86_400_000)),
    nowNs: BigInt(NOW) * 1_000_000n,
    signal: new AbortController().signal,
  }
  return async (wanted: number) => {
    const rows = await readPage(reader, SLOWEST, wanted)
    return { ids: rows.map(({ execution_id }) => Number(execution_id) - 1_000_000), asked: asked.splice(0) }
  }
}

const down = (from: number, count: number) => Array.from({ length: count }, (_, n) => from - n)

it('reads the page by one statement, once the bound is known', async () => {
  const read = reading('spread')
  expect(await read(20)).toEqual({ ids: down(299, 20), asked: ['duration-floor', 'list-first'] })
  expect(await read(21)).toEqual({ ids: down(299, 21), asked: ['list-first'] })
})

it('reads it by its candidates, and does not try again, where too many are as slow', async () => {
  const read = reading('alike')
  const last = EQUALLY_SLOW - 1
  const byCandidates = ['find-candidates', 'list-executions']
  expect(await read(20)).toEqual({ ids: down(last, 20), asked: ['duration-floor', 'list-first', ...byCandidates] })
  expect(await read(20)).toEqual({ ids: down(last, 20), asked: byCandidates })
})

it('reads it by its candidates where fewer are that slow than the rollup says', async () => {
  await clickhouse.client.command({
    query: `INSERT INTO execution_hours_total (tenant, hour, kind, environment, status, executions, duration_ms_max, generation)
SELECT 'spread', toDateTime('2026-10-10 00:00:00') + number * 3600, 'workflow', 'default', 'success', 1, 1e9, 1 FROM numbers(200)`,
  })
  const read = reading('spread')
  const { ids, asked } = await read(20)
  expect(ids).toEqual(down(299, 20))
  expect(asked.slice(0, 2)).toEqual(['duration-floor', 'list-first'])
  expect((await read(20)).asked).not.toContain('list-first')
})
