/** Clauses on what is taken, wholly or in part, by the real collector. */
import { expect } from 'vitest'
import { cover, expectSuccess } from './cover.ts'

const DAY_MS = 86_400_000

export const SUCCESSES = [
  cover('empty-request-ok', async ({ kit, way, collector }) => {
    for (const body of [way.encoding === 'json' ? '{}' : '', kit.fresh(way.encoding, 0)])
      expectSuccess(await way.send(collector, Buffer.from(body)))
  }),

  cover('success-is-silent', async ({ kit, way, collector, metric }) => {
    const before = await metric(kit.acceptedMetric)
    expectSuccess(await way.send(collector, kit.fresh(way.encoding, 50)))
    expect(await metric(kit.acceptedMetric)).toBe(before + 50)
  }),

  cover('bad-items-told', async ({ kit, way, collector, metric }) => {
    const before = await metric(kit.acceptedMetric)
    const answer = await way.send(collector, kit.fresh(way.encoding, 10, 3))
    expect(answer.grpc ?? answer.http).toBe(answer.grpc === undefined ? 200 : 0)
    expect(answer.partial?.rejected).toBe(3)
    expect(answer.partial?.message).toMatch(kit.badReason)
    expect(await metric(kit.acceptedMetric)).toBe(before + 7)
  }),

  cover('late-is-data', async ({ kit, way, collector }) => {
    const times = [Date.UTC(2000, 0, 1), Date.UTC(2015, 5, 1), Date.now() - 400 * DAY_MS, Date.now() - 40 * DAY_MS]
    expectSuccess(await way.send(collector, kit.at(way.encoding, times)))
  }),

  cover('absurd-times-rejected', async ({ kit, way, collector }) => {
    const times = [1, Date.UTC(1999, 11, 31), Date.now() + 2 * DAY_MS, Date.now() + 0.9 * DAY_MS].map(Math.round)
    const { partial } = await way.send(collector, kit.at(way.encoding, times))
    expect(partial?.rejected).toBe(3)
    expect(partial?.message).toMatch(/time/i)
  }),

  cover('many-days-at-once', async ({ kit, way, collector, metric }) => {
    const before = await metric(kit.acceptedMetric)
    const times = Array.from({ length: 400 }, (_, day) => Date.now() - day * DAY_MS)
    expectSuccess(await way.send(collector, kit.at(way.encoding, times)))
    expect(await metric(kit.acceptedMetric)).toBe(before + 400)
  }),
]
