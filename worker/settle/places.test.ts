import { settle } from '@runlens/mapping'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { insertSpans, rowsOf, startDatabase, type TestSpan } from '../../test/kit/stack-db.ts'
import { keyText } from './execution-key.ts'
import { readPlaces, writePlaces } from './locator.ts'
import { type SettleReport, type SettleTracesOptions, settleTraces } from './settle-traces.ts'

let db: TestClickHouse
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db?.stop())

const EPOCH = Date.now() - 3_600_000
const trace = (number: number) => number.toString(16).padStart(32, '0')
const tenantOf = (name: string): string => `${name}-${Math.random().toString(36).slice(2)}`

const ENTRY: TestSpan = {
  trace_id: trace(1),
  span_id: '1'.repeat(16),
  start: 0,
  end: 1_000,
  role: 'entry',
  execution_kind: 'workflow',
  execution_id: 'order-7',
  workflow_id: 'order',
  status: 'success',
}
const OTHER: TestSpan = { ...ENTRY, trace_id: trace(2), span_id: '2'.repeat(16), execution_id: '', workflow_id: 'mail' }

async function insert(tenant: string, spans: readonly TestSpan[]): Promise<void> {
  await insertSpans(
    db.client,
    spans.map((span) => ({ ...span, tenant })),
    { spanEpochMs: EPOCH },
  )
}

function settleAll(
  tenant: string,
  traceIds: readonly string[],
  more: Partial<SettleTracesOptions> = {},
): Promise<SettleReport> {
  return settleTraces({
    client: db.client,
    settle,
    tenant,
    traces: traceIds.map((trace_id) => ({ trace_id, ranges: [] })),
    spansPerTraceMax: 1_000,
    candidateTimeoutMs: 30_000,
    payloadBytesMax: 1_024,
    now: Date.now,
    persist: (write) => write(),
    onFault: (_, error) => {
      throw error
    },
    ...more,
  })
}

it('agrees with another worker that chose another place in the same moment', async () => {
  const tenant = tenantOf('race')
  await insert(tenant, [ENTRY])
  await settleAll(tenant, [trace(1)])
  const key = { execution_id: 'order-7', instance: '' }
  const mine = (await readPlaces(db.client, tenant, [key])).values().next().value!.anchors[0]!
  const theirs = mine - 60_000_000n
  await writePlaces(db.client, tenant, [{ ...key, trace_id: trace(1), anchor: theirs }])
  await settleAll(tenant, [trace(1)])
  const rows = await rowsOf<{ anchor: string }>(
    db.client,
    `SELECT toString(toUnixTimestamp64Micro(anchor_at)) AS anchor FROM executions FINAL WHERE tenant = '${tenant}'`,
  )
  expect(rows).toEqual([{ anchor: theirs.toString() }])
})

it('moves what it wrote to the place that another worker chose between its look and its own choice, and settles both traces again', async () => {
  const tenant = tenantOf('between')
  await insert(tenant, [ENTRY])
  const key = { execution_id: 'order-7', instance: '' }
  const theirs = BigInt(EPOCH - 60_000) * 1_000n
  let isFirst = true
  const report = await settleAll(tenant, [trace(1)], {
    persist: async (write) => {
      if (isFirst) await writePlaces(db.client, tenant, [{ ...key, trace_id: trace(5), anchor: theirs }])
      isFirst = false
      await write()
    },
  })
  const rows = await rowsOf<{ anchor: string; is_deleted: number }>(
    db.client,
    `SELECT toString(toUnixTimestamp64Micro(anchor_at)) AS anchor, argMax(is_deleted, version) AS is_deleted
FROM executions WHERE tenant = '${tenant}' GROUP BY anchor_at ORDER BY anchor_at`,
  )
  expect(rows).toEqual([
    { anchor: theirs.toString(), is_deleted: 0 },
    { anchor: (BigInt(EPOCH + ENTRY.start) * 1_000n).toString(), is_deleted: 1 },
  ])
  expect([...report.settleAgainAtMs.keys()]).toEqual([trace(1)])
})

it('takes places that were looked for already as they were found, and looks for others', async () => {
  const tenant = tenantOf('looked-up')
  await insert(tenant, [ENTRY, OTHER])
  const place = { anchors: [BigInt(EPOCH) * 1_000n - 7n], traces: [trace(1)], more: false }
  const lookedUp = {
    ids: new Set(['order-7']),
    places: new Map([[keyText({ execution_id: 'order-7', instance: '' }), place]]),
  }
  await settleAll(tenant, [trace(1), trace(2)], { lookedUp })
  const rows = await rowsOf<{ anchor: string }>(
    db.client,
    `SELECT toString(toUnixTimestamp64Micro(anchor_at)) AS anchor FROM executions FINAL WHERE tenant = '${tenant}' AND execution_id = 'order-7'`,
  )
  expect(rows).toEqual([{ anchor: place.anchors[0]!.toString() }])
  const all = await rowsOf<{ execution_id: string }>(
    db.client,
    `SELECT execution_id FROM executions FINAL WHERE tenant = '${tenant}' ORDER BY execution_id`,
  )
  expect(all.map(({ execution_id }) => execution_id)).toEqual([trace(2), 'order-7'])
})
