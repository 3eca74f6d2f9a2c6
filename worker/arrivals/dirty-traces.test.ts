import { expect, it } from 'vitest'
import { type Arrival, DirtyTraces } from './dirty-traces.ts'

function arrival(trace_id: string, arrivedAtMs: number, tenant = 'default', start = 0): Arrival {
  const range = {
    trace_id,
    first_started_at: BigInt(start),
    last_started_at: BigInt(start),
    services: ['s'],
    markers: 0,
  }
  return {
    tenant,
    trace_id,
    arrived_at: BigInt(arrivedAtMs) * 1000n,
    spans: 1,
    range,
    blocks: [],
    isNew: true,
    stored: 0,
  }
}

const queue = () => new DirtyTraces({ settleDelayMs: 300, settleLatestMs: 1_000 })
const ids = (traces: readonly { trace_id: string }[]) => traces.map(({ trace_id }) => trace_id)

it('lets a trace rest after its last arrival', () => {
  const dirty = queue()
  dirty.add(arrival('a', 0), 0)
  dirty.add(arrival('a', 200), 200)
  expect(dirty.take(400, 10)).toEqual([])
  expect(ids(dirty.take(500, 10))).toEqual(['a'])
  expect(dirty.size).toBe(0)
})

it('does not wait for ever for a trace that never rests', () => {
  const dirty = queue()
  for (let now = 0; now < 1_000; now += 100) {
    dirty.add(arrival('busy', now), now)
    expect(dirty.take(now, 10)).toEqual([])
  }
  dirty.add(arrival('busy', 1_000), 1_000)
  expect(ids(dirty.take(1_000, 10))).toEqual(['busy'])
})

it('gives the oldest first, no more than asked for, of one tenant at a time', () => {
  const dirty = queue()
  for (const [trace, tenant] of [
    ['a', 'x'],
    ['b', 'y'],
    ['c', 'x'],
    ['d', 'x'],
  ] as const)
    dirty.add(arrival(trace, 0, tenant), 0)
  expect(ids(dirty.take(300, 2))).toEqual(['a', 'c'])
  expect(ids(dirty.take(300, 2))).toEqual(['b'])
  expect(ids(dirty.take(300, 2))).toEqual(['d'])
})

it('keeps one trace of two tenants apart', () => {
  const dirty = queue()
  dirty.add(arrival('a', 0, 'x'), 0)
  dirty.add(arrival('a', 0, 'y'), 0)
  expect(dirty.size).toBe(2)
})

it('puts the ranges of all arrivals together', () => {
  const dirty = queue()
  dirty.add(arrival('a', 0, 'default', 50), 0)
  dirty.add(arrival('a', 0, 'default', 20), 0)
  dirty.add(arrival('a', 0, 'default', 70), 0)
  const [taken] = dirty.take(300, 1)
  expect(taken!.ranges).toEqual([
    { trace_id: 'a', first_started_at: 20n, last_started_at: 70n, services: ['s'], markers: 0 },
  ])
  expect(taken!.spans).toBe(3)
})

it('settles a waiting trace at its time, or sooner when something arrives', () => {
  const dirty = queue()
  dirty.add(arrival('a', 1), 0)
  const [trace] = dirty.take(300, 1)
  dirty.wait(trace!, 30_000)
  expect(dirty.oldestArrival).toBe(1_000n)
  expect(dirty.take(29_999, 1)).toEqual([])
  expect(ids(dirty.take(30_000, 1))).toEqual(['a'])
  dirty.wait(trace!, 60_000)
  dirty.add(arrival('a', 40_000), 40_000)
  expect(dirty.take(40_299, 1)).toEqual([])
  expect(ids(dirty.take(40_300, 1))).toEqual(['a'])
})

it('remembers the first arrival of what is not settled yet', () => {
  const dirty = queue()
  expect(dirty.oldestArrival).toBeUndefined()
  dirty.add(arrival('a', 5), 5)
  dirty.add(arrival('b', 3), 6)
  dirty.add(arrival('a', 9), 9)
  expect(dirty.oldestArrival).toBe(3_000n)
})

it('tells the oldest arrival that no settling has seen apart from the oldest of all', () => {
  const dirty = queue()
  dirty.add(arrival('a', 100), 100)
  const [settled] = dirty.take(1_000, 10)
  dirty.wait({ ...settled!, spans: 0, fresh_at: undefined }, 30_000)
  expect([dirty.oldestArrival, dirty.oldestFresh]).toEqual([100_000n, undefined])
  dirty.add(arrival('a', 5_000), 5_000)
  dirty.add(arrival('a', 4_000), 5_100)
  expect([dirty.oldestArrival, dirty.oldestFresh]).toEqual([100_000n, 4_000_000n])
})

it('does not let a trace rest that came whole, unless more of it comes', () => {
  const dirty = queue()
  dirty.add({ ...arrival('whole', 0), stored: 1 }, 0)
  dirty.add({ ...arrival('known', 0), stored: 1, isNew: false }, 0)
  dirty.add({ ...arrival('part', 0), stored: 2 }, 0)
  expect(ids(dirty.take(0, 10))).toEqual(['whole'])
  dirty.add({ ...arrival('part', 10), stored: 2 }, 10)
  const [part] = dirty.take(10, 10)
  expect(part).toMatchObject({ trace_id: 'part', spans: 2, isWhole: true })
})
