/** Lists are read from candidates of any version. Here nearly every execution was amended, in other parts, and answers follow from the newest alone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExecutionParts, insertExecutions, startApi, type TestApi } from '../../test/kit/api.ts'
import type { TestClickHouse } from '../../test/kit/clickhouse.ts'
import { effort } from '../../test/kit/effort.ts'
import { startDatabase } from '../../test/kit/stack-db.ts'

const NOW = Date.parse('2026-11-20T12:00:00.500Z')
const EXECUTIONS = effort(24, 120)
const ROUNDS = 4
const HOUR_MS = 3_600_000

interface Version {
  execution_id: string
  startedMs: number
  durationMs: number | null
  status: string
  user: string
  deleted: boolean
}

let clickhouse: TestClickHouse
let api: TestApi
/** The newest version of each, and nothing of the deleted. */
let newest: Version[]

/** The same numbers every time. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return Math.floor((state / 0x80000000) * below)
  }
}

const timeText = (ms: number) => new Date(ms).toISOString().replace('T', ' ').slice(0, -1)

beforeAll(async () => {
  clickhouse = await startDatabase()
  // What was amended stays where it was written.
  await clickhouse.client.command({ query: 'SYSTEM STOP MERGES executions' })
  const draw = random(7)
  const known = new Map<string, Version>()
  const anchors = new Map<string, string>()
  for (let round = 1; round <= ROUNDS; round++) {
    const rows: ExecutionParts[] = []
    for (let n = 0; n < EXECUTIONS; n++) {
      if (round > 1 && draw(3) === 0) continue
      const version = drawVersion(`run-${String(n).padStart(3, '0')}`, round, draw)
      known.set(version.execution_id, version)
      const anchor = anchors.get(version.execution_id) ?? timeText(version.startedMs)
      anchors.set(version.execution_id, anchor)
      rows.push(rowOf(version, anchor, round))
    }
    await insertExecutions(clickhouse.client, rows)
  }
  newest = [...known.values()].filter(({ deleted }) => !deleted)
  api = await startApi({ clickhouseUrl: clickhouse.url, now: () => NOW })
})
afterAll(async () => {
  await api?.stop()
  await clickhouse?.stop()
})

/** Starts lie on few minutes, so that many are equal; some versions move by days. */
function drawVersion(execution_id: string, round: number, draw: (below: number) => number): Version {
  const back = draw(4) === 0 ? draw(96) * HOUR_MS : draw(90) * 60_000
  const running = draw(3) === 0
  return {
    execution_id,
    startedMs: NOW - 500 - back,
    durationMs: running ? null : draw(20) * 100,
    status: running ? 'running' : ['success', 'error', 'failed'][draw(3)]!,
    user: `user-${draw(3)}`,
    deleted: round > 1 && draw(8) === 0,
  }
}

function rowOf({ execution_id, startedMs, durationMs, status, user, deleted }: Version, anchor: string, round: number) {
  return {
    execution_id,
    anchor_at: anchor,
    started_at: timeText(startedMs),
    ended_at: durationMs === null ? null : timeText(startedMs + durationMs),
    // Heard of now, whenever it started.
    last_seen_at: timeText(NOW),
    duration_ms: durationMs,
    status,
    user_id: user,
    version: String(round),
    is_deleted: deleted ? 1 : 0,
  } as ExecutionParts
}

interface Order {
  query: string
  value: (version: Version) => number | null
  descending: boolean
}
const ORDERS: Order[] = [
  { query: 'sort=started_at', value: ({ startedMs }) => startedMs, descending: true },
  { query: 'sort=started_at&order=asc', value: ({ startedMs }) => startedMs, descending: false },
  { query: 'sort=duration_ms&time_range=30d', value: ({ durationMs }) => durationMs, descending: true },
  {
    query: 'sort=ended_at',
    value: ({ startedMs, durationMs }) => (durationMs === null ? null : startedMs + durationMs),
    descending: true,
  },
]
const FILTERS: [string, (version: Version) => boolean][] = [
  ['', () => true],
  ['status=error', ({ status }) => status === 'error'],
  ['status=running', ({ status }) => status === 'running'],
  ['user_id=user-1', ({ user }) => user === 'user-1'],
  [
    'user_id=user-1&status=success&status=failed',
    ({ user, status }) => user === 'user-1' && /success|failed/.test(status),
  ],
  [
    'user_id=user-1&from=2026-11-20T11:00:00Z&to=2026-11-20T11:40:00Z',
    ({ user, startedMs }) =>
      user === 'user-1' &&
      startedMs >= Date.parse('2026-11-20T11:00:00Z') &&
      startedMs < Date.parse('2026-11-20T11:40:00Z'),
  ],
  ['min_duration_ms=1000', ({ durationMs }) => (durationMs ?? 0) >= 1000],
  ['q=USER-2', ({ user }) => user === 'user-2'],
  ['from=2026-11-20T11:00:00Z', ({ startedMs }) => startedMs >= Date.parse('2026-11-20T11:00:00Z')],
  ['to=2026-11-20T11:00:00Z', ({ startedMs }) => startedMs < Date.parse('2026-11-20T11:00:00Z')],
]

/** By value, then by id; without a value last, in either order. */
function sorted(versions: readonly Version[], { value, descending }: Order): string[] {
  const sign = descending ? -1 : 1
  return [...versions]
    .sort((a, b) => {
      const [x, y] = [value(a), value(b)]
      if (x === null || y === null) if (x !== y) return x === null ? 1 : -1
      if (x !== null && y !== null && x !== y) return sign * (x - y)
      return sign * (a.execution_id < b.execution_id ? -1 : 1)
    })
    .map(({ execution_id }) => execution_id)
}

