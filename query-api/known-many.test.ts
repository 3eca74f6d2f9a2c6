import { expect, it } from 'vitest'
import { plainFilter } from './filter-of-query.ts'
import { isKnownMany, noteMany } from './known-many.ts'
import type { Runner } from './run.ts'

const silence = { lostBeforeNs: 1n, heartbeatBeforeNs: 2n }
const all = plainFilter(silence)
const rangeOf = (from: bigint, to: bigint | null) => ({ ...all, range: { field: 'started_at' as const, from, to } })

it('is known for ten seconds, whatever the range before the end, of this filter, scope and server alone', () => {
  const [server, other] = [{}, {}] as [Runner, Runner]
  const scope = { tenant: 'a' }
  noteMany(server, scope, rangeOf(1n, null), 1_000)
  expect(isKnownMany(server, scope, { ...rangeOf(7n, null), silence: { ...silence, lostBeforeNs: 9n } }, 10_999)).toBe(
    true,
  )
  expect(isKnownMany(server, scope, rangeOf(1n, null), 11_000)).toBe(false)
  expect(isKnownMany(server, scope, rangeOf(1n, 5n), 1_000)).toBe(false)
  expect(isKnownMany(server, scope, { ...all, status: ['error'] }, 1_000)).toBe(false)
  expect(isKnownMany(server, scope, { ...all, equal: { service: 's' } }, 1_000)).toBe(false)
  expect(isKnownMany(server, { tenant: 'b' }, all, 1_000)).toBe(false)
  expect(isKnownMany(server, { tenant: 'a', owner: 'ann' }, all, 1_000)).toBe(false)
  expect(isKnownMany(other, scope, all, 1_000)).toBe(false)
})

it('forgets the oldest of a thousand', () => {
  const server = {} as Runner
  for (let n = 0; n <= 1_000; n++) noteMany(server, { tenant: `t${n}` }, all, 0)
  expect([0, 1, 1_000].map((n) => isKnownMany(server, { tenant: `t${n}` }, all, 0))).toEqual([false, true, true])
})
