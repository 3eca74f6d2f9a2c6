import { ARRIVALS, encodeRow, insertRows } from '@runlens/clickhouse'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { insertSpans, rowsOf, startDatabase } from '../../test/kit/stack-db.ts'
import { announceMissed } from './missed-arrivals.ts'
import { tailArrivals } from './tail-arrivals.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())
beforeEach(async () => {
  await db.client.command({ query: 'TRUNCATE TABLE arrivals' })
})

const NOW = BigInt(Date.now()) * 1000n
const trace = (number: number) => number.toString(16).padStart(32, '0')

/** Arrivals that become visible now, whatever they say of when they came. */
async function arrive(numbers: readonly number[], at: bigint): Promise<void> {
  await insertRows(db.client, {
    table: ARRIVALS,
    rows: numbers.map((number) =>
      encodeRow(ARRIVALS, {
        arrived_at: at,
        tenant: 'default',
        trace_id: trace(number),
        spans: 1,
        first_started_at: at * 1000n,
        last_started_at: at * 1000n,
        services: ['s'],
      }),
    ),
  })
}

function tail(from = NOW - 10_000_000n) {
  const log = tailArrivals({ client: db.client, from, overlapMs: 10_000 })
  return { log, poll: async () => (await log.poll()).map(({ trace_id }) => Number.parseInt(trace_id, 16)) }
}

it('gives each arrival once, in order', async () => {
  const { poll } = tail()
  await arrive([2], NOW)
  await arrive([1], NOW - 1_000_000n)
  expect(await poll()).toEqual([1, 2])
  expect(await poll()).toEqual([])
  await arrive([3], NOW + 1_000_000n)
  expect(await poll()).toEqual([3])
  expect(await poll()).toEqual([])
})

it('finds an arrival that became visible late, within the overlap', async () => {
  const { poll } = tail()
  await arrive([1], NOW)
  expect(await poll()).toEqual([1])
  await arrive([2], NOW - 9_000_000n)
  expect(await poll()).toEqual([2])
  expect(await poll()).toEqual([])
})

it('reads a tenth of a second again when something was added to it', async () => {
  const { poll } = tail()
  const slot = (NOW / 100_000n) * 100_000n
  await arrive([1], slot)
  expect(await poll()).toEqual([1])
  await arrive([2], slot + 5n)
  expect(await poll()).toEqual([1, 2])
  expect(await poll()).toEqual([])
})

it('catches up with hours of arrivals in pages', async () => {
  const traces = 5_000
  for (let first = 0; first < traces; first += 500) {
    for (let n = first; n < first + 500; n += 250) {
      const numbers = Array.from({ length: 250 }, (_, k) => n + k)
      await insertRows(db.client, {
        table: ARRIVALS,
        rows: numbers.map((number) => {
          const at = NOW - 7_200_000_000n + BigInt(number) * 1_000_000n
          const times = { arrived_at: at, first_started_at: at * 1000n, last_started_at: at * 1000n }
          return encodeRow(ARRIVALS, { ...times, tenant: 'default', trace_id: trace(number), spans: 1, services: [] })
        }),
      })
    }
  }
  const { log, poll } = tail(NOW - 7_200_000_000n)
  const read: number[] = []
  let pages = 0
  for (let page = await poll(); page.length > 0; page = await poll()) {
    read.push(...page)
    pages++
  }
  expect(read).toEqual(Array.from({ length: traces }, (_, n) => n))
  expect(pages).toBeGreaterThan(1)
  expect(log.readUpTo).toBe(((NOW - 7_200_000_000n + BigInt(traces - 1) * 1_000_000n) / 100_000n) * 100_000n)
}, 60_000)

it('names the traces again that were received while nobody followed for longer than the log keeps', async () => {
  const received_at = Date.now() - 2 * 86_400_000
  const span = { trace_id: trace(77), span_id: '1'.repeat(16), start: 0, role: 'entry' as const, received_at }
  await insertSpans(db.client, [span], { spanEpochMs: received_at })
  await db.client.command({ query: 'TRUNCATE TABLE arrivals' })
  expect(await announceMissed(db.client, NOW)).toBe(false)
  expect(await rowsOf(db.client, 'SELECT 1 FROM arrivals')).toEqual([])
  expect(await announceMissed(db.client, NOW - 3n * 86_400_000_000n)).toBe(true)
  expect(await rowsOf(db.client, 'SELECT lower(hex(trace_id)) AS id, spans FROM arrivals')).toEqual([
    { id: trace(77), spans: 1 },
  ])
})
