import fc from 'fast-check'
import { expect, it } from 'vitest'
import { plainFilter } from './filter-of-query.ts'
import { guessReach, noteAll, noteReach, type Reaching } from './page-reach.ts'
import type { Runner } from './run.ts'

const filter = plainFilter({ lostBeforeNs: 1n, heartbeatBeforeNs: 2n })
const SECOND = 1_000_000_000n
const top = 1_000_000n * SECOND
const reaching = (more: Partial<Reaching> = {}): Reaching => ({
  runner: {} as Runner,
  scope: { tenant: 'a' },
  filter,
  sort: 'started_at',
  isFirst: true,
  topNs: top,
  nowMs: 0,
  ...more,
})
const at = (ns: bigint) => ({ anchor_us: '1', execution_id: 'e', instance: '', sort_value: String(ns) })
/** One a second. */
const found = Array.from({ length: 100 }, (_, n) => at(top - BigInt(n + 1) * SECOND))

it('is twice as far as the last page for as many, and a second', () => {
  const of = reaching()
  expect(guessReach(of, 100)).toBeNull()
  noteReach(of, found)
  expect(guessReach(of, 100)).toBe(top - 201n * SECOND)
  expect(guessReach({ ...of, topNs: top + 50n * SECOND }, 1_000)).toBe(top + 50n * SECOND - 2_001n * SECOND)
})

it('is known for ten minutes, of this filter, order, scope and server alone, and of first pages or others', () => {
  const of = reaching()
  noteReach(of, found)
  expect(
    guessReach(
      { ...of, nowMs: 599_999, filter: { ...filter, silence: { lostBeforeNs: 7n, heartbeatBeforeNs: 8n } } },
      1,
    ),
  ).not.toBeNull()
  const others: Partial<Reaching>[] = [
    { nowMs: 600_000 },
    { filter: { ...filter, status: ['error'] } },
    { sort: 'ended_at' },
    { scope: { tenant: 'b' } },
    { runner: {} as Runner },
    { isFirst: false },
  ]
  for (const other of others) expect(guessReach({ ...of, ...other }, 1)).toBeNull()
})

it('is anywhere where everything was not enough, until it is', () => {
  const of = reaching()
  noteAll(of)
  expect(guessReach(of, 100)).toBe(0n)
  noteReach(of, found)
  expect(guessReach(of, 100)).toBe(top - 201n * SECOND)
})

it('is not known of what has no time', () => {
  const of = reaching()
  noteReach(of, [{ ...at(0n), sort_value: null }])
  noteReach(of, [])
  expect(guessReach(of, 1)).toBeNull()
})

it('always lies before where the page begins, whatever was found, even what is yet to come', () => {
  const times = fc.bigInt({ min: 0n, max: 4_000_000_000n * SECOND })
  fc.assert(
    fc.property(times, times, fc.integer({ min: 1, max: 10_000 }), (last, topNs, candidates) => {
      const of = reaching({ topNs })
      noteReach(of, [at(last)])
      expect(guessReach(of, candidates)! < topNs).toBe(true)
    }),
  )
})
