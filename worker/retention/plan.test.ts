import { RETENTION_DEFAULTS, type RetentionSettings } from '@runlens/clickhouse'
import { describe, expect, it } from 'vitest'
import { isDue, lastTurnMs, minuteOf, type PartitionShare, planPartitions } from './plan.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 10, 20, 12)
const LONG: RetentionSettings = { ...RETENTION_DEFAULTS, rules: [{ match: { status: ['failed'] }, days: 30 }] }

/** A day's share that was last heard of so many days ago. */
function share(tenant: string, partition: string, days: number): PartitionShare {
  const ms = NOW - days * DAY
  return { tenant, partition, heardMaxMs: ms, heardMinMs: ms - 1_000, startedMaxMs: ms, settledMaxMs: ms }
}

function plan(shares: PartitionShare[], keepFromMs = (_: string) => NOW) {
  return planPartitions({
    shares,
    settingsOf: (tenant) => (tenant === 'long' ? LONG : RETENTION_DEFAULTS),
    keepFromMs,
    nowMs: NOW,
  })
}

describe('planPartitions', () => {
  it('drops a day that is old for every tenant in it, the oldest first', () => {
    expect(plan([share('a', '20261112', 8), share('b', '20261112', 8), share('a', '20261111', 9)])).toEqual({
      drop: ['20261111', '20261112'],
      look: [],
    })
  })

  it('looks through a day that one tenant still needs', () => {
    expect(plan([share('a', '20261112', 8), share('long', '20261112', 8)])).toEqual({
      drop: [],
      look: [
        { tenant: 'a', partition: '20261112' },
        { tenant: 'long', partition: '20261112' },
      ],
    })
    expect(plan([share('a', '20261020', 31), share('long', '20261020', 31)]).drop).toEqual(['20261020'])
  })

  it('leaves alone what is too young for any rule', () => {
    expect(plan([share('a', '20261115', 5)])).toEqual({ drop: [], look: [] })
  })

  it('keeps a day in which one of the latest executions of a tenant is', () => {
    const keepFrom = (tenant: string) => (tenant === 'b' ? NOW - 8 * DAY : NOW)
    expect(plan([share('a', '20261112', 8), share('b', '20261112', 8)], keepFrom).drop).toEqual([])
  })

  it('goes by what was heard last, however early a day began', () => {
    const lives: PartitionShare = { ...share('a', '20261101', 19), heardMaxMs: NOW - DAY }
    expect(plan([lives])).toEqual({ drop: [], look: [{ tenant: 'a', partition: '20261101' }] })
  })
})

describe('planPartitions, of what came late', () => {
  it('leaves it for an hour at least', () => {
    const late = (minutes: number) => [{ ...share('a', '20261112', 8), settledMaxMs: NOW - minutes * 60_000 }]
    expect(plan(late(59)).drop).toEqual([])
    expect(plan(late(61)).drop).toEqual(['20261112'])
  })
})

describe('isDue', () => {
  const turn = lastTurnMs('a', NOW)

  it('spreads tenants over the day, each at its own minute', () => {
    const minutes = Array.from({ length: 50 }, (_, n) => minuteOf(`tenant-${n}`))
    expect(new Set(minutes).size).toBeGreaterThan(40)
    expect(minutes.every((minute) => minute >= 0 && minute < 1_440)).toBe(true)
    expect(turn % DAY).toBe(minuteOf('a') * 60_000)
    expect(NOW - turn).toBeLessThan(DAY)
  })

  it('is due once after each turn', () => {
    const held = turn - DAY
    expect(isDue('a', { startedMs: turn - 1, fault: '' }, held, turn)).toBe(true)
    expect(isDue('a', { startedMs: turn, fault: '' }, held, turn + 1)).toBe(false)
    expect(isDue('a', { startedMs: turn, fault: '' }, held, turn + DAY)).toBe(true)
    expect(isDue('a', undefined, held, turn)).toBe(true)
  })

  it('makes up for a turn that was missed ten minutes after a worker began, not at once', () => {
    const held = turn + 3_600_000
    expect(isDue('a', undefined, held, held)).toBe(false)
    expect(isDue('a', undefined, held, held + 600_000)).toBe(true)
  })

  it('repeats a run that failed an hour later', () => {
    const failed = { startedMs: turn, fault: 'disk full' }
    expect(isDue('a', failed, turn, turn + 3_599_999)).toBe(false)
    expect(isDue('a', failed, turn, turn + 3_600_000)).toBe(true)
  })
})
