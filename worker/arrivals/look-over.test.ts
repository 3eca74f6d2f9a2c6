import { type SettleSpan, settle } from '@runlens/mapping'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { insertSpans, rowsOf, startDatabase, type TestSpan } from '../../test/kit/stack-db.ts'
import { lookOver } from './look-over.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

const EPOCH = Date.now() - 3_600_000
const WHOLE = 'aa'.repeat(16)
const LATE = 'bb'.repeat(16)
const KNOWN = 'cc'.repeat(16)
const ROOTLESS = 'dd'.repeat(16)

const root = (trace_id: string, more: Partial<TestSpan> = {}): TestSpan => ({
  trace_id,
  span_id: '1'.repeat(16),
  start: 10,
  end: 20,
  role: 'entry',
  ...more,
})
const child = (trace_id: string, more: Partial<TestSpan> = {}): TestSpan => ({
  ...root(trace_id),
  span_id: '2'.repeat(16),
  parent_span_id: '1'.repeat(16),
  start: 12,
  role: 'step',
  service: 'other',
  ...more,
})

const settleNow = (spans: SettleSpan[]) =>
  settle(spans, { now_ms: EPOCH, candidate_timeout_ms: 0, payload_bytes_max: 100 })

async function times(): Promise<bigint[]> {
  const rows = await rowsOf<{ t: string }>(
    db.client,
    'SELECT DISTINCT toString(toUnixTimestamp64Micro(arrived_at)) AS t FROM arrivals ORDER BY t',
  )
  return rows.map(({ t }) => BigInt(t))
}

it('tells of each trace what the blocks brought, and what the database knows of it', async () => {
  await insertSpans(db.client, [child(LATE)], { spanEpochMs: EPOCH })
  await db.client.command({
    query: `INSERT INTO execution_locator (tenant, execution_id, instance, trace_id, anchor_at, anchors)
VALUES ('default', 'id', '', unhex('${KNOWN}'), now64(6), [now64(6)])`,
  })
  const [before] = await times()
  const other = root(WHOLE, { tenant: 'other' })
  const spans = [root(WHOLE), child(WHOLE), other, root(LATE), root(KNOWN), child(ROOTLESS)]
  await insertSpans(db.client, spans, { spanEpochMs: EPOCH })
  const blocks = (await times()).filter((time) => time !== before)

  const looked = await lookOver({
    client: db.client,
    blocks,
    payloadBytesMax: 100,
    bytesMax: 1_000_000,
    settle: settleNow,
  })

  const { simple, lookedUp } = looked!
  // Whatever is simple tells the same, should it have to be settled with others.
  const arrivals = [...looked!.arrivals, ...simple.map(({ arrival }) => arrival())]
  expect(simple.map(({ tenant, trace_id }) => [tenant, trace_id]).sort()).toEqual([
    ['default', WHOLE],
    ['other', WHOLE],
  ])
  const told = arrivals.map(({ tenant, trace_id, spans, stored, isNew }) => [tenant, trace_id, spans, stored, isNew])
  expect(told.sort()).toEqual([
    ['default', WHOLE, 2, 2, true],
    ['default', LATE, 1, 2, true],
    ['default', KNOWN, 1, 1, false],
    // Without a root nothing is asked: it waits for one anyway.
    ['default', ROOTLESS, 1, 0, true],
    ['other', WHOLE, 1, 1, true],
  ])
  expect([...lookedUp.get('default')!.ids].sort()).toEqual([WHOLE, LATE, KNOWN].sort())
  expect(lookedUp.get('other')).toEqual({ ids: new Set([WHOLE]), places: new Map() })
  const whole = arrivals.find(({ tenant, trace_id }) => tenant === 'default' && trace_id === WHOLE)!
  const start = BigInt(EPOCH) * 1_000_000n
  expect(whole).toMatchObject({
    arrived_at: blocks[0],
    blocks,
    range: { first_started_at: start + 10_000_000n, last_started_at: start + 12_000_000n },
  })
  expect([...whole.range.services].sort()).toEqual(['other', 'test'])
  const late = arrivals.find(({ trace_id }) => trace_id === LATE)!
  expect(late.read).toBeUndefined()
  expect(arrivals.find(({ trace_id }) => trace_id === ROOTLESS)!.read).toBeUndefined()
})

it('makes ready what is not simple: its spans, and what follows from them', async () => {
  const tenant = 'failed'
  const known = await times()
  const failed = child(WHOLE, { tenant, status: 'error' })
  await insertSpans(db.client, [root(WHOLE, { tenant }), failed], { spanEpochMs: EPOCH })
  const blocks = (await times()).filter((time) => !known.includes(time))
  const looked = await lookOver({
    client: db.client,
    blocks,
    payloadBytesMax: 100,
    bytesMax: 1_000_000,
    settle: settleNow,
  })
  expect(looked!.simple).toEqual([])
  const [{ read } = { read: undefined }] = looked!.arrivals
  expect(read?.spans.map(({ span_id }) => span_id).sort()).toEqual(['1'.repeat(16), '2'.repeat(16)])
  expect(read?.settled?.executions.map(({ execution_id }) => execution_id)).toEqual([WHOLE])
})

it('gives up beyond a number of bytes', async () => {
  const blocks = await times()
  const bounded = { client: db.client, blocks, payloadBytesMax: 100, bytesMax: 10, settle: settleNow }
  expect(await lookOver(bounded)).toBeUndefined()
})
