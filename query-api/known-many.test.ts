import { expect, it } from 'vitest'
import { plainFilter } from './filter-of-query.ts'
import { countOrMany } from './known-many.ts'
import type { ExecutionFilter } from './questions/execution-filter.ts'
import type { Scope } from './questions/question.ts'
import type { Runner } from './run.ts'

const DAY = 86_400_000_000_000n
const silence = { lostBeforeNs: 1n, heartbeatBeforeNs: 2n }
const all = plainFilter(silence)
const rangeOf = (from: bigint, to: bigint | null) => ({ ...all, range: { field: 'started_at' as const, from, to } })

const reader = (runner: Runner, nowMs: number, filter: ExecutionFilter = all, scope: Scope = { tenant: 'a' }) => ({
  runner,
  scope,
  filter,
  nowNs: BigInt(nowMs) * 1_000_000n,
})
/** Whether it is known that there are many, where there would be none if it were counted. */
const isKnown = async (of: ReturnType<typeof reader>, widthNs: bigint | null = DAY) =>
  (await countOrMany(of, widthNs, 11, async () => 0)) === 11
const note = (of: ReturnType<typeof reader>, widthNs: bigint | null = DAY) =>
  countOrMany(of, widthNs, 11, async () => 11)

it('is known for ten seconds, of this filter, scope, server and length of time alone', async () => {
  const [server, other] = [{}, {}] as [Runner, Runner]
  expect(await note(reader(server, 1_000, rangeOf(1n, null)))).toBe(11)
  const later = { ...rangeOf(7n, null), silence: { ...silence, lostBeforeNs: 9n } }
  expect(await isKnown(reader(server, 10_999, later))).toBe(true)
  expect(await isKnown(reader(server, 11_000, rangeOf(1n, null)))).toBe(false)
  for (const filter of [
    rangeOf(1n, 5n),
    { ...all, status: ['error'] },
    { ...all, equal: { service: 's' } },
    { ...all, range: { field: 'ended_at' as const, from: 1n, to: null } },
  ]) {
    expect(await isKnown(reader(server, 1_000, filter))).toBe(false)
  }
  expect(await isKnown(reader(server, 1_000), 2n * DAY)).toBe(false)
  expect(await isKnown(reader(server, 1_000), null)).toBe(false)
  expect(await isKnown(reader(server, 1_000, all, { tenant: 'b' }))).toBe(false)
  expect(await isKnown(reader(server, 1_000, all, { tenant: 'a', owner: 'ann' }))).toBe(false)
  expect(await isKnown(reader(other, 1_000))).toBe(false)
})

it('is not known of what is counted to its end', async () => {
  const server = {} as Runner
  expect(await countOrMany(reader(server, 0), null, 11, async () => 10)).toBe(10)
  expect(await isKnown(reader(server, 0), null)).toBe(false)
})

it('forgets the oldest of a thousand', async () => {
  const server = {} as Runner
  for (let n = 0; n <= 1_000; n++) await note(reader(server, 0, all, { tenant: `t${n}` }))
  const known = [0, 1, 1_000].map((n) => isKnown(reader(server, 0, all, { tenant: `t${n}` })))
  expect(await Promise.all(known)).toEqual([false, true, true])
})
