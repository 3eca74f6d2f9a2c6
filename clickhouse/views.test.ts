import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../test/kit/clickhouse.ts'
import { insertSpans, rowsOf, startDatabase, type TestSpan } from '../test/kit/stack-db.ts'
import { readTraceSpans, spanKey } from './read-trace-spans.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

const EPOCH = Date.UTC(2026, 2, 1, 23, 59)
const trace = (number: number) => number.toString(16).padStart(32, '0')
const id = (number: number) => number.toString(16).padStart(16, '0')

/** Over midnight, in two services: two partitions, two ranges of the key. */
function spansOf(tenant: string, traceId: string): TestSpan[] {
  return [
    {
      tenant,
      trace_id: traceId,
      span_id: id(1),
      start: 0,
      end: 120_000,
      role: 'entry',
      execution_kind: 'job',
      workflow_id: 'w',
    },
    {
      tenant,
      trace_id: traceId,
      span_id: id(2),
      parent_span_id: id(1),
      start: 10,
      end: 60,
      role: 'step',
      step_name: 'a',
      status: 'success',
    },
    {
      tenant,
      trace_id: traceId,
      span_id: id(3),
      parent_span_id: id(1),
      start: 90_000,
      end: 90_100,
      role: 'step',
      step_name: 'a',
      status: 'error',
      service: 'other',
    },
    {
      tenant,
      trace_id: traceId,
      span_id: id(4),
      parent_span_id: id(1),
      start: 90_000,
      role: 'step',
      step_name: 'open',
    },
  ]
}

interface Counts {
  spans: string
  arrivals: string
  whereabouts: string
}

async function counts(tenant: string): Promise<Counts> {
  const rows = await rowsOf<Counts>(
    db.client,
    `SELECT (SELECT count() FROM spans WHERE tenant = '${tenant}') AS spans,
       (SELECT count() FROM arrivals WHERE tenant = '${tenant}') AS arrivals,
       (SELECT sum(spans) FROM traces WHERE tenant = '${tenant}') AS whereabouts`,
  )
  return rows[0]!
}

it('takes a batch once, however often its token comes, in the table and in every view', async () => {
  const spans = spansOf('token', trace(1))
  for (let i = 0; i < 3; i++) await insertSpans(db.client, spans, { spanEpochMs: EPOCH, token: 'batch-1' })
  expect(await counts('token')).toEqual({ spans: '4', arrivals: '4', whereabouts: '4' })
})

it('keeps a resent span once and where its trace lies unchanged', async () => {
  const spans = spansOf('resend', trace(2))
  await insertSpans(db.client, spans, { spanEpochMs: EPOCH, token: 'first' })
  await insertSpans(db.client, spans, { spanEpochMs: EPOCH, token: 'second' })
  const rows = await rowsOf(
    db.client,
    `SELECT (SELECT count() FROM spans FINAL WHERE tenant = 'resend') AS spans,
       toUnixTimestamp64Milli(min(first_started_at)) - ${EPOCH} AS first,
       toUnixTimestamp64Milli(max(last_started_at)) - ${EPOCH} AS last,
       arraySort(groupUniqArrayArray(services)) AS services
     FROM traces WHERE tenant = 'resend'`,
  )
  expect(rows).toEqual([{ spans: '4', first: '0', last: '90000', services: ['other', 'test'] }])
})

it('takes a batch that it lost track of in a view when its token comes again', async () => {
  const spans = spansOf('repair', trace(3))
  await db.client.command({ query: 'DETACH TABLE traces_from_spans' })
  await insertSpans(db.client, spans, { spanEpochMs: EPOCH, token: 'torn' })
  await db.client.command({ query: 'ATTACH TABLE traces_from_spans' })
  expect((await counts('repair')).whereabouts).toBe('0')
  await insertSpans(db.client, spans, { spanEpochMs: EPOCH, token: 'torn' })
  expect(await counts('repair')).toEqual({ spans: '4', arrivals: '4', whereabouts: '4' })
})

it('shows a span that was seen open with its end once that arrived', async () => {
  const [, , , open] = spansOf('open', trace(4))
  await insertSpans(db.client, [open!], { spanEpochMs: EPOCH })
  await insertSpans(db.client, [{ ...open!, end: 90_500, status: 'success' }], { spanEpochMs: EPOCH })
  const read = await readTraceSpans(db.client, {
    tenant: 'open',
    traceIds: [trace(4)],
    payloadBytesMax: 10,
    spansMax: 10,
  })
  expect(read.spans.map(({ started_at, ended_at }) => Number(ended_at - started_at) / 1e6)).toEqual([500])
})

