import { describe, expect, it } from 'vitest'
import { plainFilter } from './filter-of-query.ts'
import { cutHours, planFigures, planMatching } from './plan-figures.ts'
import type { ExecutionFilter } from './questions/execution-filter.ts'
import type { Runner } from './run.ts'
import { NS_PER_SECOND, parseTime } from './time.ts'

const seconds = (text: string) => Number(parseTime(text) / NS_PER_SECOND)

describe('hours that an edge cuts', () => {
  it('are none where every edge is a whole hour', () => {
    expect(cutHours([parseTime('2026-10-01T10:00:00Z'), parseTime('2026-11-01T00:00:00Z')])).toEqual([])
  })

  it('are the ones around the edges', () => {
    expect(cutHours([parseTime('2026-10-01T10:30:00Z'), parseTime('2026-11-01T00:00:01Z')])).toEqual([
      seconds('2026-10-01T10:00:00Z'),
      seconds('2026-11-01T00:00:00Z'),
    ])
  })

  it('are none where rollups have no hours: before 1970 and after 2106', () => {
    expect(cutHours([parseTime('1969-12-31T23:30:00Z'), parseTime('2106-02-07T07:30:00Z')])).toEqual([])
    expect(cutHours([parseTime('1970-01-01T00:30:00Z'), parseTime('2106-02-07T06:10:00Z')])).toEqual([
      0,
      seconds('2106-02-07T06:00:00Z'),
    ])
  })
})

describe('a plan', () => {
  const range = { from: parseTime('2026-10-01T00:00:00Z'), to: parseTime('2026-10-11T00:00:00Z') }
  const edges = [range.from, range.to]
  const { signal } = new AbortController()
  const [dirty, open] = [seconds('2026-10-10T23:00:00Z'), seconds('2026-10-03T04:00:00Z')]
  /** Knows of an hour that waits to be rebuilt, and of two with open executions, of which it is one. */
  const hours = [
    { hour: dirty, is_open: 0 },
    { hour: dirty, is_open: 1 },
    { hour: open, is_open: 1 },
  ]
  const runner = { ask: async () => hours } as unknown as Runner
  const plain = plainFilter({ lostBeforeNs: 0n, heartbeatBeforeNs: 0n }, { environment: 'e', workflow_id: 'w' }, [
    'job',
  ])
  const planOf = (filter: ExecutionFilter, owner?: string, at = edges) =>
    planMatching(runner, owner === undefined ? { tenant: 't' } : { tenant: 't', owner }, filter, range, at, signal)

  it('of a long range reads rollups, and raw what these do not have yet', async () => {
    const rollup = { source: 'rollup', rawHours: [dirty], openHours: [open] }
    expect(await planFigures(runner, { tenant: 't' }, range, edges, signal)).toEqual(rollup)
    expect(await planOf(plain)).toEqual(rollup)
    expect(await planOf({ ...plain, status: ['success'] })).toEqual(rollup)
  })

  it('for one owner is raw: rollups are of all', async () => {
    expect(await planFigures(runner, { tenant: 't', owner: 'ann' }, range, edges, signal)).toMatchObject({
      source: 'raw',
    })
    expect(await planOf(plain, 'ann')).toMatchObject({ source: 'raw' })
  })

  it.each<[string, Partial<ExecutionFilter>]>([
    ['a user', { equal: { user_id: 'u' } }],
    ['an attribute', { attributes: [{ key: 'k', value: 'v' }] }],
    ['a text', { q: 'x' }],
    ['a duration', { min_duration_ms: 1 }],
    ['ends', { range: { field: 'ended_at', from: null, to: null } }],
  ])('for %s is raw: rollups do not know it', async (_, filter) => {
    expect(await planOf({ ...plain, ...filter })).toMatchObject({ source: 'raw' })
  })

  it('whose buckets cut most hours is raw', async () => {
    const halves = Array.from({ length: 240 }, (_, n) => range.from + BigInt(n) * 3_600_000_000_000n + 1n)
    expect(await planOf(plain, undefined, halves)).toMatchObject({ source: 'raw' })
    expect(await planOf(plain, undefined, halves.slice(0, 100))).toMatchObject({ source: 'rollup' })
  })
})
