import { ARRIVALS, encodeRow, insertRows } from '@runlens/clickhouse'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { insertSpans, rowsOf, startDatabase, zero } from '../../test/kit/stack-db.ts'
import { dropReadArrivals } from './drop-read-arrivals.ts'
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

/** One span for each number, of a trace of that number, in one block that becomes visible now, whenever it says that it came. */
async function arrive(numbers: readonly number[], at: bigint): Promise<void> {
  const nothing = Object.fromEntries(Object.entries(ARRIVALS.columns).map(([name, type]) => [name, zero(type)]))
  await insertRows(db.client, {
    table: ARRIVALS,
    rows: numbers.map((number) =>
      encodeRow(ARRIVALS, { ...nothing, arrived_at: at, tenant: 'default', trace_id: trace(number) }),
    ),
  })
}

/** The tail, and blocks as `time × spans`, the time in seconds from now. */
function tail(from = NOW - 10_000_000n) {
  const log = tailArrivals({ client: db.client, from, overlapMs: 10_000 })
  const poll = async (taking = true) => {
    const blocks = await log.poll()
    if (taking) log.take(blocks)
    return blocks.map(({ arrived_at, spans }) => `${Number(arrived_at - NOW) / 1e6} × ${spans}`)
  }
  /** Every eighth look reaches over the whole overlap. */
  const pollLong = async () => {
    const found: string[] = []
    for (let i = 0; i < 8; i++) found.push(...(await poll()))
    return found
  }
  return { log, poll, pollLong }
}

it('gives each block once, in order', async () => {
  const { poll, pollLong } = tail()
  await arrive([2], NOW)
  await arrive([1, 5], NOW - 1_000_000n)
  expect(await poll()).toEqual(['-1 × 2', '0 × 1'])
  expect(await pollLong()).toEqual([])
  await arrive([3], NOW + 1_000_000n)
  expect(await poll()).toEqual(['1 × 1'])
  expect(await pollLong()).toEqual([])
})

it('gives a block again until it was taken', async () => {
  const { log, poll } = tail()
  await arrive([1], NOW)
  expect(await poll(false)).toEqual(['0 × 1'])
  expect(log.readUpTo).toBe(NOW - 10_000_000n)
  expect(await poll()).toEqual(['0 × 1'])
  expect(await poll()).toEqual([])
  expect(log.readUpTo).toBe(NOW)
})

it('finds a block that became visible late, within the overlap', async () => {
  const { poll, pollLong } = tail()
  await arrive([1], NOW)
  expect(await poll()).toEqual(['0 × 1'])
  await arrive([2], NOW - 9_000_000n)
  expect(await pollLong()).toEqual(['-9 × 1'])
  expect(await pollLong()).toEqual([])
})

it('finds what arrives after the clock was set back, once', async () => {
  const hours = 3_600_000_000n
  const { poll, pollLong } = tail(NOW + 2n * hours)
  await arrive([1], NOW + 2n * hours)
  expect(await poll()).toEqual(['7200 × 1'])
  await arrive([2], BigInt(Date.now()) * 1000n)
  expect(await pollLong()).toHaveLength(1)
  expect(await pollLong()).toEqual([])
})

it('gives a block again when another came in the same microsecond', async () => {
  const { poll, pollLong } = tail()
  await arrive([1], NOW)
  expect(await poll()).toEqual(['0 × 1'])
  await arrive([2], NOW)
  expect(await poll()).toEqual(['0 × 2'])
  expect(await pollLong()).toEqual([])
})

it('catches up with hours of arrivals in pages', async () => {
  const blocks = 50
  const spans = 10_000
  for (let n = 0; n < blocks; n++) {
    await db.client.command({
      query: `INSERT INTO arrivals (arrived_at, tenant, trace_id)
SELECT fromUnixTimestamp64Micro({at:Int64}), 'default', toFixedString(toString(number), 16) FROM numbers({spans:UInt32})`,
      query_params: { at: Number(NOW - BigInt(blocks - n) * 60_000_000n), spans },
    })
  }
  const { log, poll } = tail(NOW - 7_200_000_000n)
  const read: string[] = []
  let pages = 0
  for (let page = await poll(); page.length > 0; page = await poll()) {
    read.push(...page)
    pages++
  }
  expect(read).toEqual(Array.from({ length: blocks }, (_, n) => `${(n - blocks) * 60} × ${spans}`))
  expect(pages).toBeGreaterThan(1)
  expect(log.readUpTo).toBe(NOW - 60_000_000n)
})

it('drops what was read, ten minutes at a time, and keeps what is unread and the hour before it', async () => {
  const hour = 3_600_000_000n
  const hours = async () =>
    (
      await rowsOf<{ h: number }>(
        db.client,
        'SELECT DISTINCT toInt32(intDiv(toUnixTimestamp64Micro(arrived_at), 3600000000)) AS h FROM arrivals ORDER BY h',
      )
    ).map(({ h }) => h - Number(NOW / hour))
  for (const ago of [5n, 3n, 2n, 1n, 0n]) await arrive([1], NOW - ago * hour)
  await arrive([1], NOW - 3n * hour - 660_000_000n)
  expect(await dropReadArrivals(db.client, NOW - 2n * hour)).toBe(2)
  expect(await hours()).toEqual([-3, -2, -1, 0])
  expect(await dropReadArrivals(db.client, 0n)).toBe(0)
})

it('puts the spans into the log again that were received while nobody followed for longer than the log keeps', async () => {
  const received_at = Date.now() - 2 * 86_400_000
  const span = { trace_id: trace(77), span_id: '1'.repeat(16), start: 0, role: 'entry' as const, received_at }
  await insertSpans(db.client, [span], { spanEpochMs: received_at })
  await db.client.command({ query: 'TRUNCATE TABLE arrivals' })
  expect(await announceMissed(db.client, NOW)).toBe(false)
  expect(await rowsOf(db.client, 'SELECT 1 FROM arrivals')).toEqual([])
  expect(await announceMissed(db.client, NOW - 3n * 86_400_000_000n)).toBe(true)
  expect(await rowsOf(db.client, 'SELECT lower(hex(trace_id)) AS id, role FROM arrivals')).toEqual([
    { id: trace(77), role: 'entry' },
  ])
})
