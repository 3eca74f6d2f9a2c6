import { afterAll, beforeAll, expect, it } from 'vitest'
import { insertExecutions } from '../../../test/kit/api.ts'
import type { TestClickHouse } from '../../../test/kit/clickhouse.ts'
import { startDatabase } from '../../../test/kit/stack-db.ts'
import { type SuccessSample, successTraits } from './error-traits.ts'

let clickhouse: TestClickHouse
beforeAll(async () => {
  clickhouse = await startDatabase()
  // One every two minutes of a day; each of its hours tells its number.
  await insertExecutions(
    clickhouse.client,
    Array.from({ length: 720 }, (_, n) => {
      const [hour, minute] = [Math.floor(n / 30), (n % 30) * 2].map((part) => String(part).padStart(2, '0'))
      const started_at = `2026-11-20 ${hour}:${minute}:30`
      return { execution_id: `run-${n}`, started_at, workflow_id: 'w', attributes: { hour: hour! } }
    }),
  )
})
afterAll(() => clickhouse?.stop())

const range = {
  from: BigInt(Date.parse('2026-11-20Z')) * 1_000_000n,
  to: BigInt(Date.parse('2026-11-21Z')) * 1_000_000n,
}
const silence = { lostBeforeNs: 0n, heartbeatBeforeNs: 0n }
const filter = { range, kind: 'all', environment: null, workflowId: null, fingerprints: null, silence } as const

async function sampled(sample: Omit<SuccessSample, 'workflowIds'>): Promise<Map<string, number>> {
  const hours = Array.from({ length: 24 }, (_, hour) => `attr.hour\u001f${String(hour).padStart(2, '0')}`)
  const { sql, params } = successTraits({ tenant: 'default' }, filter, { ...sample, workflowIds: ['w'] }, [
    '',
    ...hours,
  ])
  const result = await clickhouse.client.query({ query: sql, query_params: params, format: 'JSONEachRow' })
  const rows = await result.json<{ trait: string; executions: string }>()
  return new Map(rows.map(({ trait, executions }) => [trait.slice(trait.indexOf('\u001f') + 1), Number(executions)]))
}

it('looks at an equal slice of every part of the range', async () => {
  const counts = await sampled({ oneIn: 10, by: 'slice', executions: 3_000 })
  // The middle six minutes of each hour.
  expect(counts.get('')).toBe(24 * 3)
  expect([...counts].filter(([hour]) => hour !== '').map(([, n]) => n)).toEqual(Array(24).fill(3))
})

it('looks at all by slices as long as their parts', async () => {
  expect((await sampled({ oneIn: 1, by: 'slice', executions: 3_000 })).get('')).toBe(720)
})

it('looks at some by id, and at no more than so many', async () => {
  const some = (await sampled({ oneIn: 3, by: 'id', executions: 3_000 })).get('')!
  expect([some > 0, some < 720]).toEqual([true, true])
  expect((await sampled({ oneIn: 1, by: 'id', executions: 50 })).get('')).toBe(50)
})