it('shows the spans of an arrival no later than the arrival itself', async () => {
  let stop = false
  const writer = (async () => {
    for (let batch = 0; batch < 15; batch++) {
      const spans = Array.from({ length: 50 }, (_, n) => spansOf('visible', trace(1_000 + batch * 50 + n))[1]!)
      await insertSpans(db.client, spans, { spanEpochMs: EPOCH })
    }
    stop = true
  })()
  let arrived: string[] = []
  while (!stop || arrived.length < 750) {
    arrived = (
      await rowsOf<{ id: string }>(
        db.client,
        `SELECT lower(hex(trace_id)) AS id FROM arrivals WHERE tenant = 'visible'`,
      )
    ).map((row) => row.id)
    const [{ n } = { n: '' }] = await rowsOf<{ n: string }>(
      db.client,
      `SELECT uniqExact(trace_id) AS n FROM spans WHERE tenant = 'visible'`,
    )
    expect(Number(n)).toBeGreaterThanOrEqual(arrived.length)
  }
  await writer
  expect(arrived).toHaveLength(750)
})

it('reads the spans of a trace over midnight, over services, entries first', async () => {
  await insertSpans(db.client, spansOf('read', trace(5)), { spanEpochMs: EPOCH })
  const read = await readTraceSpans(db.client, {
    tenant: 'read',
    traceIds: [trace(5), trace(6)],
    payloadBytesMax: 10,
    spansMax: 3,
  })
  expect(read.spans.map(({ span_id }) => span_id)).toEqual([id(1), id(2), id(3)])
  expect(read.truncated).toEqual(new Set([trace(5)]))
})

it('reads inputs just over the cap, and other attributes without them', async () => {
  const [entry] = spansOf('payload', trace(7))
  const attributes = { 'input.value': 'é'.repeat(20), long: 'x'.repeat(2_000), short: 'y' }
  await insertSpans(db.client, [{ ...entry!, attributes, input_key: 'input.value' }], { spanEpochMs: EPOCH })
  const read = await readTraceSpans(db.client, {
    tenant: 'payload',
    traceIds: [trace(7)],
    payloadBytesMax: 10,
    spansMax: 3,
  })
  expect(read.spans[0]!.input).toBe('é'.repeat(7))
  expect(read.spans[0]!.attributes).toEqual({ long: 'x'.repeat(1_024), short: 'y' })
})

it('cuts what is very long before it leaves ClickHouse, to the same', async () => {
  const [entry, step] = spansOf('long', trace(8))
  const attributes = {
    'input.value': 'é'.repeat(40_000),
    long: `${'x'.repeat(1_023)}Ж${'y'.repeat(70_000)}`,
    short: '"\\/\n',
  }
  const cut = { long: `${'x'.repeat(1_023)}\ufffd`, short: '"\\/\n' }
  const rows = [entry!, step!].map((span) => ({ ...span, attributes, input_key: 'input.value' }))
  await insertSpans(db.client, rows, { spanEpochMs: EPOCH })
  for (const payloadBytesMax of [10, 50_000]) {
    const options = { tenant: 'long', traceIds: [trace(8)], payloadBytesMax, spansMax: 3, withAttributes: true }
    const { spans, attributes } = await readTraceSpans(db.client, options)
    expect(spans.map(({ input }) => input)).toEqual(['é'.repeat((payloadBytesMax + 4) / 2), ''])
    expect(spans.map((span) => span.attributes)).toEqual([cut, {}])
    const shown = { 'input.value': 'é'.repeat(512), ...cut }
    expect(spans.map((span) => attributes.get(spanKey(span)))).toEqual([shown, shown])
  }
})

it('finds traces of many separate days in one call', async () => {
  const day = 86_400_000
  const traceIds = Array.from({ length: 10 }, (_, n) => trace(100 + n))
  for (const [n, traceId] of traceIds.entries()) {
    await insertSpans(db.client, spansOf('days', traceId), { spanEpochMs: EPOCH + n * day })
  }
  const read = await readTraceSpans(db.client, { tenant: 'days', traceIds, payloadBytesMax: 10, spansMax: 10 })
  expect(new Set(read.spans.map(({ trace_id }) => trace_id))).toEqual(new Set(traceIds))
  expect(read.spans).toHaveLength(40)
})