async function readPages(query: string, limit: number) {
  const ids: string[] = []
  const totals = new Set<number>()
  const open = new Set<number>()
  let cursor: string | null = null
  do {
    const more = cursor === null ? '' : `&cursor=${cursor}`
    const { status, body } = await api.get(`/api/v1/executions?${query}&limit=${limit}${more}`)
    expect(status).toBe(200)
    ids.push(...body.executions.map(({ execution_id }: { execution_id: string }) => execution_id))
    totals.add(body.total)
    open.add(body.meta.running)
    cursor = body.next_cursor
  } while (cursor !== null)
  return { ids, totals: [...totals], open: [...open] }
}

describe('a list of amended executions', () => {
  it('is about executions of which several versions lie in several parts', async () => {
    const result = await clickhouse.client.query({
      query: `SELECT toUInt32(count()) AS versions, toUInt32(uniqExact(_part)) AS parts,
        toUInt32(uniqExact(execution_id)) AS executions FROM executions`,
      format: 'JSONEachRow',
    })
    const [stored] = await result.json<{ versions: number; parts: number; executions: number }>()
    expect(stored!.executions).toBe(EXECUTIONS)
    expect(stored!.versions).toBeGreaterThan(2.5 * EXECUTIONS)
    expect(stored!.parts).toBeGreaterThanOrEqual(ROUNDS)
    expect(newest.length).toBeLessThan(EXECUTIONS)
  })

  const cases = ORDERS.flatMap((order) => FILTERS.map((filter) => [order.query, filter[0], order, filter[1]] as const))
  it.each(cases.filter(([order, filter]) => !order.includes('time_range') || !/from|to/.test(filter)))(
    'by %s holds what the newest versions say: "%s"',
    async (_, filter, order, keeps) => {
      const expected = sorted(newest.filter(keeps), order)
      const running = newest.filter((version) => keeps(version) && version.status === 'running').length
      const { ids, totals, open } = await readPages(`${order.query}&${filter}`, 13)
      expect(ids).toEqual(expected)
      expect({ totals, open }).toEqual({ totals: [expected.length], open: [running] })
      // Most of what is found does not fit into the first page; all of it fits into the largest.
      for (const limit of [2, 1000]) {
        const { body } = await api.get(`/api/v1/executions?${order.query}&${filter}&limit=${limit}`)
        expect({ total: body.total, running: body.meta.running }).toEqual({ total: expected.length, running })
      }
    },
  )

  // A bound is remembered for pages of about one size, and a range.
  it.each([
    ['that many reach', 1000, 2],
    ['that few reach', 1900, 33],
    ['that none reaches', 1e9, 65],
  ])('by duration is the same with a bound from the rollup %s', async (_, bound, limit) => {
    const page = `/api/v1/executions?sort=duration_ms&time_range=7d&limit=${limit}`
    const expected = sorted(newest, ORDERS[2]!).slice(0, limit)
    await clickhouse.client.command({
      query: `INSERT INTO execution_hours_total (tenant, hour, kind, environment, status, executions, duration_ms_max, generation)
SELECT 'default', toDateTime('2026-11-20 11:00:00') - number * 3600, 'workflow', 'default', 'success', 1, ${bound}, ${bound}
FROM numbers(200)`,
    })
    const { body } = await api.get(page)
    expect(body.executions.map(({ execution_id }: { execution_id: string }) => execution_id)).toEqual(expected)
  })

  it('fills a page although most candidates were replaced', async () => {
    const expected = sorted(newest, ORDERS[0]!)
    expect((await readPages('sort=started_at', 4)).ids).toEqual(expected)
  })

  it("counts what was deleted no longer, nor what became another user's, wherever it stood", async () => {
    const at = (n: number) => timeText(NOW - 3_600_000 - n * 1_000)
    const versionOf = (n: number, version: number, more: Partial<ExecutionParts> = {}) => ({
      ...{ execution_id: `steady-${n}`, anchor_at: at(n), started_at: at(n), ended_at: at(n - 1), user_id: 'steady' },
      version: String(version),
      ...more,
    })
    const listed = async () => {
      const { body } = await api.get('/api/v1/executions?user_id=steady&limit=2')
      return { ids: body.executions.map(({ execution_id }: ExecutionParts) => execution_id), total: body.total }
    }
    const { client } = clickhouse
    await insertExecutions(
      client,
      Array.from({ length: 8 }, (_, n) => versionOf(n, 1)),
    )
    expect(await listed()).toEqual({ ids: ['steady-0', 'steady-1'], total: 8 })
    await insertExecutions(client, [versionOf(5, 2, { is_deleted: 1 })])
    expect(await listed()).toEqual({ ids: ['steady-0', 'steady-1'], total: 7 })
    await insertExecutions(client, [versionOf(6, 2, { user_id: 'other' }), versionOf(0, 2, { is_deleted: 1 })])
    expect(await listed()).toEqual({ ids: ['steady-1', 'steady-2'], total: 5 })
    // Amended so that it stands before all others, and its older version among them.
    await insertExecutions(client, [versionOf(7, 2, { started_at: at(-1), ended_at: at(-2) })])
    expect(await listed()).toEqual({ ids: ['steady-7', 'steady-1'], total: 5 })
  })
})
